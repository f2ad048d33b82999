// Classical Hopfield networks: what is known about how much they hold, and how orders differ.

import { bernoulli, foldIn, key } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  type Recall,
  sum,
  type VisitOrder,
} from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { sign } from "./binary-models.ts";
import { recallOf, setupOf } from "./models.ts";

beforeAll(() => useBackend("wasm"));

function memory(N: number, K: number) {
  const D = makeDim("D", N);
  const patterns = makeDim("K", K);
  const i = makeIndex("i", D);
  const m = makeIndex("m", patterns);
  const v = makeNeuron("v", [D], sign);
  const query = makeTensor("query", "given", [D]);
  const xi = makeTensor("xi", "data", [patterns, D]);
  const overlap = sum([i], mul(get(xi, [m, i]), get(v.activation, [i])));
  const graph = (energy: Expr): EnergyGraph => ({
    dims: [D, patterns],
    tensors: [xi, query],
    neurons: [v],
    terms: [{ name: "memory", energy }],
    recalls: [],
  });
  return {
    v,
    query,
    xi,
    field: graph(neg(sum([i], get(v.activation, [i])))),
    hebb: graph(mul(lit(-1 / 2), sum([m], pow(overlap, lit(2))))),
    rectified: graph(mul(lit(-1 / 3), sum([m], pow(apply("relu", overlap), lit(3))))),
  };
}

type Memory = ReturnType<typeof memory>;

const random = (count: number, seed: number, p = 0.5) =>
  Float32Array.from(bernoulli(foldIn(key(11), seed), p, count), (bit) => 2 * bit - 1);

/** Where a batch of starts ends. */
async function ends(
  { v, query, xi }: Memory,
  graph: EnergyGraph,
  patterns: Float32Array,
  starts: Float32Array,
  { order = "permutation", steps = 100_000 }: { order?: VisitOrder; steps?: number } = {},
) {
  const N = v.axes[0].size?.kind === "lit" ? v.axes[0].size.value : 0;
  const solver: Recall["solver"] = { name: "async", options: new Map(), order };
  const setup = setupOf(new Map([[xi, patterns]]));
  using compiled = makeRecall(graph, recallOf([[v, query]], { solver, steps: lit(steps) }), setup);
  const tensor = tf.tensor2d(starts, [starts.length / N, N]);
  using result = await compiled.run({ givens: new Map([[query, tensor]]) });
  const found = new Float32Array(await result.activations.get(v)!.data());
  tf.dispose([tensor, ...setup.values.values()]);
  return { found, outcomes: result.outcomes };
}

function overlapOf(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, x, i) => total + x * b[i], 0) / a.length;
}

test("random visits miss units, a permutation misses none", async () => {
  // 12 000 draws among 2304 units leave 2304 (1 − 1/2304)^12000 = 12.6 of them out.
  const model = memory(2304, 1);
  const down = new Float32Array(2304).fill(-1);
  const left = async (order: VisitOrder, steps: number) => {
    const { found } = await ends(model, model.field, down, down, { order, steps });
    return found.filter((x) => x === -1).length;
  };
  expect(await left("permutation", 2304)).toBe(0);
  expect(await left("cyclic", 2304)).toBe(0);
  expect(Math.abs((await left("random", 12_000)) - 12.6)).toBeLessThan(4 * Math.sqrt(12.6));
});

test.each([
  [0, 1],
  [0.2, 0.93],
  [0.4, 0.02],
])(
  "50 patterns of 500 units with a share %d of flips come back with chance %d",
  async (p, chance) => {
    const [N, K, trials] = [500, 50, 24];
    const model = memory(N, K);
    let restored = 0;
    for (let set = 0; set < 3; set++) {
      const patterns = random(K * N, set);
      const first = patterns.subarray(0, (trials / 3) * N);
      const flips = random(first.length, 100 + set, 1 - p);
      const { found, outcomes } = await ends(
        model,
        model.hebb,
        patterns,
        first.map((x, i) => x * flips[i]),
      );
      expect(new Set(outcomes.map(({ ending }) => ending))).toEqual(new Set(["converged"]));
      for (let at = 0; at < first.length; at += N) {
        const overlap = overlapOf(found.subarray(at, at + N), first.subarray(at, at + N));
        restored += Number(overlap > 0.95);
      }
    }
    const error = 4 * Math.sqrt((chance * (1 - chance)) / trials) + 1 / trials;
    expect(Math.abs(restored / trials - chance)).toBeLessThanOrEqual(error);
  },
);

test("a mostly flipped pattern comes back negated from an even energy, but not from a rectified one", async () => {
  const N = 200;
  const model = memory(N, 3);
  const patterns = random(3 * N, 5);
  const first = patterns.subarray(0, N);
  const start = first.map((x, i) => (i < 0.8 * N ? -x : x));
  const even = await ends(model, model.hebb, patterns, start);
  expect(overlapOf(even.found, first)).toBe(-1);
  const rectified = await ends(model, model.rectified, patterns, start);
  expect(overlapOf(rectified.found, first)).toBeGreaterThan(-1);
});
