// Gradients as plain numbers, whatever they are computed on.

import { OPTIMISERS } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import {
  type Entries,
  type GradientParts,
  type GradientResult,
  GRADIENTS,
  type LossAndMetrics,
  type Minibatch,
  type RecallEngine,
  Weights,
  withEngine,
} from "@hamlet/ham";

/** What a method found. */
export interface TakenGradient extends GradientResult {
  readonly byName: ReadonlyMap<string, number[]>;
  /** What the loss and the metrics are by themselves. */
  readonly measured: LossAndMetrics;
}

/** What is needed beside an engine: the params that slopes are taken by with their values. */
export interface Taking extends Omit<
  GradientParts<never, never>,
  "engine" | "weights" | "params" | "options"
> {
  readonly params: ReadonlyMap<Tensor, Entries>;
  readonly options?: Readonly<Record<string, number>>;
}

/** A method on an engine, with weights of its own. */
export function makeGradient<Value, Given>(
  method: string,
  engine: GradientParts<Value, Given>["engine"],
  { params, options = {}, ...parts }: Taking,
) {
  const weights = new Weights(engine, params, {
    optimiser: OPTIMISERS.get("sgd")!,
    settings: { lr: 1 },
    sizes: parts.setup.sizes,
  });
  try {
    const gradient = GRADIENTS.get(method)!.make({
      ...parts,
      engine,
      weights,
      params: [...params.keys()],
      options: new Map(Object.entries(options)),
    });
    const dispose = () => {
      gradient.dispose();
      weights.dispose();
    };
    return { gradient, weights, [Symbol.dispose]: dispose };
  } catch (error) {
    weights.dispose();
    throw error;
  }
}

/** The gradient of a minibatch by one of the methods. */
export function gradientBy(
  method: string,
  name: RecallEngine,
  taking: Taking,
  minibatch: Minibatch,
): Promise<TakenGradient> {
  return withEngine(name, async (engine) => {
    using made = makeGradient(method, engine, taking);
    const { gradient, weights } = made;
    const found = await gradient.gradient(minibatch);
    const slopes = await weights.slopes.read();
    const byName = new Map(
      [...slopes].map(([param, entries]) => [
        param.name,
        Array.from(entries, (slope) => slope * found.scale),
      ]),
    );
    return { ...found, byName, measured: await gradient.measure(minibatch) };
  });
}
