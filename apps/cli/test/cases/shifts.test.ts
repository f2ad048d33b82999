// Case 19: sparse activations over a middle axis, and scores that are all moved up by a number.

import { readNpy, readNpz } from "@hamlet/core";
import { activationOf, evaluate, evaluateScalar } from "@hamlet/graph";
import { loadModelFile } from "@hamlet/model/node";

import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const FOLDER = new URL("../../../../fixtures/cases/19-sparse-over-middle-axis/", import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, FOLDER));
const bytes = (name: string) => new Uint8Array(readFileSync(path(name)));

beforeAll(() => tf.setBackend("wasm"));

function expectNear(found: ArrayLike<number>, right: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(right.length);
  const error = Array.from(right, (entry, n) => Math.abs(found[n] - entry));
  expect(Math.max(...error)).toBeLessThan(tolerance);
}

test.each(["x", "big"])("sparse activations over a middle axis of %s", async (name) => {
  using model = await loadModelFile(path("s.ham"));
  const { shape, data } = readNpz(bytes("x.npz")).get(name)!;
  const right = readNpz(bytes(`ref_${name}.npz`));
  const size = data.length / shape[0];
  for (let n = 0; n < shape[0]; n++) {
    const x = Float32Array.from(data.slice(n * size, (n + 1) * size) as Float32Array);
    using result = await model.recall({ givens: { x: { shape: shape.slice(1), data: x } } });
    for (const [neuron, activation] of result.activations) {
      const reference = right.get(neuron.name === "s" ? "sparsemax" : "entmax15")!.data;
      expectNear(
        activation.dataSync(),
        reference.slice(n * size, (n + 1) * size) as Float64Array,
        2e-6,
      );
    }
  }
});

test("scores that are moved up keep their shares, and their energy", async () => {
  using model = await loadModelFile(path("shift.ham"));
  const rows = readNpy(bytes("shift.npy"));
  const tenMillion = [1, 1, 1, 0, 0].map((score) => 1e7 + score);
  const data = Float32Array.from([...(rows.data as Float32Array), ...tenMillion]);
  const count = rows.shape[0] + 1;
  using result = await model.recall({ givens: { x: { shape: [count, 5], data } } });
  for (const [neuron, activation] of result.activations) {
    const { indices, value } = activationOf(neuron);
    const right = Array.from({ length: count }, (_, n) => {
      const tensors = new Map([[neuron.state, data.subarray(5 * n, 5 * n + 5)]]);
      return [...evaluate(value, { sizes: model.sizes, tensors }, indices).data];
    });
    expectNear(activation.dataSync(), right.flat(), 2e-6);
    if (neuron.name !== "e") continue;
    const shares = [0.3296663, 0.3296663, 0.3296663, 0.0055006, 0.0055006];
    expectNear(right.at(-1)!, shares, 1e-6);
  }
  const energies = Array.from({ length: count }, (_, n) => {
    const x = data.subarray(5 * n, 5 * n + 5);
    return model.graph.neurons.reduce((total, neuron) => {
      const tensors = new Map([[neuron.state, x]]);
      const { indices, value } = activationOf(neuron);
      const share = evaluate(value, { sizes: model.sizes, tensors }, indices).data;
      const product = share.reduce((all, entry, i) => all + entry * x[i], 0);
      return total + product - evaluateScalar(neuron.lagrangian, { sizes: model.sizes, tensors });
    }, 0);
  });
  expectNear(
    result.outcomes.map(({ energyBefore }) => energyBefore),
    energies,
    5e-6,
  );
  // Part by part as well, which the whole is the sum of.
  const { parts, total } = await model.energies({ givens: { x: { shape: [count, 5], data } } });
  expectNear(total, energies, 5e-6);
  const sums = energies.map((_, n) => parts.reduce((sum, { values }) => sum + values[n], 0));
  expectNear(sums, energies, 5e-6);
});
