// The gradient of a loss at the end of a recall, by the params of the model: the one interface
// behind which there are three ways to get it.

import type { Engine } from "../recall/engine.ts";
import type { Minibatch } from "./minibatch.ts";
import type { Differentiated } from "./pullback.ts";
import type { RecallSetup } from "../recall/recall.ts";
import type { Weights } from "./weights.ts";

/** Means over the examples of a minibatch. */
export interface LossAndMetrics {
  readonly loss: number;
  /** In the order of the training. */
  readonly metrics: readonly number[];
}

/** What a minibatch measures, and what one should know about its gradient. */
export interface GradientResult extends LossAndMetrics {
  /** What the slopes of the weights are to be multiplied with. */
  readonly scale: number;
  /** Examples that had not reached a fixed point when the recall ended. 0 for `unroll`. */
  readonly unsettled: number;
  /** Examples whose linear system was not solved to its tolerance. 0 but for `implicit`. */
  readonly unsolved: number;
}

/** A way to get the gradient of a loss through a recall. Owns its compiled plans. */
export interface LossGradient {
  measure(minibatch: Minibatch): Promise<LossAndMetrics>;
  /** Leaves the gradient, but for a scale, in the slopes of the weights that it was made with. */
  gradient(minibatch: Minibatch): Promise<GradientResult>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What a method is made of: what is differentiated, at which values, with which options. */
export interface GradientParts<Value, Given> extends Differentiated {
  readonly setup: RecallSetup;
  readonly engine: Engine<Value, Given>;
  /** The params, on the same engine; those of `setup` stand for what is not among them. */
  readonly weights: Weights<Value, Given>;
  readonly options: ReadonlyMap<string, number>;
}

/** A method with the options that it takes, each with the value that stands when nothing is said. */
export interface GradientMethod {
  readonly name: string;
  readonly options: Readonly<Record<string, number | null>>;
  readonly make: <Value, Given>(parts: GradientParts<Value, Given>) => LossGradient;
  readonly references: readonly string[];
}
