// Binary memories: fixed points that are certain, cycles that are seen, orders that differ.

import { key, normal } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  evaluateScalar,
  type Expr,
  get,
  indicesOf,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  type Recall,
  RECALL_QUANTITIES,
  sum,
  type VisitOrder,
} from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { sign } from "./binary-models.ts";
import { recallOf, setupOf } from "./models.ts";

beforeAll(() => useBackend("wasm"));

/** A layer of `size` units with couplings `T`, or with `K` patterns and the energy `F`. */
function layer(size: number, patterns = 1) {
  const D = makeDim("D", size);
  const K = makeDim("K", patterns);
  const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
  const m = makeIndex("m", K);
  const v = makeNeuron("v", [D], sign);
  const query = makeTensor("query", "given", [D]);
  const T = makeTensor("T", "data", [D, D]);
  const xi = makeTensor("xi", "data", [K, D]);
  const quadratic = mul(
    lit(-1 / 2),
    sum([i, j], mul(get(T, [i, j]), get(v.activation, [i]), get(v.activation, [j]))),
  );
  const overlap = sum([i], mul(get(xi, [m, i]), get(v.activation, [i])));
  const graph = (energy: Expr): EnergyGraph => ({
    dims: [D, K],
    tensors: [T, xi, query],
    neurons: [v],
    terms: [{ name: "coupling", energy }],
    recalls: [],
  });
  return { v, query, T, xi, m, overlap, quadratic, graph };
}

const settled = apply("ne", get(RECALL_QUANTITIES.settled), lit(0));
const solver = (name: string, order?: VisitOrder): Recall["solver"] => ({
  name,
  options: new Map(),
  ...(order === undefined ? {} : { order }),
});

/** Patterns of −1 and +1. */
function signs(count: number, seed: number): Float32Array {
  return normal(key(seed), count).map((x) => (x > 0 ? 1 : -1));
}

describe("sync", () => {
  const two = layer(2);
  const recall = recallOf([[two.v, two.query]], { solver: solver("sync"), steps: lit(20) });
  const settle = async (couplings: number[], start: number[]) => {
    const setup = setupOf(
      new Map([
        [two.T, couplings],
        [two.xi, [1, 1]],
      ]),
    );
    using compiled = makeRecall(two.graph(two.quadratic), recall, setup);
    const query = tf.tensor2d([start]);
    const result = await compiled.run({ givens: new Map([[two.query, query]]) });
    tf.dispose([query, ...setup.values.values()]);
    return result;
  };

  test("reports the two-cycle of two units that repel each other, with its period", async () => {
    using result = await settle([0, -1, -1, 0], [-1, -1]);
    expect(result.outcomes[0]).toMatchObject({ ending: "cycle", period: 2, firstIncrease: null });
    expect(Math.abs(result.energies[0][0])).toBe(1);
  });

  test("converges where the units agree", async () => {
    using result = await settle([0, 1, 1, 0], [1, 1]);
    expect(result.outcomes[0]).toMatchObject({ ending: "converged", period: null, steps: 1 });
    const [v] = result.activations.values();
    expect([...(await v.data())]).toEqual([1, 1]);
  });
});

describe("async", () => {
  const N = 40;
  const K = 3;
  const memory = layer(N, K);
  const patterns = signs(K * N, 7);
  const energies = {
    quadratic: mul(lit(-1 / 2), sum([memory.m], pow(memory.overlap, lit(2)))),
    polynomial: mul(lit(-1 / 6), sum([memory.m], pow(apply("relu", memory.overlap), lit(6)))),
    exponential: neg(sum([memory.m], apply("exp", memory.overlap))),
  };
  const settle = async (
    energy: Expr,
    {
      order,
      steps = 2000,
      flips = 6,
      ...rest
    }: Partial<Omit<Recall, "steps">> & {
      order?: VisitOrder;
      steps?: number;
      flips?: number;
    } = {},
    seed = 1,
  ) => {
    const setup = setupOf(
      new Map([
        [memory.T, new Float32Array(N * N)],
        [memory.xi, patterns],
      ]),
    );
    const recall = recallOf([[memory.v, memory.query]], {
      solver: solver("async", order),
      steps: lit(steps),
      stop: settled,
      ...rest,
    });
    using compiled = makeRecall(memory.graph(energy), recall, setup);
    const start = [...patterns.subarray(0, N)].map((x, i) => (i < flips ? -x : x));
    const query = tf.tensor2d([start, [...patterns.subarray(N, 2 * N)]]);
    const result = await compiled.run({ givens: new Map([[memory.query, query]]), key: key(seed) });
    tf.dispose([query, ...setup.values.values()]);
    return { result, start };
  };

  test.each(Object.keys(energies) as (keyof typeof energies)[])(
    "restores a damaged pattern by a %s energy, in every order, and certifies it",
    async (name) => {
      for (const order of ["random", "cyclic", "permutation"] as const) {
        const { result } = await settle(energies[name], { order });
        using owned = result;
        const [v] = owned.activations.values();
        const found = await v.data();
        expect([...found.subarray(0, N)]).toEqual([...patterns.subarray(0, N)]);
        expect(owned.outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
        for (let k = 1; k < owned.energies.length; k++) {
          expect(owned.energies[k][0]).toBeLessThanOrEqual(owned.energies[k - 1][0]);
        }
      }
    },
  );

  test("reports the energy that the final state has", async () => {
    const { result } = await settle(energies.polynomial);
    using owned = result;
    const [v] = owned.activations.values();
    const found = (await v.data()).subarray(0, N);
    const tensors = new Map([
      [memory.v.activation, found],
      [memory.xi, patterns],
    ] as const);
    const expected = evaluateScalar(energies.polynomial, { tensors });
    expect(Math.abs(owned.outcomes[0].energyAfter / expected - 1)).toBeLessThan(1e-12);
  });

  test("a whole sweep without a flip is what ends it", async () => {
    const { result } = await settle(energies.quadratic, { flips: 0 });
    using owned = result;
    expect(owned.outcomes[0].steps).toBe(N);
    expect(owned.outcomes[0].lastChange).toBe(0);
  });

  test("too few steps are called so, unless trying every unit shows that nothing is left", async () => {
    const few = await settle(energies.quadratic, { order: "cyclic", steps: 3 });
    using owned = few.result;
    expect(owned.outcomes[0].ending).toBe("max-steps");
    expect(owned.outcomes[1].ending).toBe("converged");
  });

  test("keeps energies as often as the recall asks, with the start and the end", async () => {
    const record = [{ name: "energy", every: 7 }];
    const { result } = await settle(energies.quadratic, { order: "cyclic", record });
    using owned = result;
    const last = Math.max(...owned.outcomes.map(({ steps }) => steps));
    expect(owned.energySteps.slice(0, 3)).toEqual([0, 7, 14]);
    expect(owned.energySteps.at(-1)).toBe(last);
    expect(owned.energies).toHaveLength(owned.energySteps.length);
  });

  test("keeps about a thousand energies of a long recall by default", async () => {
    const { result } = await settle(energies.quadratic, { steps: 20_000, flips: 19 });
    using owned = result;
    expect(owned.energySteps[1]).toBe(20);
  });

  test("leaves clamped units alone", async () => {
    const indices = indicesOf(memory.v.axes);
    const [index] = indices;
    const first = apply("lt", { kind: "position", index, free: [index] }, lit(3));
    const clamps = [{ neuron: memory.v, indices, where: first, value: null }];
    const { result, start } = await settle(energies.quadratic, { clamps });
    using owned = result;
    const [v] = owned.activations.values();
    const found = await v.data();
    expect([...found.subarray(0, 3)]).toEqual(start.slice(0, 3));
    expect([...found.subarray(3, N)]).toEqual([...patterns.subarray(3, N)]);
  });

  test("follows from the key, and an example not from its neighbours", async () => {
    const ends = async (seed: number) => {
      const { result } = await settle(energies.quadratic, { order: "random", steps: 60 }, seed);
      using owned = result;
      return owned.energies.map(([energy]) => energy);
    };
    expect(await ends(1)).toEqual(await ends(1));
    expect(await ends(1)).not.toEqual(await ends(2));
  });

  test("steps by hand sweep by sweep", () => {
    const setup = setupOf(
      new Map([
        [memory.T, new Float32Array(N * N)],
        [memory.xi, patterns],
      ]),
    );
    const recall = recallOf([[memory.v, memory.query]], {
      solver: solver("async"),
      steps: lit(100),
    });
    using compiled = makeRecall(memory.graph(energies.quadratic), recall, setup);
    const query = tf.tensor2d([[...signs(N, 3)]]);
    const steps: number[] = [];
    for (const { step } of compiled.descend({ givens: new Map([[memory.query, query]]) })) {
      steps.push(step);
    }
    expect(steps).toEqual([0, 40, 80, 100]);
    tf.dispose([query, ...setup.values.values()]);
  });

  test("leaks nothing, also when it is stopped", async () => {
    await expectNoLeak(async () => {
      const { result } = await settle(energies.quadratic);
      result.dispose();
    });
    const setup = setupOf(
      new Map([
        [memory.T, new Float32Array(N * N)],
        [memory.xi, patterns],
      ]),
    );
    const query = tf.tensor2d([[...signs(N, 3)]]);
    const recall = recallOf([[memory.v, memory.query]], { solver: solver("async") });
    await expectNoLeak(async () => {
      using compiled = makeRecall(memory.graph(energies.quadratic), recall, setup);
      const givens = new Map([[memory.query, query]]);
      await expect(compiled.run({ givens, signal: { aborted: true } })).rejects.toThrow("stopped");
    });
    tf.dispose([query, ...setup.values.values()]);
  });
});
