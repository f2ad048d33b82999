// Formulas at any state, computed when they are asked for.

import { makeProgram, type Output, plan } from "@hamlet/core";
import { type Dim, sizeOfDim, type Tensor, tensorsIn } from "@hamlet/graph";
import { leafOf } from "./dynamics.ts";
import { type Engine, type RecallEngine, withEngine } from "./engine.ts";
import type { Evaluate } from "./evaluate.ts";

type Numbers = ReadonlyMap<Tensor, ArrayLike<number>>;

/** What tensors are worth, stage by stage, and when. */
export interface Moment {
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Consts, params and data. */
  readonly values: Numbers;
  readonly givens: Numbers;
  readonly states: Numbers;
  readonly batch: number;
  readonly time: number;
}

/** Evaluates on an engine, in the precision of its steps. */
export function evaluateOn(name: RecallEngine, moment: Moment): Evaluate {
  return (outputs) => withEngine(name, (engine) => evaluated(engine, moment, outputs));
}

async function evaluated<Value, Given>(
  engine: Engine<Value, Given>,
  { sizes, values, givens, states, batch, time }: Moment,
  outputs: readonly Output[],
): Promise<Map<string, ArrayLike<number>>> {
  using program = makeProgram(plan(outputs, { sizes, leaf: leafOf }), { target: engine.target });
  const read = tensorsIn(outputs.map(({ value }) => value));
  const owned: Value[] = [];
  const made = (those: Numbers, ...lead: number[]) => {
    const own = new Map<Tensor, Value>();
    for (const [tensor, numbers] of those) {
      if (!read.has(tensor)) continue;
      const shape = [...lead, ...tensor.axes.map((dim) => sizeOfDim(dim, { sizes }))];
      own.set(tensor, engine.make(numbers, shape, tensor));
      owned.push(own.get(tensor)!);
    }
    return own;
  };
  try {
    const fixed = made(values);
    program.bind("load", fixed);
    program.bind("param", fixed);
    program.bind("example", made(givens, batch));
    const results = program.step(made(states, batch), { batch, time });
    owned.push(...results.values());
    const found = await engine.read(outputs.map(({ name }) => results.get(name)!));
    return new Map(outputs.map(({ name }, i) => [name, found[i]]));
  } finally {
    for (const value of owned) engine.target.free(value);
  }
}
