// Numbers about a state that no step needs, computed when they are asked for.

import {
  float64,
  type Inputs,
  makeProgram,
  type Output,
  plan,
  type PlanOptions,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** Scalar outputs as numbers, one for each example. */
export type Evaluate = (outputs: readonly Output[]) => Promise<Map<string, ArrayLike<number>>>;

/** What tensors are worth, stage by stage, and when. */
export interface Moment<Values> {
  /** Consts, params and data. */
  readonly values: Values;
  readonly givens: Values;
  readonly states: Values;
  readonly batch: number;
  readonly time: number;
}

/** Evaluates on the backend, in the precision of the recall itself. */
export function evaluateOnBackend(moment: Moment<Inputs>, options: PlanOptions): Evaluate {
  return async (outputs) => {
    using program = makeProgram(plan(outputs, options));
    program.bind("load", moment.values);
    program.bind("param", moment.values);
    program.bind("example", moment.givens);
    const results = program.step(moment.states, moment);
    try {
      const all = tf.tidy(() =>
        tf.concat(outputs.map(({ name }) => tf.cast(results.get(name)!, "float32"))),
      );
      const numbers = await all.data().finally(() => all.dispose());
      const { batch } = moment;
      return new Map(
        outputs.map(({ name }, i) => [name, numbers.slice(i * batch, (i + 1) * batch)]),
      );
    } finally {
      tf.dispose([...results.values()]);
    }
  };
}

/** Evaluates in float64, on no backend. */
export function evaluateInFloat64(
  moment: Moment<Inputs<ArrayLike<number>>>,
  options: PlanOptions,
): Evaluate {
  return async (outputs) => {
    using program = makeProgram(plan(outputs, options), { target: float64 });
    program.bind("load", moment.values);
    program.bind("param", moment.values);
    program.bind("example", moment.givens);
    const results = program.step(moment.states, moment);
    return new Map([...results].map(([name, { data }]) => [name, data]));
  };
}

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
