import type { EnergyGraph, Entrywise, Expr, Index, Recall, Tensor } from "@hamlet/graph";

/** One expression for every neuron, in the order of the graph, over the indices of its layer. */
export type Layers = readonly Expr[];

/** Numbers of every example, or arrays of them along indices, by name. */
export type Memory = Readonly<Record<string, Expr>>;

/** What is known of a point, for one example. */
export interface Point {
  /** The indices of every layer. */
  readonly indices: readonly (readonly Index[])[];
  readonly states: Layers;
  /** `dx/dt`; 0 where a unit is held. */
  readonly velocity: Layers;
  /** `x − ∂E/∂x̂`, and x where a unit is held; empty for a solver that asks for none. */
  readonly target: Layers;
  readonly activations: Layers;
  readonly energy: Expr;
}

/** What is computed outside of plans, for one example: numbers from those of two others. */
export type Solve = (a: ArrayLike<number>, b: ArrayLike<number>) => ArrayLike<number>;

/** Where a step starts from. */
export interface StepFrom extends Point {
  /**
   * What is known at other states, `later` of a step later. Where `where` is given it is known only
   * for batches in which that holds for an example, and else unknown numbers.
   */
  readonly at: (states: Layers, later: number, where?: Expr) => Point;
  /**
   * Independent normal numbers, 0 where a unit is held and scaled by τ^−½; empty for a solver that asks
   * for none.
   */
  readonly noise: Layers;
  readonly memory: Memory;
  /** A value that is computed once for all that read it. */
  readonly kept: (value: Expr) => Expr;
  /**
   * Numbers along an index that are computed outside, from those of two others, for every example
   * for which `where` holds.
   */
  readonly solved: (
    reads: readonly [Entrywise, Entrywise],
    along: Index,
    solve: Solve,
    where: Expr,
  ) => Expr;
  /** The layers that move together, group after group, for a solver that has groups. */
  readonly groups: Groups;
  /** Whether the energy itself changes with time. */
  readonly scheduled: boolean;
  /** Rises of the energy up to this part of `1 + |E|` are rounding. */
  readonly rounding: number;
}

/** Positions of layers in the graph. */
export type Groups = readonly (readonly number[])[];

/** Where a step ends. */
export interface StepTo {
  readonly states: Layers;
  readonly memory?: Memory;
  /**
   * For a solver that may refuse to move: how far an activation would have moved, and 0 where it did.
   * An example that was refused has not settled.
   */
  readonly refused?: Expr;
}

/** A number that a recall block gives its solver. */
export interface SolverOption {
  readonly name: "dt" | "temperature" | "memory" | "newton";
  /** Null when it must be given. */
  readonly default: number | null;
}

/** The numbers that a recall block gives its solver. */
export type SolverSettings = Readonly<Record<SolverOption["name"], number>>;

/**
 * A way to make one step of a recall, told as expressions: they are compiled for whatever a recall
 * runs on. An example that has ended is held by the recall.
 */
export interface Solver {
  readonly name: string;
  /** The order of accuracy in `dt`; null for a solver that seeks the end, not the way there. */
  readonly order: number | null;
  readonly options: readonly SolverOption[];
  /** Whether it needs `noise`. */
  readonly noisy?: boolean;
  /** Whether it needs `target`. */
  readonly targets?: boolean;
  /** Whether the energy never rises beyond rounding, whatever the options and the model. */
  readonly descends?: boolean;
  /** Whether it stays close to the dynamics, so that it ends in the basin of its start. */
  readonly follows?: boolean;
  /** Groups of layers, for a solver that moves some before others; throws where it does not suit. */
  readonly groups?: (
    graph: EnergyGraph,
    recall: Recall,
    numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
  ) => Groups;
  /** What it remembers at the start, each along the indices that go with it. */
  readonly remember?: (
    from: Point,
    settings: SolverSettings,
  ) => Readonly<Record<string, Entrywise>>;
  readonly advance: (from: StepFrom, settings: SolverSettings) => StepTo;
  readonly references: readonly string[];
}
