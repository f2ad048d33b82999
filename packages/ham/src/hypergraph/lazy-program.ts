// A program that is compiled when it is first needed.

import { type Inputs, type Leaf, makeProgram, type Output, plan, type Program } from "@hamlet/core";
import type { Dim, Tensor } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";

/** States and activations differ per example; everything else is there from the start. */
function leafOf({ kind }: Tensor): Leaf {
  const perExample = kind === "state" || kind === "activation";
  return { stage: perExample ? "step" : "load", batched: perExample };
}

export class LazyProgram {
  readonly #outputs: () => readonly Output[];
  readonly #weights: Inputs;
  readonly #sizes: ReadonlyMap<Dim, number>;
  #program: Program | null = null;

  constructor(outputs: () => readonly Output[], weights: Inputs, sizes: ReadonlyMap<Dim, number>) {
    this.#outputs = outputs;
    this.#weights = weights;
    this.#sizes = sizes;
  }

  /** Runs it on `[batch, …]` inputs; the results are the caller's. */
  step(inputs: Inputs, batch: number): Map<string, tf.Tensor> {
    this.#program ??= this.#compile();
    return this.#program.step(inputs, { batch });
  }

  #compile(): Program {
    const program = makeProgram(plan(this.#outputs(), { sizes: this.#sizes, leaf: leafOf }));
    try {
      for (const stage of ["load", "param", "example"] as const) program.bind(stage, this.#weights);
      return program;
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#program?.dispose();
    this.#program = null;
  }
}
