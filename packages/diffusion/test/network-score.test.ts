// A network as a score, against the same network in float64 and its differences.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { key, normal, uniform } from "@hamlet/core";
import {
  initialModel,
  type NetworkScoreOptions,
  networkScore,
  type ScoreModel,
} from "@hamlet/diffusion";
import { expectNoLeak, expectNoLeakOnFailure, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { everySo } from "../../../tools/samples.ts";
import { type PlainScore, plainScore, plainWeights } from "./plain-network.ts";

const COUNT = 12;
const small = (width: number) =>
  initialModel(key(3), { width, hidden: 8, embedding: 6, layers: 3, sigma: 1.5 });

/** Points and times, the earliest of them near 0. */
function pointsFor(width: number) {
  const x = Float64Array.from(normal(key(1), COUNT * width));
  const t = Float64Array.from(uniform(key(2), COUNT, { min: 0.001, max: 1 }));
  return { x, t, rows: Array.from(t, (_, n) => [...x.subarray(n * width, (n + 1) * width)]) };
}

/** `∂s_i / ∂x_j` by central differences. */
function jacobian(score: PlainScore, x: readonly number[], t: number): number[][] {
  const h = 1e-5;
  const columns = x.map((_, j) => {
    const [ahead, behind] = [h, -h].map((by) => score(x.with(j, x[j] + by), t));
    return ahead.map((value, i) => (value - behind[i]) / (2 * h));
  });
  return x.map((_, i) => columns.map((column) => column[i]));
}

const trace = (matrix: readonly (readonly number[])[]) =>
  matrix.reduce((sum, row, i) => sum + row[i], 0);

function expectNear(found: ArrayLike<number>, expected: readonly number[], scale = 1e-4) {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, k) => {
    expect(Math.abs(found[k] - value), `entry ${k}`).toBeLessThan(
      scale * Math.max(1, Math.abs(value)),
    );
  });
}

/** Every backend with what runs there by default, and with its tensors. */
const WAYS = NODE_BACKENDS.flatMap((backend) => [
  [backend, undefined] as const,
  [backend, "tensors"] as const,
]);

describe.each(WAYS)("on %s, engine %s", (backend, engine) => {
  beforeAll(() => useBackend(backend));
  const scoreOf = (model: ScoreModel, options: NetworkScoreOptions = {}) =>
    networkScore(model, engine === undefined ? options : { ...options, engine });

  test.each([1, 2, 3])("scores and exact divergences of %d coordinates", async (width) => {
    const model = small(width);
    const plain = plainScore(model);
    const { x, t, rows } = pointsFor(width);
    await expectNoLeak(async () => {
      using score = scoreOf(model);
      const alone = await score.score(x, t);
      const both = await score.scoreAndDivergence(x, t);
      expectNear(
        alone,
        rows.flatMap((row, n) => plain(row, t[n])),
      );
      expect(both.score).toEqual(alone);
      expectNear(
        both.divergence,
        rows.map((row, n) => trace(jacobian(plain, row, t[n]))),
      );
    });
  });

  test("the network of the notebook", async () => {
    const model = initialModel(key(9));
    const plain = plainScore(model);
    const { x, t, rows } = pointsFor(2);
    using score = scoreOf(model);
    expectNear(
      await score.score(x, t),
      rows.flatMap((row, n) => plain(row, t[n])),
      5e-4,
    );
  });

  test("above three coordinates the divergence is estimated without bias", async () => {
    const [width, probes] = [5, 64];
    const model = small(width);
    const plain = plainScore(model);
    const { x, t, rows } = pointsFor(width);
    using score = scoreOf(model, { probes });
    const { divergence } = await score.scoreAndDivergence(x, t);
    rows.forEach((row, n) => {
      const J = jacobian(plain, row, t[n]);
      // The variance of one probe: ½ Σ_{i≠j} (J_ij + J_ji)².
      const variance = J.flatMap((line, i) =>
        line.map((value, j) => (i === j ? 0 : (value + J[j][i]) ** 2 / 2)),
      ).reduce((a, b) => a + b, 0);
      const error = Math.abs(divergence[n] - trace(J));
      expect(error).toBeLessThan(4.5 * Math.sqrt(variance / probes) + 1e-3);
    });
  });
});

describe("bad use", () => {
  const model = small(2);
  beforeAll(() => useBackend("cpu"));

  test("no operation that fails leaves a tensor behind", async () => {
    const { x, t } = pointsFor(2);
    const ran = await expectNoLeakOnFailure(async () => {
      using score = networkScore(model, { engine: "tensors" });
      await score.scoreAndDivergence(x, t);
    }, everySo(3));
    expect(ran).toBeGreaterThan(30);
  });

  test("points that do not fit their times", async () => {
    using score = networkScore(model);
    await expect(score.score(new Float64Array(3), new Float64Array(2))).rejects.toThrow(
      "A score of 2 coordinates: expected 4 numbers for 2 times, found 3. Pass points [n, 2] and one time for each.",
    );
  });

  test("a score that was disposed", async () => {
    const score = networkScore(model);
    score.dispose();
    score.dispose();
    await expect(score.score(new Float64Array(2), new Float64Array(1))).rejects.toMatchObject({
      code: "core/disposed",
    });
  });

  test("no probes", () => {
    expect(() => networkScore(model, { probes: 0 })).toThrow(
      "The number of probes must be a whole number from 1 up, not 0.",
    );
  });

  test.each([
    [{ hidden: 1 }, 'expected "hidden" to be a whole number from 2 up, found 1'],
    [{ embedding: 5 }, 'expected "embedding" to be an even number, found 5'],
    [{ layers: 1 }, 'expected "layers" to be a whole number from 2 up, found 1'],
    [{ sigma: 0 }, 'expected "sigma" to be a number above 0, found 0'],
  ])("no network has the shape %j", (shape, message) => {
    expect(() => initialModel(key(0), shape)).toThrow(`A score network: ${message}.`);
  });
});

test("a network starts as PyTorch's layers do, and a key always starts the same one", () => {
  const model = initialModel(key(5));
  expect(initialModel(key(5))).toEqual(model);
  const weights = plainWeights(model);
  expect(model.weights.length).toBe(99_842);
  for (const [name, fanIn] of [
    ["time_embed.1", 128],
    ["input_proj", 130],
    ["hidden.4", 128],
    ["output", 128],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn);
    const values = weights.get(`${name}.weight`)!;
    expect(values.every((w) => Math.abs(w) <= bound * 1.000_001)).toBe(true);
    const variance = values.reduce((sum, w) => sum + w * w, 0) / values.length;
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, values.length > 1000 ? 1 : 0);
    expect(weights.get(`${name}.bias`)!.every((w) => Math.abs(w) <= bound * 1.000_001)).toBe(true);
  }
  expect(new Set(weights.get("hidden.5.weight"))).toEqual(new Set([1]));
  expect(new Set(weights.get("hidden.5.bias"))).toEqual(new Set([0]));
  const spread = Math.hypot(...model.frequencies) / Math.sqrt(model.frequencies.length);
  expect(Math.abs(spread / 16 - 1)).toBeLessThan(4 / Math.sqrt(2 * 64));
});
