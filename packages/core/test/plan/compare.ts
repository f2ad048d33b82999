// Runs expressions twice, planned on the current backend and example by example through the
// float64 interpreter, and says where they differ.

import { type Leaf, makeProgram, type Output, plan, type Plan } from "@hamlet/core";
import { type Dim, evaluate, sizeOfDim, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** A tensor's place in a plan and its entries, `[B?, …axes]`. */
export interface Bound extends Leaf {
  readonly values: ArrayLike<number>;
}

/** What a plan is run with. */
export interface Setting {
  readonly bound: ReadonlyMap<Tensor, Bound>;
  readonly batch?: number;
  readonly time?: number;
  readonly sizes?: ReadonlyMap<Dim, number>;
}

/** Entries that are exact in float32, spread over [−1, 1] without a pattern. */
export function quarters(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => {
    const mixed = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
    return ((((mixed ^ (mixed >>> 15)) >>> 4) % 9) - 4) / 4;
  });
}

/** Plans outputs where every tensor is bound as the setting says. */
export function planFor(outputs: readonly Output[], { bound, sizes }: Setting): Plan {
  return plan(outputs, { leaf: (tensor) => bound.get(tensor)!, ...(sizes && { sizes }) });
}

/** The tensors of a setting, by stage; the caller disposes them. */
export function upload(setting: Setting): Map<Tensor, tf.Tensor> {
  const { bound, batch = 1, sizes } = setting;
  return new Map(
    [...bound].map(([tensor, { batched, values }]) => {
      const shape = tensor.axes.map((dim) => sizeOfDim(dim, sizes && { sizes }));
      const data = Float32Array.from(values);
      return [tensor, tf.tensor(data, batched ? [batch, ...shape] : shape, "float32")] as const;
    }),
  );
}

/** The outputs as the backend computes them; leaves no tensor behind. */
export function runPlanned(outputs: readonly Output[], setting: Setting): Map<string, number[]> {
  const { batch = 1, time = 0.25 } = setting;
  const program = makeProgram(planFor(outputs, setting));
  const inputs = upload(setting);
  try {
    for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
    const results = program.step(inputs, { batch, time });
    const values = new Map([...results].map(([name, t]) => [name, Array.from(t.dataSync())]));
    for (const { name, indices, batched } of outputs) {
      const shape = indices.map(({ dim }) => sizeOfDim(dim, setting));
      const found = results.get(name)!.shape;
      expect(batched ? found : found.slice(found.length - shape.length)).toEqual(
        batched ? [batch, ...shape] : shape,
      );
    }
    tf.dispose([...results.values()]);
    return values;
  } finally {
    tf.dispose([...inputs.values()]);
    program.dispose();
  }
}

/** The outputs in float64, one example after the other. */
export function runReference(outputs: readonly Output[], setting: Setting): Map<string, number[]> {
  const { bound, batch = 1, time = 0.25, sizes } = setting;
  const results = new Map(outputs.map(({ name }) => [name, [] as number[]]));
  for (let example = 0; example < batch; example++) {
    const tensors = new Map(
      [...bound].map(([tensor, { batched, values }]) => {
        const all = Array.from(values);
        const size = all.length / (batched ? batch : 1);
        return [tensor, batched ? all.slice(example * size, (example + 1) * size) : all] as const;
      }),
    );
    for (const { name, value, indices } of outputs) {
      const { data } = evaluate(value, { tensors, time, ...(sizes && { sizes }) }, indices);
      results.get(name)!.push(...data);
    }
  }
  return results;
}

/** The largest error allowed, as a part of `max(1, |expected|)`. */
const TOLERANCE = 1e-4;

/** Checks that a batched plan agrees with the float64 interpreter. */
export function expectAgreement(
  outputs: readonly Omit<Output, "batched">[],
  setting: Setting,
): void {
  const batched = outputs.map((output) => ({ ...output, batched: true }));
  const found = runPlanned(batched, setting);
  for (const [name, expected] of runReference(batched, setting)) {
    const actual = found.get(name)!;
    expect(actual.length, name).toBe(expected.length);
    expected.forEach((value, i) => {
      const same = Object.is(actual[i], value) || actual[i] === value;
      const error = same ? 0 : Math.abs(actual[i] - value) / Math.max(1, Math.abs(value));
      const where = `${name}[${i}]: expected ${value}, found ${actual[i]}`;
      expect(error, where).toBeLessThanOrEqual(TOLERANCE);
    });
  }
}
