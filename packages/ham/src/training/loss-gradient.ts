// The gradient of a loss at the end of a recall, by the params of the model: the one interface
// behind which there are three ways to get it.

import type { Minibatch } from "./flow.ts";
import type { Differentiated } from "./pullback.ts";
import type { ByParam } from "./sums.ts";
import type { RecallSetup } from "../recall/recall.ts";

/** Means over the examples of a minibatch. */
export interface LossAndMetrics {
  readonly loss: number;
  /** In the order of the training. */
  readonly metrics: readonly number[];
}

/** What a minibatch measures, its gradient, and what one should know about it. */
export interface GradientResult extends LossAndMetrics {
  /** By param, without a batch axis; the caller's to dispose. A param that is missing has none. */
  readonly gradients: ByParam;
  /** Examples that had not reached a fixed point when the recall ended. 0 for `unroll`. */
  readonly unsettled: number;
  /** Examples whose linear system was not solved to its tolerance. 0 but for `implicit`. */
  readonly unsolved: number;
}

/** A way to get the gradient of a loss through a recall. Owns its compiled plans. */
export interface LossGradient {
  measure(minibatch: Minibatch): Promise<LossAndMetrics>;
  gradient(minibatch: Minibatch): Promise<GradientResult>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What a method is made of: what is differentiated, at which values, with which options. */
export interface GradientParts extends Differentiated {
  readonly setup: RecallSetup;
  readonly options: ReadonlyMap<string, number>;
}

/** A method with the options that it takes, each with the value that stands when nothing is said. */
export interface GradientMethod {
  readonly name: string;
  readonly options: Readonly<Record<string, number | null>>;
  readonly make: (parts: GradientParts) => LossGradient;
  readonly references: readonly string[];
}
