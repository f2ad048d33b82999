import type { EnergyGraph, Recall, Tensor } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";

/** One tensor for every neuron, in the order of the graph: `[B, …axes]`. */
export type Layers = readonly tf.Tensor[];

/** What a solver keeps from step to step: tensors whose first axis is the batch. */
export type Memory = Readonly<Record<string, tf.Tensor>>;

/** What is known of a point. */
export interface Point {
  readonly states: Layers;
  /** `dx/dt`; 0 where a unit is held. */
  readonly velocity: Layers;
  /** `x − ∂E/∂x̂`, and x where a unit is held; empty for a solver that asks for none. */
  readonly target: Layers;
  readonly activations: Layers;
  /** `[B]` */
  readonly energy: tf.Tensor;
}

/** Where a step starts from. */
export interface StepFrom extends Point {
  readonly time: number;
  /** How far the schedule's time moves in one step. */
  readonly timeStep: number;
  /** What is known at other states and times. */
  readonly at: (states: Layers, time: number) => Point;
  /** Independent normal numbers, 0 where a unit is held and scaled by τ^−½; null without noise. */
  readonly noise: Layers | null;
  readonly memory: Memory;
  /** The layers that move together, group after group, for a solver that has groups. */
  readonly groups: Groups;
  /** Whether the energy itself changes with time. */
  readonly scheduled: boolean;
}

/** Positions of layers in the graph. */
export type Groups = readonly (readonly number[])[];

/** Where a step ends. */
export interface StepTo {
  readonly states: Layers;
  readonly memory?: Memory;
  /**
   * For a solver that may refuse to move: how far an activation would have moved, `[B]`, and 0
   * where it did. An example that was refused has not settled.
   */
  readonly refused?: tf.Tensor;
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
 * A way to make one step of a recall. It runs inside `tf.tidy`, borrows what it is given and
 * returns fresh tensors, or those it was given where nothing changes.
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
  /** What it remembers at the start. */
  readonly remember?: (from: Point, settings: SolverSettings) => Memory;
  readonly advance: (from: StepFrom, settings: SolverSettings) => StepTo;
  readonly references: readonly string[];
}
