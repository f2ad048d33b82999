// Writes between registers that have no batch axis.

import { makeProgram, plan, type Register, type WiredStep } from "@hamlet/core";
import type { Dim, Tensor } from "@hamlet/graph";
import type { Engine } from "../recall/engine.ts";
import { outputsOf, type Write } from "../solvers/trace.ts";

/** Compiles writes for the registers of the tensors that they read and write. The caller disposes it. */
export function wirePlan<Value, Given>(
  { target }: Engine<Value, Given>,
  writes: readonly Write[],
  {
    sizes,
    registerOf,
  }: {
    readonly sizes: ReadonlyMap<Dim, number>;
    readonly registerOf: (tensor: Tensor) => Register<Value>;
  },
): WiredStep {
  const outputs = outputsOf(writes).map((output) => ({ ...output, batched: false }));
  const leaf = () => ({ stage: "step", batched: false }) as const;
  const planned = plan(outputs, { sizes, leaf });
  const program = makeProgram(planned, { target });
  try {
    program.bind("load", new Map());
    const read = planned.instructions.flatMap(({ tensor }) => tensor ?? []);
    const step = program.wire({
      inputs: new Map(read.map((tensor) => [tensor, registerOf(tensor)])),
      outputs: new Map(writes.map(({ into }) => [into.name, registerOf(into)])),
      batch: 1,
    });
    return {
      run: () => step.run(),
      dispose() {
        step.dispose();
        program.dispose();
      },
    };
  } catch (error) {
    program.dispose();
    throw error;
  }
}
