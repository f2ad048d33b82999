// The inverse temperatures of packages: that of diffusion is half of the others', which it converts.

import { key, normal } from "@hamlet/core";
import { denseMemoryEnergy, rbfBeta } from "@hamlet/diffusion";
import { lseDescent, rbfKernelOf } from "@hamlet/drdam";
import { loadModel } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";

const [K, D] = [4, 3];
const patterns = Float64Array.from(normal(key(1), [K, D]));
const x = Float64Array.from(normal(key(2), D));

beforeAll(() => tf.setBackend("cpu"));

test.each([0.1, 1, 7])(
  "at β = %d of diffusion its memory is theirs at rbfBeta(β)",
  async (beta) => {
    const stored = { shape: [K, D] as const, data: patterns };
    const own = await denseMemoryEnergy(stored, { shape: [1, D], data: x }, beta);
    const other = lseDescent(x, patterns, rbfBeta(beta));
    expect(own.energy[0] / 2).toBeCloseTo(other.energy, 12);
    own.gradient.forEach((slope, d) => expect(slope / 2).toBeCloseTo(other.gradient[d], 12));
    const distance = patterns.slice(0, D).reduce((sum, xi, d) => sum + (x[d] - xi) ** 2, 0);
    expect(rbfKernelOf(x, patterns.slice(0, D), rbfBeta(beta))).toBeCloseTo(
      Math.exp(-beta * distance),
      12,
    );
  },
);

test("and so is the memory of a model that writes its kernel with ½β", async () => {
  const beta = 1.3;
  const list = (values: Iterable<unknown>) => `[${[...values].join(", ")}]`;
  const rows = Array.from({ length: K }, (_, k) => list(patterns.slice(k * D, (k + 1) * D)));
  const text = `ham 1
dim D = ${D}, K = ${K}
const beta = ${rbfBeta(beta)}
data xi: [K, D] = ${list(rows)}
data start: [D] = ${list(x)}
neuron v: [D] as identity { leak = off }
energy memory = -1/beta * logsumexp[k] -beta/2 * sum[i] (v[i] - xi[k, i])^2
recall settle {
  start v[i] = start[i]
  solver = euler(dt = 0.1)
  steps = 0
}
`;
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall();
  const stored = { shape: [K, D] as const, data: patterns };
  const own = await denseMemoryEnergy(stored, { shape: [1, D], data: x }, beta);
  expect(result.outcomes[0].energyBefore).toBeCloseTo(own.energy[0] / 2, 5);
});
