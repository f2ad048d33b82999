// Energies, gradients and descents of every kind and family: against differences and each other.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { foldIn, key, normal } from "@hamlet/core";
import {
  descendEnergy,
  FAMILIES,
  FeatureMap,
  featureScale,
  KINDS,
  lseDescent,
  makeDrdam,
  makeFeatures,
  rbfKernelOf,
} from "@hamlet/drdam";
import {
  differenceGradient,
  expectClose,
  expectNoLeak,
  NODE_BACKENDS,
  useBackend,
} from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { arrayFunction } from "../src/tensors/descent.ts";
import { rowsOf } from "./notebook.ts";

const [D, Y, K, beta] = [5, 300, 4, 2];
const memories = normal(key(3), [K, D]).map((x) => x / 2);
const states = rowsOf(
  normal(key(4), [3, D]).map((x) => x / 2),
  D,
);
const CASES = KINDS.flatMap((kind) => FAMILIES.map((family) => ({ kind, family })));

/** Sums of unscaled features over the memories. */
function sumsOf(map: FeatureMap): Float64Array {
  const scale = featureScale(map.features);
  const sums = new Float64Array(2 * map.features.description.Y);
  for (const memory of rowsOf(memories, D)) {
    map.phi(memory).forEach((entry, i) => (sums[i] += entry / scale));
  }
  return sums;
}

test("the exact gradient is the derivative of the exact energy", () => {
  for (const state of states) {
    const energy = (v: Float64Array) => lseDescent(v, memories, beta).energy;
    const expected = differenceGradient(energy, Float64Array.from(state));
    expectClose(lseDescent(state, memories, beta).gradient, expected, { tolerance: 1e-7 });
  }
});

test("the exact energy is −log of the kernel sum over β", () => {
  const sum = rowsOf(memories, D).reduce((h, xi) => h + rbfKernelOf(states[0], xi, beta), 0);
  expect(lseDescent(states[0], memories, beta).energy).toBeCloseTo(-Math.log(sum) / beta, 12);
});

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test("the similarity of two states is the kernel, of one with each, and of each with its own", () => {
    expectNoLeak(() => {
      using memory = makeDrdam({ D, Y, beta, key: key(5) });
      const near = { tolerance: 1e-5, floor: 1e-3 };
      const [one, all] = [
        tf.tensor1d([...states[0]]),
        tf.tensor2d(states.map((state) => [...state])),
      ];
      const other = tf.tensor2d(states.toReversed().map((state) => [...state]));
      const [single, each] = [memory.sim(one, all), memory.sim(all, other)];
      const to = (from: (b: number) => number) =>
        states.map((state, b) => rbfKernelOf(state, states[from(b)], beta));
      expectClose(
        single.dataSync(),
        to(() => 0),
        near,
      );
      expectClose(
        each.dataSync(),
        to((b) => states.length - 1 - b),
        near,
      );
      tf.dispose([one, all, other, single, each]);
    });
  });

  test("where the kernel sum is below eps the energy is flat", () => {
    const features = makeFeatures({ D, Y, beta, key: key(5) });
    const map = new FeatureMap(features);
    const T = tf.tensor1d(new Float32Array(sumsOf(map)));
    const v = tf.tensor2d(states.map((state) => [...state]));
    const at = (eps: number) => {
      const { energy, slope, kernelSum } = arrayFunction(features, { T, eps }, null).at(v);
      return [energy, slope, kernelSum!].map((tensor) => {
        const values = [...tensor.dataSync()];
        tensor.dispose();
        return values;
      });
    };
    const [, steep, sums] = at(1e-10);
    const eps = (Math.min(...sums) + Math.max(...sums)) / 2;
    const [energies, slopes] = at(eps);
    expect(sums.filter((sum) => sum > eps).length).toBeGreaterThan(0);
    sums.forEach((sum, b) => {
      const own = slopes.slice(b * D, (b + 1) * D);
      expect(own).toEqual(sum > eps ? steep.slice(b * D, (b + 1) * D) : Array(D).fill(0));
      expect(energies[b]).toBeCloseTo(-Math.log(Math.max(sum, eps)) / beta, 5);
    });
    tf.dispose([T, v]);
  });
});

describe.each(CASES)("$kind features, $family rows", ({ kind, family }) => {
  const options = { D, Y, beta, key: key(5), kind, family };
  const map = new FeatureMap(makeFeatures(options));
  const sums = sumsOf(map);

  test("the gradient is the derivative of the kernel sum", () => {
    for (const state of states) {
      const gradient = new Float64Array(D);
      const h = map.kernelSum(state, sums, gradient);
      const expected = differenceGradient(
        (v) => map.kernelSum(v, sums, null),
        Float64Array.from(state),
      );
      expectClose(gradient, expected, { tolerance: 1e-6, floor: 1e-3 });
      expect(map.kernelSum(state, sums, null)).toBeCloseTo(h, 14);
    }
  });

  test("the kernel sum is the product of feature vectors", () => {
    const T = sums.map((sum) => sum * featureScale(map.features));
    const product = map.phi(states[0]).reduce((total, entry, i) => total + entry * T[i], 0);
    expect(map.kernelSum(states[0], sums, null)).toBeCloseTo(product, 12);
  });

  describe.each(NODE_BACKENDS)("on %s", (backend) => {
    beforeAll(() => useBackend(backend));

    test("tensors say what float64 says, for one state and for several", async () => {
      const before = tf.memory().numTensors;
      using drdam = makeDrdam(options);
      const T = await drdam.distMemories(rowsOf(memories, D).map((row) => [...row]));
      const batch = tf.tensor2d(Float32Array.from(states.flatMap((row) => [...row])), [3, D]);
      const energies = drdam.rfApproxEnergy(batch, T);
      const one = drdam.rfApproxEnergy(states[1], T);
      const phi = drdam.phi(states[1]);
      const expected = states.map((v) => -Math.log(map.kernelSum(v, sums, null)) / beta);
      expectClose(await energies.data(), expected, { tolerance: 2e-5, floor: 1 });
      expectClose(await one.data(), [expected[1]], { tolerance: 2e-5, floor: 1 });
      expect(one.shape).toEqual([]);
      expectClose(await phi.data(), map.phi(states[1]), { tolerance: 2e-5, floor: 0.1 });
      tf.dispose([T, batch, energies, one, phi]);
      drdam.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    test("a descent by tensors goes where a descent by loops goes", async () => {
      using drdam = makeDrdam(options);
      const T = await drdam.distMemories(rowsOf(memories, D).map((row) => [...row]));
      const batch = states.map((row) => [...row]);
      const settings = { depth: 20, alpha: 0.1, returnGrads: true, clampIdxs: [0, 1, 0, 0, 0] };
      const [a, b] = await Promise.all(
        (["tensors", "simd", "float64"] as const).map((engine) =>
          drdam.rfApproxEnergyDescent(batch, T, { ...settings, engine }),
        ),
      );
      expect(a.energies.shape).toEqual([20, 3]);
      expect(a.grads!.shape).toEqual([20, 3, D]);
      const near = { tolerance: 1e-3, floor: 0.1 };
      expectClose(await a.state.data(), await b.state.data(), near);
      expectClose(await a.energies.data(), await b.energies.data(), near);
      expectClose(await a.grads!.data(), await b.grads!.data(), near);
      const end = rowsOf(Float32Array.from(await b.state.data()), D);
      end.forEach((row, k) => expect(row[1]).toBe(states[k][1]));
      tf.dispose([T, { ...a }, { ...b }]);
    });
  });
});

describe("a descent", () => {
  beforeAll(() => useBackend("wasm"));

  const lists = rowsOf(memories, D).map((row) => [...row]);

  test("of the exact energy never goes up and ends where the gradient is 0", async () => {
    using drdam = makeDrdam({ D, Y: 10, beta, key: key(1) });
    const { state, energies, clipped } = await drdam.energyDescent(states[0], lists, {
      depth: 2000,
    });
    const path = await energies.data();
    expect(energies.shape).toEqual([2000]);
    path.forEach((energy, t) => expect(energy).toBeLessThanOrEqual((path[t - 1] ?? 99) + 1e-6));
    const { gradient } = lseDescent(await state.data(), memories, beta);
    expect(Math.hypot(...gradient)).toBeLessThan(1e-4);
    expect((await clipped.data())[0]).toBe(0);
    tf.dispose([state, energies, clipped]);
  });

  test.each(["float64", "simd", "tensors"] as const)(
    "that stands in the dead zone says so, wherever it entered it, with %s",
    async (engine) => {
      using drdam = makeDrdam({ D, Y: 50, beta: 40, key: key(1) });
      const T = await drdam.distMemories(lists);
      const far = Array.from({ length: 40 }, (_, b) => [...normal(foldIn(key(8), b), D)]);
      const result = await drdam.rfApproxEnergyDescent(far, T, { depth: 5, alpha: 0.01, engine });
      const clipped = [...(await result.clipped.data())];
      const ends = rowsOf(Float32Array.from(await result.state.data()), D);
      // With features as few as these the noise is of either sign: some start clipped, some do not.
      expect(new Set(clipped)).toEqual(new Set([0, 1]));
      ends.forEach((end, b) => {
        const moved = end.some((x, d) => x !== Math.fround(far[b][d]));
        if (!moved) expect(clipped[b]).toBe(1);
        if (clipped[b] === 0) expect(moved).toBe(true);
      });
      // One step from where they are says the same of the same.
      const again = await drdam.rfApproxEnergyDescent(result.state, T, { depth: 1, engine });
      const found = [...(await again.clipped.data())];
      clipped.forEach((cut, b) => expect(found[b]).toBeGreaterThanOrEqual(cut));
      tf.dispose([T, { ...result }, { ...again }]);
    },
  );
});

describe("bad input", () => {
  beforeAll(() => useBackend("cpu"));

  const messageOf = async (run: () => unknown): Promise<string> => {
    try {
      await expectNoLeak(run);
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };

  test.each([
    [{ D: 0 }, 'Random features: expected a whole number from 1 up as "D", found 0. Change "D".'],
    [
      { Y: 2.5 },
      'Random features: expected a whole number from 1 up as "Y", found 2.5. Change "Y".',
    ],
    [
      { beta: -1 },
      'Random features: expected a number above 0 as "beta", found -1. Change "beta".',
    ],
    [
      { family: "gauss" as "gaussian" },
      'Random features: expected one of gaussian, orthogonal, structured as "family", found "gauss". Change "family".',
    ],
  ])("%j", async (wrong, message) => {
    const options = { D, Y, beta, key: key(5), ...wrong };
    expect(await messageOf(() => makeFeatures(options))).toBe(message);
  });

  test("says which shape was expected, and leaves nothing behind", async () => {
    using drdam = makeDrdam({ D, Y: 10, beta, key: key(1) });
    expect(await messageOf(() => drdam.phi([1, 2]))).toBe(
      "x: expected the shape [5] for one state or […, 5] for more, found [2]. Reshape it, or make the features for that size.",
    );
    expect(await messageOf(() => drdam.energy(states[0], [[1, 2]]))).toBe(
      "memories: expected the shape [K, 5], one memory a row, found [1, 2]. Reshape it, or make the features for that size.",
    );
    const T = Array.from({ length: 20 }, () => 1);
    expect(await messageOf(() => drdam.rfApproxEnergyDescent(states[0], T, { alpha: 0 }))).toBe(
      'DrDAM: expected a number above 0 as "alpha", found 0. Change "alpha".',
    );
    expect(await messageOf(() => drdam.rfApproxEnergyDescent(states[0], T, { depth: 0 }))).toBe(
      'DrDAM: expected a whole number from 1 up as "depth", found 0. Change "depth".',
    );
    drdam.dispose();
    drdam.dispose();
    expect(await messageOf(() => drdam.phi(states[0]))).toBe(
      "This DrDAM was disposed and cannot be used any more.",
    );
  });
});

describe("states of any leading shape", () => {
  beforeAll(() => useBackend("cpu"));

  test("give what they give as a batch, in their own shape", async () => {
    await expectNoLeak(async () => {
      using drdam = makeDrdam({ D, Y, beta, key: key(5) });
      const T = await drdam.distMemories(rowsOf(memories, D).map((row) => [...row]));
      tf.tidy(() => {
        const flat = tf.tensor(normal(key(6), [6, D]), [6, D]);
        const nested = tf.reshape(flat, [2, 1, 3, D]);
        const xi = tf.tensor(memories, [K, D]);
        const pairs = [
          [drdam.phi(flat), drdam.phi(nested), [2, 1, 3, 2 * Y]],
          [drdam.sim(flat, flat), drdam.sim(nested, nested), [2, 1, 3]],
          [
            drdam.rfApproxSim(flat, tf.slice(xi, [0, 0], [1, D])),
            drdam.rfApproxSim(nested, tf.slice(xi, [0, 0], [1, D])),
            [2, 1, 3],
          ],
          [drdam.energy(flat, xi), drdam.energy(nested, xi), [2, 1, 3]],
          [drdam.rfApproxEnergy(flat, T), drdam.rfApproxEnergy(nested, T), [2, 1, 3]],
        ] as const;
        for (const [a, b, shape] of pairs) {
          expect(b.shape).toEqual(shape);
          expect([...b.dataSync()]).toEqual([...a.dataSync()]);
        }
        expect(drdam.energy(states[0], xi).shape).toEqual([]);
        expect(() => drdam.sim(flat, nested)).toThrow(
          "y: expected the shape [6, 5], as x has, found [2, 1, 3, 5].",
        );
      });
      T.dispose();
    });
  });

  test.each(["energyDescent", "rfApproxEnergyDescent"] as const)(
    "%s goes where it goes from a batch",
    async (descent) => {
      await expectNoLeak(async () => {
        using drdam = makeDrdam({ D, Y, beta, key: key(5) });
        const flat = tf.tensor(normal(key(6), [6, D]), [6, D]);
        const nested = tf.reshape(flat, [2, 1, 3, D]);
        const xi = tf.tensor(memories, [K, D]);
        const T = await drdam.distMemories(xi);
        const steps = { depth: 4, alpha: 0.1, returnGrads: true };
        const from = descent === "energyDescent" ? xi : T;
        const a = await drdam[descent](flat, from, steps);
        const b = await drdam[descent](nested, from, steps);
        const pairs = [
          [a.state, b.state, [2, 1, 3, D]],
          [a.energies, b.energies, [4, 2, 1, 3]],
          [a.grads!, b.grads!, [4, 2, 1, 3, D]],
          [a.clipped, b.clipped, [2, 1, 3]],
        ] as const;
        for (const [one, other, shape] of pairs) {
          expect(other.shape).toEqual(shape);
          expect([...other.dataSync()]).toEqual([...one.dataSync()]);
        }
        tf.dispose([flat, nested, xi, T, { ...a }, { ...b }]);
      });
    },
  );
});

describe("descents at the same time", () => {
  beforeAll(() => useBackend("cpu"));
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("from two memories of one DrDAM do not meet, and stop by their signals", async () => {
    let now = 0;
    // Every look at the clock is 25 ms later, so that they take turns step by step.
    vi.spyOn(performance, "now").mockImplementation(() => (now += 25));
    await expectNoLeak(async () => {
      using drdam = makeDrdam({ D, Y, beta, key: key(5) });
      const start = [...states[0]];
      const Ts = await Promise.all(
        [memories, memories.map((x) => -x)].map((rows) =>
          drdam.distMemories(rowsOf(rows, D).map((row) => [...row])),
        ),
      );
      const steps = { depth: 12, engine: "simd" } as const;
      const alone = [
        await drdam.rfApproxEnergyDescent(start, Ts[0], steps),
        await drdam.rfApproxEnergyDescent(start, Ts[1], steps),
      ];
      const together = await Promise.all(
        Ts.map((T) => drdam.rfApproxEnergyDescent(start, T, steps)),
      );
      for (const [k, { state }] of together.entries()) {
        expect(await state.data()).toEqual(await alone[k].state.data());
      }
      const controller = new AbortController();
      const stopped = drdam.rfApproxEnergyDescent(start, Ts[0], {
        depth: 1000,
        signal: controller.signal,
        onProgress: ({ done }) => void (done === 3 && controller.abort("enough")),
      });
      await expect(stopped).rejects.toBe("enough");
      tf.dispose([
        ...Ts,
        ...alone.map((one) => ({ ...one })),
        ...together.map((one) => ({ ...one })),
      ]);
    });
  });
});

describe("an energy of one's own", () => {
  beforeAll(() => useBackend("cpu"));

  test("is descended as a DrDAM descends its own", async () => {
    await expectNoLeak(async () => {
      using drdam = makeDrdam({ D, Y: 10, beta, key: key(5) });
      const [q, xi] = [tf.tensor(states.flat(), [3, D]), tf.tensor(memories, [K, D])];
      const held = [0, 1, 0, 0, 0];
      const steps = { depth: 7, alpha: 0.2, returnGrads: true, clampIdxs: held };
      // The energy of the same memory, written by hand.
      const own = (v: tf.Tensor2D) => {
        const distances = tf.sum(
          tf.squaredDifference(tf.expandDims(v, 1), tf.expandDims(xi, 0)),
          2,
        );
        const exponents = tf.mul(distances, -beta / 2);
        const slope = tf.sub(v, tf.matMul(tf.softmax(exponents), xi as tf.Tensor2D));
        return { energy: tf.mul(tf.logSumExp(exponents, 1), -1 / beta), slope };
      };
      const found = await descendEnergy(own, q, steps);
      const wanted = await drdam.energyDescent(q, xi, steps);
      for (const part of ["state", "energies", "grads", "clipped"] as const) {
        expect(found[part]!.shape).toEqual(wanted[part]!.shape);
        expectClose(found[part]!.dataSync(), wanted[part]!.dataSync(), { tolerance: 1e-5 });
      }
      tf.dispose([q, xi, { ...found }, { ...wanted }]);
    });
  });

  test("may return the states as its slope, of any leading shape", async () => {
    await expectNoLeak(async () => {
      const bowl = (v: tf.Tensor2D) => ({
        energy: tf.mul(tf.sum(tf.square(v), 1), 0.5),
        slope: v,
      });
      const found = await descendEnergy(bowl, [[[1, -2]], [[4, 0]]], { depth: 3, alpha: 0.5 });
      const { state, energies } = found;
      expect(state.shape).toEqual([2, 1, 2]);
      expect([...state.dataSync()]).toEqual([1 / 8, -1 / 4, 1 / 2, 0]);
      expect([...energies.dataSync()]).toEqual([2.5, 8, 0.625, 2, 0.15625, 0.5]);
      tf.dispose({ ...found });
    });
  });

  test("says what does not fit, and leaves nothing behind", async () => {
    await expectNoLeak(async () => {
      const wrong = (v: tf.Tensor2D) => ({ energy: tf.sum(tf.square(v)), slope: tf.clone(v) });
      await expect(descendEnergy(wrong, [[1, 2]], { depth: 2 })).rejects.toThrow(
        "The energy of an energy of your own: expected the shape [1] for these states, found []. Return one energy for each of them.",
      );
      const right = (v: tf.Tensor2D) => ({ energy: tf.sum(tf.square(v), 1), slope: tf.clone(v) });
      await expect(descendEnergy(right, [[1, 2]], { depth: 0 })).rejects.toThrow(
        "a whole number from 1 up",
      );
    });
  });
});
