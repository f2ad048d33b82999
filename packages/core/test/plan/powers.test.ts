// Whole powers are products: the numbers of float64, for every base.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { makeProgram, plan } from "@hamlet/core";
import { get, lit, makeDim, makeIndex, makeTensor, pow } from "@hamlet/graph";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";

const BASES = [-2.25, -1, -0.7, -0, 0, 1e-3, 0.3, 1, 1.01, 1.9, Infinity, -Infinity, Number.NaN];
const A = makeDim("A", BASES.length);
const i = makeIndex("i", A);
const x = makeTensor("x", "activation", [A]);

function planOf(exponent: number) {
  const value = pow(get(x, [i]), lit(exponent));
  return plan([{ name: "y", value, indices: [i], batched: false }], {
    leaf: () => ({ stage: "step", batched: false }),
  });
}

const operations = (exponent: number) => planOf(exponent).instructions.map(({ op }) => op);

test("powers up to 32 are products, few of them", () => {
  for (let n = 2; n <= 32; n++) {
    expect(operations(n)).not.toContain("pow");
    expect(operations(n).length - 1).toBeLessThanOrEqual(2 * Math.log2(n));
  }
  expect(operations(6)).toEqual(["input", "square", "mul", "square"]);
  for (const other of [33, 2.5, -2, 0.25]) expect(operations(other)).toContain("pow");
});

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(Array.from({ length: 31 }, (_, k) => k + 2))("power %d", (n) => {
    expectNoLeak(() => {
      using program = makeProgram(planOf(n));
      const bases = tf.tensor1d(BASES);
      const result = program.step(new Map([[x, bases]]), { batch: 1 }).get("y")!;
      const found = result.dataSync();
      bases.dataSync().forEach((base, k) => {
        const expected = base ** n;
        if (!Number.isFinite(expected)) expect(found[k], `${base}^${n}`).toBe(expected);
        else {
          const size = Math.max(Math.abs(expected), 2 ** -126);
          // Every product rounds once, and squaring doubles what was wrong before.
          expect(Math.abs(found[k] - expected) / size, `${base}^${n}`).toBeLessThan(n * 6e-8);
        }
      });
      tf.dispose([bases, result]);
    });
  });
});
