// Runs expressions twice, planned on the current backend and example by example through the
// float64 interpreter, and says where they differ.

import { makeProgram, type Output } from "@hamlet/core";
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
