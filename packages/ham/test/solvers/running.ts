// Running a recall of a small model, for the tests of solvers.

import type { EnergyGraph, Neuron, Recall, Tensor } from "@hamlet/graph";
import { lit } from "@hamlet/graph";
import { makeRecall, type Outcome, type RecallOptions } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { recallOf, setupOf } from "../models.ts";

export interface Running {
  readonly graph: EnergyGraph;
  readonly values: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Starts, one row an example. */
  readonly starts: readonly (readonly [Neuron, Tensor, readonly (readonly number[])[]])[];
  readonly solver: Recall["solver"] | string;
  readonly recall?: Partial<Recall>;
  readonly run?: Partial<RecallOptions>;
}

export interface Ran {
  readonly states: ReadonlyMap<Neuron, number[][]>;
  readonly energies: readonly Float64Array[];
  readonly outcomes: readonly Outcome[];
}

/** A solver with numbers for options. */
export function solverOf(name: string, options: Readonly<Record<string, number>> = {}) {
  return {
    name,
    options: new Map(Object.entries(options).map(([option, value]) => [option, lit(value)])),
  };
}

/** Runs and returns arrays; every tensor is disposed, also when it throws. */
export async function ran({ graph, values, starts, solver, recall, run }: Running): Promise<Ran> {
  const setup = setupOf(values);
  const givens = new Map(
    starts.map(([, tensor, rows]) => [tensor, tf.tensor2d(rows as number[][])]),
  );
  try {
    const block = recallOf(
      starts.map(([neuron, tensor]) => [neuron, tensor]),
      { solver: typeof solver === "string" ? solverOf(solver) : solver, ...recall },
    );
    using compiled = makeRecall(graph, block, setup);
    using result = await compiled.run({ givens, ...run });
    const states = new Map<Neuron, number[][]>();
    for (const [neuron, state] of result.states) {
      states.set(neuron, (await state.array()) as number[][]);
    }
    return { states, energies: result.energies, outcomes: result.outcomes };
  } finally {
    tf.dispose([...setup.values.values(), ...givens.values()]);
  }
}
