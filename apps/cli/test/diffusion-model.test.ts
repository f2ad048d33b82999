// A `.ham` file and the diffusion package mean the same energy, and an annealed recall is a sampler.

import { readFileSync } from "node:fs";
import { key, normal, split, writeNpy } from "@hamlet/core";
import {
  denseMemoryEnergy,
  energyCensus,
  type Points,
  pointsOf,
  polygonPoints,
  sampleProbabilityFlow,
  exactScore,
  varianceExploding,
} from "@hamlet/diffusion";
import { makeLandscape } from "@hamlet/ham";
import { loadModel, type Model, type ModelFiles } from "@hamlet/model";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

const EXAMPLE = new URL("../../../examples/03b-dense-lse-euclid.ham", import.meta.url);
/** The example, with starts that are handed in where it draws one: many at a time, of our choice. */
const TEXT = readFileSync(EXAMPLE, "utf8").replace("start v ~ normal(0, 1)", "start v = query");
const COUNT = 200;

const xi = Float32Array.from(polygonPoints(9).data);
const patterns: Points = { shape: [9, 2], data: Float64Array.from(xi) };
const noise = varianceExploding(1);
/** Where the sampler of the same key begins. */
const starts = normal(split(key(5))[0], [COUNT, 2]);

const stored: Record<string, Uint8Array> = {
  "data/memories.npy": writeNpy({ shape: [9, 2], dtype: "float32", data: xi }),
  "data/queries.npy": writeNpy({ shape: [COUNT, 2], dtype: "float32", data: starts }),
};
const files: ModelFiles = {
  read: (path) => Promise.resolve(stored[path] ?? { path, folder: "memory", near: null }),
};

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

/** Where a recall ends, `[COUNT, 2]`. */
async function endsOf(model: Model): Promise<Points> {
  const query = { shape: [COUNT, 2], data: starts };
  using result = await model.recall({ recall: "anneal", givens: { query } });
  const [v] = [...result.activations.values()];
  return { shape: [COUNT, 2], data: Float64Array.from(await v.data()) };
}

function farthest(points: Points, others: Points): number {
  const distances = Array.from({ length: COUNT }, (_, i) =>
    Array.from({ length: others.shape[0] }, (__, j) =>
      Math.hypot(
        points.data[2 * i] - others.data[2 * j],
        points.data[2 * i + 1] - others.data[2 * j + 1],
      ),
    ).reduce((least, distance) => Math.min(least, distance)),
  );
  return Math.max(...distances);
}

test.each([0.5, 8, 50])(
  "at beta = %d the file has half the exact energy at β = beta/2",
  async (beta) => {
    using model = await loadModel({ name: "m.ham", text: TEXT }, { files, set: [`beta=${beta}`] });
    const tensors = new Map(
      model.graph.tensors.map((tensor) => [tensor, model.entries(tensor.name).data]),
    );
    const landscape = makeLandscape(model.graph, { sizes: model.sizes, tensors });
    const x = pointsOf([
      [0.3, -0.9],
      [1.2, 0.4],
      [0, 0],
      [-5, 3],
    ]);
    const exact = await denseMemoryEnergy(patterns, x, beta / 2);
    for (let i = 0; i < 4; i++) {
      const site = landscape.at(x.data.slice(2 * i, 2 * i + 2));
      expect(2 * site.energy).toBeCloseTo(exact.energy[i], 10);
      expect(2 * site.slope[0]).toBeCloseTo(exact.gradient[2 * i], 10);
      expect(2 * site.slope[1]).toBeCloseTo(exact.gradient[2 * i + 1], 10);
    }
  },
);

test("the annealed recall of the file ends near the minima of its last energy", async () => {
  using model = await loadModel({ name: "m.ham", text: TEXT }, { files });
  const ends = await endsOf(model);
  const { points } = await energyCensus(patterns, { beta: 25 });
  const minima = points.filter(({ kind }) => kind === "minimum");
  expect(minima).toHaveLength(9);
  expect(farthest(ends, pointsOf(minima.map(({ at }) => Array.from(at))))).toBeLessThan(0.02);
});

test("with a step of half the logarithm of the schedule it is the probability flow", async () => {
  const steps = 500;
  // From noise of variance 1 to 0.05, where samples are still on their way: beta is one over it.
  const text = TEXT.replace("schedule beta = 0.5 * 100^t", "schedule beta = 20^t").replace(
    "euler(dt = 0.05)\n  steps = 400",
    `euler(dt = ${Math.log(20) / 2 / steps})\n  steps = ${steps}`,
  );
  using model = await loadModel({ name: "m.ham", text }, { files });
  const ends = await endsOf(model);
  let flow = new Float64Array();
  await sampleProbabilityFlow(exactScore(patterns, noise), {
    noise,
    key: key(5),
    count: COUNT,
    steps: steps + 1,
    end: 0.05,
    // The last step takes the rest of the noise away.
    onProgress: ({ done: step, x }) => {
      if (step === steps) flow = Float64Array.from(x);
    },
  });
  const apart = ends.data.map((value, k) => Math.abs(value - flow[k]));
  expect(Math.max(...apart)).toBeLessThan(0.01);
  expect(farthest(ends, patterns)).toBeGreaterThan(0.1);
});
