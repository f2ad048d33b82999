// What a hypersynapse sends: −∂E/∂x̂ against plain loops, and against finite differences for all.

import {
  evaluate,
  evaluateScalar,
  gradients,
  type HypersynapseDefinition,
  indicesOf,
  makeDim,
  makeDraws,
  makeNeuron,
  type Tensor,
} from "@hamlet/graph";
import {
  HYPERSYNAPSES,
  type HypersynapseSetting,
  makeDense,
  makeEnergyGraph,
  makeManyBody,
  synConv2d,
  synConvPool,
  synCrossAttention,
  synDense,
  synDenseBias,
} from "@hamlet/ham";
import { differenceGradient } from "@hamlet/testing";
import { describe, expect, test } from "vitest";
import { seed } from "../../../tools/samples.ts";
import { identity } from "./models.ts";

type Sizes = Readonly<Record<string, number>>;

const draws = makeDraws(seed());
const random = (length: number) => Float64Array.from({ length }, () => draws.normal());
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A hypersynapse on layers of these sizes, with random activations and params. */
function used(
  synapse: HypersynapseDefinition,
  sizes: Sizes,
  setting: Partial<HypersynapseSetting>,
  scale = 1,
) {
  const dims = new Map(Object.entries(sizes).map(([name, size]) => [name, makeDim(name, size)]));
  const neurons = synapse.args.map((arg) =>
    makeNeuron(
      arg.name,
      arg.axes.map((axis) => dims.get(axis)!),
      identity,
    ),
  );
  const graph = makeEnergyGraph({
    neurons,
    hypersynapses: { s: { synapse, ...setting } },
    connections: [[neurons, "s"]],
  });
  const shapeOf = (tensor: Tensor) =>
    tensor.axes.map((dim) => (dim.size === null ? Number.NaN : evaluateScalar(dim.size)));
  const layers = neurons.map(({ activation }) => activation);
  const tensors = new Map<Tensor, Float64Array>(
    [...graph.tensors, ...layers].map((tensor) => [
      tensor,
      random(product(shapeOf(tensor))).map((x) => scale * x),
    ]),
  );
  const entries = (name: string) => [...tensors].find(([tensor]) => tensor.name === name)![1];
  const [{ energy }] = graph.terms;
  const at = layers.map(({ axes }) => indicesOf(axes));
  const slopes = gradients(
    energy,
    layers.map((tensor, i) => ({ tensor, at: at[i] })),
  );
  const signals = slopes.map((slope, i) => evaluate(slope, { tensors }, at[i]).data.map((v) => -v));
  return { energy, layers, tensors, entries, signals };
}

function expectNear(actual: Float64Array, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]) / scale, `entry ${i}`).toBeLessThan(tolerance),
  );
}

describe("a linear layer", () => {
  const sizes = { A: 4, B: 3 };

  test.each([
    ["dense", synDense],
    ["dense_bias", synDenseBias],
  ] as const)("%s sends Wᵀa + c forward and W b back", (_, synapse) => {
    const { entries, signals } = used(synapse, sizes, {});
    const [W, a, b] = ["s.W", "a", "b"].map(entries);
    const c = synapse === synDenseBias ? entries("s.c") : new Float64Array(3);
    const forward = Array.from({ length: 3 }, (_, j) =>
      a.reduce((total, value, i) => total + value * W[i * 3 + j], c[j]),
    );
    const back = Array.from({ length: 4 }, (_, i) =>
      b.reduce((total, value, j) => total + value * W[i * 3 + j], 0),
    );
    expectNear(signals[1], forward);
    expectNear(signals[0], back);
  });
});

describe("a convolution", () => {
  test.each([1, 2, 3].flatMap((stride) => ["same", "valid"].map((pad) => [stride, pad] as const)))(
    "with stride %d and padding %s convolves forward and transposed back",
    (stride, pad) => {
      const [height, width, C, F, kh, kw] = [6, 5, 2, 3, 3, 2];
      const coarse = (n: number, k: number) =>
        pad === "same" ? Math.ceil(n / stride) : Math.ceil((n - k + 1) / stride);
      const [height2, width2] = [coarse(height, kh), coarse(width, kw)];
      // XLA's padding: half of what is missing, rounded down, comes first.
      const before = (n: number, m: number, k: number) =>
        pad === "same" ? Math.floor(Math.max((m - 1) * stride + k - n, 0) / 2) : 0;
      const { entries, signals } = used(
        synConv2d,
        { height, width, C, height2, width2, F },
        { options: { kernel: [kh, kw], stride, pad } },
      );
      const [W, a, b] = ["s.W", "a", "b"].map(entries);
      const forward = new Float64Array(height2 * width2 * F);
      const back = new Float64Array(height * width * C);
      for (let y = 0; y < height2; y++) {
        for (let x = 0; x < width2; x++) {
          for (let ky = 0; ky < kh; ky++) {
            for (let kx = 0; kx < kw; kx++) {
              const row = y * stride + ky - before(height, height2, kh);
              const column = x * stride + kx - before(width, width2, kw);
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (let f = 0; f < F; f++) {
                for (let c = 0; c < C; c++) {
                  const weight = W[((f * C + c) * kh + ky) * kw + kx];
                  const fine = (row * width + column) * C + c;
                  const unit = (y * width2 + x) * F + f;
                  forward[unit] += weight * a[fine];
                  back[fine] += weight * b[unit];
                }
              }
            }
          }
        }
      }
      expectNear(signals[1], forward);
      expectNear(signals[0], back);
    },
  );
});

describe("convolution and pooling as one edge", () => {
  test.each(["same", "valid"])("with padding %s does what plain loops do", (pad) => {
    const [height, width, C, F, kh, kw, ph, pw] = [7, 8, 2, 3, 3, 2, 2, 3];
    const between = (n: number, k: number) => (pad === "same" ? n : n - k + 1);
    const before = (k: number) => (pad === "same" ? Math.floor((k - 1) / 2) : 0);
    const height2 = Math.floor(between(height, kh) / ph);
    const width2 = Math.floor(between(width, kw) / pw);
    const { energy, tensors, entries, signals } = used(
      synConvPool,
      { height, width, C, height2, width2, F },
      { options: { kernel: [kh, kw], pool: [ph, pw], pad } },
    );
    const [W, a, b] = ["s.W", "a", "b"].map(entries);
    const convolved = (y: number, x: number, f: number) => {
      let total = 0;
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          const [row, column] = [y + ky - before(kh), x + kx - before(kw)];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let c = 0; c < C; c++) {
            total += W[((f * C + c) * kh + ky) * kw + kx] * a[(row * width + column) * C + c];
          }
        }
      }
      return total;
    };
    const forward = new Float64Array(height2 * width2 * F);
    forward.forEach((_, unit) => {
      const [f, x, y] = [unit % F, Math.floor(unit / F) % width2, Math.floor(unit / F / width2)];
      const places = Array.from({ length: ph * pw }, (_, place) =>
        convolved(ph * y + Math.floor(place / pw), pw * x + (place % pw), f),
      );
      forward[unit] = places.reduce((sum, value) => sum + value / places.length, 0);
    });
    expectNear(signals[1], forward);
    const expected = forward.reduce((sum, value, unit) => sum - value * b[unit], 0);
    expect(evaluateScalar(energy, { tensors })).toBeCloseTo(expected, 10);
  });
});

test("a dense edge over several axes is a dense edge over all pairs of units", () => {
  const sizes = { A1: 2, A2: 3, A3: 2, B1: 2, B2: 3 };
  const { entries, signals } = used(makeDense({ a: 3, b: 2 }), sizes, {});
  const [W, a, b] = ["s.W", "a", "b"].map(entries);
  expectNear(
    signals[1],
    Array.from(b, (_, j) => a.reduce((sum, value, i) => sum + value * W[i * 6 + j], 0)),
  );
  expectNear(
    signals[0],
    Array.from(a, (_, i) => b.reduce((sum, value, j) => sum + value * W[i * 6 + j], 0)),
  );
  expect(() => makeDense({ a: 1, b: 1 })).toThrow(
    'A dense hypersynapse over several axes takes whole numbers of axes from 1 up, not both 1, found 1 and 1. Use "dense" for one axis each.',
  );
});

test("cross-attention pulls what asks towards the tokens that it attends to", () => {
  const [M, E, N, D, heads, width, beta] = [3, 4, 5, 2, 2, 3, 0.7];
  const { energy, tensors, entries, signals } = used(
    synCrossAttention,
    { M, E, N, D },
    { dims: { heads, width }, options: { beta } },
  );
  const [Wq, Wk, ask, mem] = ["s.Wq", "s.Wk", "ask", "mem"].map(entries);
  /** Row t of the tokens through head h. */
  const through = (W: Float64Array, tokens: Float64Array, size: number, h: number, t: number) =>
    Array.from({ length: width }, (_, y) => {
      let sum = 0;
      for (let d = 0; d < size; d++) sum += W[(h * size + d) * width + y] * tokens[t * size + d];
      return sum;
    });
  let expected = 0;
  const toAsk = new Float64Array(M * E);
  for (let h = 0; h < heads; h++) {
    const keys = Array.from({ length: N }, (_, b) => through(Wk, mem, D, h, b));
    for (let c = 0; c < M; c++) {
      const query = through(Wq, ask, E, h, c);
      const scores = keys.map((key) =>
        Math.exp(beta * key.reduce((sum, value, y) => sum + value * query[y], 0)),
      );
      const all = scores.reduce((sum, score) => sum + score, 0);
      expected -= Math.log(all) / beta;
      // Σ_b softmax_b Wq k_b, without β.
      for (let e = 0; e < E; e++) {
        for (let b = 0; b < N; b++) {
          for (let y = 0; y < width; y++) {
            toAsk[c * E + e] += (scores[b] / all) * Wq[(h * E + e) * width + y] * keys[b][y];
          }
        }
      }
    }
  }
  expect(evaluateScalar(energy, { tensors })).toBeCloseTo(expected, 10);
  expectNear(signals[0], toAsk);
});

describe("every hypersynapse", () => {
  const SIZES: Sizes = { A: 3, B: 4, C: 2, F: 2, N: 3, D: 4, M: 2, E: 3, height: 4, width: 3 };
  const OWN: Readonly<Record<string, Partial<HypersynapseSetting>>> = {
    // So many patterns that no sample has them all behind a rectifier.
    dam: { dims: { K: 40 } },
    lse: { dims: { K: 5 } },
    lse_euclid: { dims: { K: 5 } },
    drdam: { dims: { K: 5, Y: 50 } },
    memory: { dims: { K: 5 } },
    attention: { dims: { heads: 2, width: 3 } },
    cross_attention: { dims: { heads: 2, width: 3 } },
  };
  const all = [...HYPERSYNAPSES, makeManyBody({ layers: 4 })];

  test.each(all.map((synapse) => [synapse.name, synapse] as const))(
    "%s sends minus the finite difference of its energy to every layer",
    (name, synapse) => {
      const axes = { A1: 2, A2: 3, A3: 2, A4: 2, B1: 2, B2: 3, B3: 2 };
      const coarse = name === "conv_pool" ? { height2: 2, width2: 1 } : { height2: 4, width2: 3 };
      const more = { ...axes, ...coarse };
      const { energy, layers, tensors, signals } = used(
        synapse,
        { ...SIZES, ...more },
        OWN[name] ?? {},
        // Near patterns features add up to more than nothing, where an energy is flat.
        name === "drdam" ? 0.3 : 1,
      );
      layers.forEach((layer, i) => {
        const at = (entries: Float64Array) =>
          evaluateScalar(energy, { tensors: new Map([...tensors, [layer, entries]]) });
        const slope = differenceGradient(at, tensors.get(layer)!);
        expect(slope.some((value) => value !== 0)).toBe(true);
        expectNear(
          signals[i],
          slope.map((value) => -value),
          1e-6,
        );
      });
    },
  );
});
