// Runs expressions on every target, planned, and example by example through the float64 interpreter,
// and says where they differ.

import { float64, makeProgram, type Output, simd, type Target } from "@hamlet/core";
import { sizeOfDim } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { runReference } from "../../conformance/reference-run.ts";
import { planFor, type Setting, upload } from "../../conformance/setting.ts";

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

/** The same on a target that takes arrays. */
function runArrays<Value extends { readonly data: ArrayLike<number> }>(
  target: Target<Value, ArrayLike<number>>,
  outputs: readonly Output[],
  setting: Setting,
): Map<string, number[]> {
  const { bound, batch = 1, time = 0.25 } = setting;
  const arrays = new Map([...bound].map(([tensor, { values }]) => [tensor, values]));
  using program = makeProgram(planFor(outputs, setting), { target });
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, arrays);
  const results = program.step(arrays, { batch, time });
  const values = new Map([...results].map(([name, { data }]) => [name, Array.from(data)]));
  for (const value of results.values()) target.free(value);
  return values;
}

/** The largest error allowed, as a part of `max(1, |expected|)`. */
const TOLERANCE = 1e-4;

/** Checks that a batched plan agrees with the float64 interpreter, whatever it runs on. */
export function expectAgreement(
  outputs: readonly Omit<Output, "batched">[],
  setting: Setting,
): void {
  const batched = outputs.map((output) => ({ ...output, batched: true }));
  const all = [...runReference(batched, setting)];
  const targets = {
    tensors: runPlanned(batched, setting),
    float64: runArrays(float64, batched, setting),
    "compiled code": runArrays(simd, batched, setting),
  };
  for (const [target, found] of Object.entries(targets)) {
    for (const [name, expected] of all) {
      const actual = found.get(name)!;
      expect(actual.length, name).toBe(expected.length);
      expected.forEach((value, i) => {
        const same = Object.is(actual[i], value) || actual[i] === value;
        const error = same ? 0 : Math.abs(actual[i] - value) / Math.max(1, Math.abs(value));
        const where = `${name}[${i}] on ${target}: expected ${value}, found ${actual[i]}`;
        expect(error, where).toBeLessThanOrEqual(TOLERANCE);
      });
    }
  }
}
