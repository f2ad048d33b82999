// The claims about the 1024 icons: what a classical network restores, what it confuses, and what
// density rescues. The models are the examples as they stand.

import { readFileSync } from "node:fs";
import { bernoulli, foldIn, key } from "@hamlet/core";
import { loadModel, type ModelFiles } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";

const EXAMPLES = new URL("../../../examples/", import.meta.url);
const files: ModelFiles = {
  read: (path) => Promise.resolve(readFileSync(new URL(path, EXAMPLES))),
};

/** Visits at random miss one unit in e^(steps / 2304): none, with so many. */
const LONG = "recall.settle.steps=60000";

beforeAll(() => useBackend("wasm"));

const open = (name: string, set: readonly string[] = []) =>
  loadModel(
    { name, text: readFileSync(new URL(name, EXAMPLES), "utf8") },
    { files, set: [...set] },
  );

/** Recalls copies of icons of which a share of the pixels is flipped. */
async function restore(
  name: string,
  { set = [], icons, flipped }: { set?: string[]; icons: readonly number[]; flipped: number },
) {
  using model = await open(name, set);
  const stored = model.graph.tensors.find(({ kind }) => kind === "data")!.name;
  const { shape, data } = model.entries(stored);
  const [, height, width] = shape;
  const size = height * width;
  const query = new Float32Array(icons.length * size);
  icons.forEach((icon, b) => {
    const flips = bernoulli(foldIn(key(4), icon), flipped, size);
    for (let i = 0; i < size; i++) {
      query[b * size + i] = data[icon * size + i] * (flips[i] === 1 ? -1 : 1);
    }
  });
  using result = await model.recall({
    givens: { query: { shape: [icons.length, height, width], data: query } },
  });
  const [layer] = result.activations.values();
  const found = await layer.data();
  const overlaps = icons.map((icon, b) => {
    let total = 0;
    for (let i = 0; i < size; i++) total += found[b * size + i] * data[icon * size + i];
    return total / size;
  });
  return { overlaps, outcomes: result.outcomes, found, patterns: data, size };
}

/**
 * Flips that would lower a dense energy `-Σ_m F(ξ_m·v)`, by the sum as it is written: nothing of
 * the recall is used. `score` is any increasing function of the sum.
 */
function flipsThatHelp(
  {
    found,
    patterns,
    size,
  }: { found: ArrayLike<number>; patterns: ArrayLike<number>; size: number },
  example: number,
  score: (overlaps: Float64Array) => number,
): number {
  const K = patterns.length / size;
  const overlaps = new Float64Array(K);
  const at = example * size;
  for (let m = 0; m < K; m++) {
    for (let i = 0; i < size; i++) overlaps[m] += patterns[m * size + i] * found[at + i];
  }
  const before = score(overlaps);
  let helping = 0;
  for (let i = 0; i < size; i++) {
    const after = overlaps.map((o, m) => o - 2 * patterns[m * size + i] * found[at + i]);
    helping += Number(score(after) > before + 1e-9 * Math.abs(before));
  }
  return helping;
}

const logSumExp = (beta: number) => (overlaps: Float64Array) => {
  const most = overlaps.reduce((a, b) => Math.max(a, b));
  return most + Math.log(overlaps.reduce((sum, o) => sum + Math.exp(beta * (o - most)), 0)) / beta;
};

describe("the classical network", () => {
  const name = "01-hopfield.ham";

  test("restores two icons from 20% flipped pixels", async () => {
    const { overlaps, outcomes } = await restore(name, {
      set: [LONG],
      icons: [0, 1],
      flipped: 0.2,
    });
    expect(overlaps).toEqual([1, 1]);
    expect(outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
  });

  test("turns 80% flipped pixels into the negative", async () => {
    const { overlaps } = await restore(name, { set: [LONG], icons: [0, 1], flipped: 0.8 });
    expect(overlaps).toEqual([-1, -1]);
  });

  test("confuses six icons, for they are alike: none is even stable", async () => {
    const icons = [0, 1, 2, 3, 4, 5];
    for (const flipped of [0, 0.2]) {
      const { overlaps } = await restore(name, { set: ["K=6", LONG], icons, flipped });
      expect(overlaps.filter((overlap) => overlap === 1)).toHaveLength(0);
    }
  });
});

describe("the polynomial memory", () => {
  const name = "02-dense-polynomial.ham";

  test("restores the six icons that the classical network confuses", async () => {
    const icons = [0, 1, 2, 3, 4, 5];
    const { overlaps } = await restore(name, { set: ["K=8", LONG], icons, flipped: 0.2 });
    expect(overlaps).toEqual(icons.map(() => 1));
  });

  test("has no negatives: 80% flipped pixels do not end in one", async () => {
    const icons = [0, 1];
    const { overlaps } = await restore(name, { set: ["K=8"], icons, flipped: 0.8 });
    for (const overlap of overlaps) expect(overlap).toBeGreaterThan(-0.9);
  });

  test.each([20, 200])("stays finite at the order %d", async (n) => {
    const { overlaps, outcomes } = await restore(name, {
      set: [`n=${n}`, LONG],
      icons: [7, 50],
      flipped: 0.2,
    });
    expect(overlaps).toEqual([1, 1]);
    for (const { ending, energyAfter } of outcomes) {
      expect(ending).toBe("converged");
      expect(Number.isFinite(energyAfter)).toBe(true);
    }
  });
});

describe("the exponential memory", () => {
  const name = "02b-dense-exponential.ham";

  test("restores 100 of 100 among all 1024 from 25% flipped pixels, each with a certificate", async () => {
    const icons = Array.from({ length: 100 }, (_, k) => Math.floor((k * 1024) / 100));
    const ended = await restore(name, { icons, flipped: 0.25 });
    expect(ended.overlaps).toEqual(icons.map(() => 1));
    for (const { ending } of ended.outcomes) expect(ending).toBe("converged");
    // Every flip of every unit takes long to count: of some, others in every run.
    for (let n = 0; n < Math.min(100, samples(10)); n++) {
      const b = (seed() + 37 * n) % icons.length;
      expect(flipsThatHelp(ended, b, logSumExp(0.2)), `icon ${icons[b]}`).toBe(0);
    }
  });

  test("blends icons where beta is far below its scale", async () => {
    const { overlaps } = await restore(name, {
      set: ["K=64", "beta=0.0005"],
      icons: [3],
      flipped: 0.25,
    });
    expect(overlaps[0]).toBeLessThan(1);
  });
});
