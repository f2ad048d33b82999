import type * as tf from "@tensorflow/tfjs-core";

/** One tensor for every neuron, in the order of the graph: `[B, …axes]`. */
export type Layers = readonly tf.Tensor[];

/** What a solver may ask: `dx/dt` at other states and times. */
export type Velocity = (states: Layers, time: number) => Layers;

/** Where a step starts from. */
export interface StepFrom {
  readonly states: Layers;
  /** `dx/dt` at `states`, already computed. */
  readonly velocity: Layers;
  readonly time: number;
  /** How far the schedule's time moves in one step. */
  readonly timeStep: number;
  readonly at: Velocity;
  /** Independent normal numbers, 0 where a unit is held and scaled by τ^−½; null without noise. */
  readonly noise: Layers | null;
}

/** The numbers that a recall block gives its solver. */
export interface SolverSettings {
  readonly dt: number;
  /** Strength of the noise; 0 for solvers that have none. */
  readonly temperature: number;
}

/**
 * A way to follow `τ dx/dt = −∂E/∂x̂` for one step of size `dt`. It runs inside `tf.tidy`, borrows
 * what it is given and returns fresh states.
 */
export interface Solver {
  readonly name: string;
  /** The order of accuracy in `dt`. */
  readonly order: number;
  /** Whether it needs `noise` and a temperature. */
  readonly noisy?: boolean;
  readonly advance: (from: StepFrom, settings: SolverSettings) => Layers;
  readonly references: readonly string[];
}
