// Numbers about a state that no step needs, computed when they are asked for.

import type { Output } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** Scalar outputs as numbers, one for each example. */
export type Evaluate = (outputs: readonly Output[]) => Promise<Map<string, ArrayLike<number>>>;

/**
 * The same, without the outputs that have too many axes for a tensor: what is asked about a recall
 * beside its steps must not end it.
 */
export function leniently(evaluate: Evaluate): Evaluate {
  return async (outputs) => {
    try {
      return await evaluate(outputs);
    } catch (error) {
      if (!HamError.isInstance(error) || error.code !== "core/too-many-axes") throw error;
      if (outputs.length === 1) return new Map();
    }
    const found = new Map<string, ArrayLike<number>>();
    for (const output of outputs) {
      for (const [name, values] of await leniently(evaluate)([output])) found.set(name, values);
    }
    return found;
  };
}
