// The functions of compiled code, on numbers of every size, against float64.

import { bits as randomBits, key, makeProgram, plan, simd } from "@hamlet/core";
import {
  apply,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  pow,
  SCALAR_FUNCTIONS,
  type ScalarFunction,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";

const COUNT = 2 ** 18 + 3;
const N = makeDim("N", COUNT);
const n = makeIndex("n", N);
const x = makeTensor("x", "activation", [N]);

function valuesOf(op: ScalarFunction, entries: Float32Array): Float32Array {
  const value = op === "pow" ? pow(get(x, [n]), lit(1.75)) : apply(op, get(x, [n]));
  const outputs = [{ name: "y", value, indices: [n], batched: false }];
  using program = makeProgram(
    plan(outputs, { leaf: () => ({ stage: "step" as const, batched: false }) }),
    { target: simd },
  );
  const result = program.step(new Map([[x, entries]]), { batch: 1 }).get("y")!;
  const values = result.data.slice();
  simd.free(result);
  return values;
}

const spread = (from: number, to: number) =>
  Float32Array.from({ length: COUNT }, (_, k) => from + ((to - from) * k) / (COUNT - 1));

/** The distance of two neighbours in float32 near a number. */
function ulp(value: number): number {
  const size = Math.max(Math.abs(value), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(size)) - 23);
}

test.each<[ScalarFunction, number, number, number]>([
  ["exp", -87, 88, 1],
  ["exp", -1, 1, 1],
  ["exp", -104, -87, 1],
  ["log", 1e-3, 3, 1.5],
  ["log", 1, 1e30, 1.5],
  ["sqrt", 0, 1e6, 0.5],
  ["tanh", -0.7, 0.7, 2.5],
  ["tanh", -12, 12, 2.5],
  ["sigmoid", -80, 80, 2.5],
  ["softplus", -80, 80, 3],
  ["pow", 0, 100, 0.5],
  ["ceil", -10, 10, 0],
])("%s between %f and %f is off by %f units at most", (op, from, to, most) => {
  const entries = spread(from, to);
  const found = valuesOf(op, entries);
  const exact = SCALAR_FUNCTIONS[op].evaluate;
  let worst = 0;
  entries.forEach((entry, k) => {
    const right = op === "pow" ? entry ** 1.75 : exact(entry);
    worst = Math.max(worst, Math.abs(found[k] - right) / ulp(right));
  });
  expect(worst).toBeLessThanOrEqual(most + 1e-6);
});

test.each<[ScalarFunction, number, number]>([
  ["sin", 1e4, 1e-7],
  ["cos", 1e4, 1e-7],
  ["sin", 1e9, 1e-7],
  ["cos", 1e9, 1e-7],
  ["logcosh", 100, 1e-5],
  ["logcosh", 1, 2.5e-7],
])("%s up to %f is off by %f at most", (op, size, most) => {
  const entries = spread(-size, size);
  const found = valuesOf(op, entries);
  const exact = SCALAR_FUNCTIONS[op].evaluate;
  const worst = entries.reduce(
    (top, entry, k) => Math.max(top, Math.abs(found[k] - exact(entry))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(most);
});

const SPECIAL = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  88.8,
  -150,
];

describe.each(
  (Object.keys(SCALAR_FUNCTIONS) as ScalarFunction[]).filter(
    (op) => SCALAR_FUNCTIONS[op].arity === 1,
  ),
)("%s", (op) => {
  // The function of any bits is a number, an infinity or NaN where it should be one.
  test("of special values and of any bits", () => {
    const entries = new Float32Array(randomBits(key(7), COUNT).buffer).slice();
    entries.set(SPECIAL);
    const found = valuesOf(op, entries);
    const exact = SCALAR_FUNCTIONS[op].evaluate;
    const wrong = [...entries].flatMap((entry, k) => {
      const right = Math.fround(exact(entry));
      if (Object.is(found[k], right) || found[k] === right) return [];
      const error = Math.abs(found[k] - right) / Math.max(Math.abs(right), 1);
      // Where the exact value is within rounding of the largest number, it may be that or infinite.
      return error <= 1e-6 ? [] : [`${op} ${entry} = ${right}, found ${found[k]}`];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
