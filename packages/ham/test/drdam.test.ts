// The synapse `drdam` against loops over numbers, and against the exact kernel memory.

import { key, normal } from "@hamlet/core";
import {
  evaluate,
  evaluateScalar,
  get,
  gradient,
  indicesOf,
  lit,
  makeDim,
  makeTensor,
  type ReadEntry,
  type Tensor,
} from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { differenceGradient, expectClose } from "@hamlet/testing";
import { expect, test } from "vitest";

const [A, K, Y, beta] = [3, 4, 4000, 2];
const xi = normal(key(1), [K, A]);
const omega = normal(key(2), [Y, A]);
const start = Float64Array.from(xi.slice(0, A), (x) => x + 0.2);

const dims = { A: makeDim("A", A), K: makeDim("K", K), Y: makeDim("Y", Y) };
const tensors = {
  a: makeTensor("a", "activation", [dims.A]),
  xi: makeTensor("xi", "data", [dims.K, dims.A]),
  omega: makeTensor("omega", "param", [dims.Y, dims.A]),
};
const reads =
  (tensor: Tensor): ReadEntry =>
  (...at) =>
    get(tensor, at);
const synapse = HYPERSYNAPSES.find(({ name }) => name === "drdam")!;
const energy = synapse.energy({
  dims,
  args: { a: reads(tensors.a) },
  params: { xi: reads(tensors.xi), omega: reads(tensors.omega) },
  options: { beta: lit(beta), eps: lit(1e-10) },
});
const at = (a: Float64Array) =>
  new Map<Tensor, ArrayLike<number>>([
    [tensors.a, a],
    [tensors.xi, xi],
    [tensors.omega, omega],
  ]);

function dot(rows: ArrayLike<number>, row: number, x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < A; i++) sum += rows[row * A + i] * x[i];
  return sum;
}

/** `−(1/β) log` of the kernel sum, one cosine of a difference at a time. */
function byLoops(a: Float64Array): number {
  let sum = 0;
  for (let m = 0; m < K; m++) {
    const offset = a.map((x, i) => Math.sqrt(beta) * (x - xi[m * A + i]));
    for (let y = 0; y < Y; y++) sum += Math.cos(dot(omega, y, offset));
  }
  return -Math.log(sum / Y) / beta;
}

test("its energy is that of a sum of cosines, and near the exact one", () => {
  const found = evaluateScalar(energy, { tensors: at(start) });
  expect(found).toBeCloseTo(byLoops(start), 10);
  const kernels = Array.from({ length: K }, (_, m) => {
    const distance = start.reduce((sum, x, i) => sum + (x - xi[m * A + i]) ** 2, 0);
    return Math.exp((-beta / 2) * distance);
  });
  const exact = -Math.log(kernels.reduce((sum, k) => sum + k, 0)) / beta;
  expect(Math.abs(found - exact)).toBeLessThan(0.03);
});

test("its gradient is the derivative", () => {
  const [d] = indicesOf([dims.A]);
  const slope = evaluate(gradient(energy, tensors.a, [d]), { tensors: at(start) }, [d]);
  expectClose(slope.data, differenceGradient(byLoops, start), { tolerance: 1e-6 });
});
