// Where recalls end, against the dynamics integrated finely: for every cue of random models with
// many minima.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";

beforeAll(() => useBackend("wasm"));

const MODELS: Readonly<Record<string, { readonly units: number; readonly text: string }>> = {
  "graded units with random couplings": {
    units: 12,
    text: `dim N = 12
param W: [N, N] ~ normal(0, 0.5)
neuron v: [N] as tanh
energy e = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]`,
  },
  "a log-sum-exp memory": {
    units: 6,
    text: `dim N = 6
param xi: [10, N] ~ normal(0, 1)
neuron v: [N] as identity
energy e = -1/4 * logsumexp[m] 4 * sum[i] xi[m, i] * v[i]`,
  },
  "a memory of Gaussian wells": {
    units: 6,
    text: `dim N = 6
param xi: [10, N] ~ normal(0, 1)
neuron v: [N] as identity { leak = off }
energy e = -1/3 * logsumexp[m] -3/2 * sum[i] (v[i] - xi[m, i])^2`,
  },
};

const COUNT = 40;
/** How far an end may lie from that of the dynamics: both have only come to rest in float32. */
const SAME = 1e-2;

/** Irregular numbers in (−1.5, 1.5). */
const cues = (units: number, seed: number, shift: number) =>
  Float32Array.from(
    { length: COUNT * units },
    (_, k) =>
      1.5 * Math.sin(12.9898 * (k + 1) + 78.233 * seed + 0.37 * k * k) + shift * Math.cos(k),
  );

describe.each(Object.entries(MODELS))("in %s", (_, { units, text }) => {
  test.each(some([1, 2, 3], 1))(
    "anderson ends where the dynamics end, for every cue (seed %i)",
    async (seed) => {
      const recall = (name: string, solver: string) =>
        `recall ${name} { start v = q solver = ${solver} steps = 4000 stop when change < 1e-7 }`;
      const body = text.replace(/param xi: \[10/, "dim K = 10\nparam xi: [K");
      const source = `ham 1\n${body}\ngiven q: [N]\n${recall("flow", "rk4(dt = 0.1)")}\n${recall("fast", "anderson")}\n`;
      using model = await loadModel({ name: "m.ham", text: source }, { seed });
      const ends = async (name: string, ...shifts: number[]) => {
        const data = Float32Array.from(shifts.flatMap((shift) => [...cues(units, seed, shift)]));
        const q = { shape: [shifts.length * COUNT, units], data };
        using result = await model.recall({ recall: name, givens: { q } });
        const [layer] = result.activations.values();
        return { rows: (await layer.array()) as number[][], outcomes: result.outcomes };
      };
      // A cue on the border of two basins has no end of its own: a little aside it has another.
      const flow = await ends("flow", 0, 2e-3, -2e-3);
      const [rows, left, right] = [0, 1, 2].map((n) => flow.rows.slice(n * COUNT, (n + 1) * COUNT));
      const same = (a: readonly number[], b: readonly number[]) =>
        a.every((x, i) => Math.abs(x - b[i]) < SAME);
      const inside = rows.map((row, b) => same(row, left[b]) && same(row, right[b]));
      expect(inside.filter(Boolean).length).toBeGreaterThan(0.9 * COUNT);
      const minima = new Set(rows.map((row) => row.map((x) => x.toFixed(1)).join()));
      expect(minima.size).toBeGreaterThan(1);
      const fast = await ends("fast", 0);
      const astray = fast.rows.flatMap((row, b) => (!inside[b] || same(row, rows[b]) ? [] : [b]));
      expect(astray).toEqual([]);
      expect(new Set(fast.outcomes.map(({ ending, basin }) => `${ending}, ${basin}`))).toEqual(
        new Set(["converged, followed"]),
      );
    },
  );
});

/** Cues that anderson took elsewhere while a layer of thousands hid what it did to one of ones. */
test.each([
  [5, [0.373, -0.539, -1.713, 0.162, -1.203, -1.487]],
  [10, [-0.083, 0.631, -0.345, 1.779, -0.791, -0.697]],
])("anderson stays in the basin beside a layer of thousands (seed %i)", async (seed, cue) => {
  const recall = (name: string, solver: string) =>
    `recall ${name} { start v = q solver = ${solver} steps = 600 stop when change < 1e-6 }`;
  const text = `ham 1
dim N = 6
param W: [N, N] ~ normal(0, 0.8)
given q: [N]
neuron v: [N] as tanh
neuron far: [N] as identity
energy e = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
energy drive = -sum[i] 3000 * far[i]
${recall("flow", "rk4(dt = 0.1)")}
${recall("fast", "anderson")}
`;
  using model = await loadModel({ name: "m.ham", text }, { seed });
  const end = async (name: string) => {
    const q = { shape: [6], data: Float32Array.from(cue) };
    using result = await model.recall({ recall: name, givens: { q } });
    return [...[...result.activations.values()][0].dataSync()];
  };
  const [flow, fast] = [await end("flow"), await end("fast")];
  fast.forEach((x, i) => expect(Math.abs(x - flow[i])).toBeLessThan(SAME));
});

test("a solver that seeks an end says that the basin is not certified", async () => {
  const text = `ham 1
dim N = 2
given q: [N]
neuron v: [N] as identity
energy e = -logsumexp[i] 4 * v[i]
recall a { start v = q solver = adaptive steps = 400 stop when change < 1e-6 }
recall b { start v = q solver = cccp steps = 400 stop when change < 1e-6 }
recall c { start v = q solver = euler(dt = 0.1) steps = 400 stop when change < 1e-6 }
recall d { start v = q solver = euler(dt = 2.5) steps = 400 stop when change < 1e-6 }
recall n { start v = q solver = langevin(dt = 0.1, temperature = 1) steps = 4 }
`;
  using model = await loadModel({ name: "m.ham", text });
  const basins: string[] = [];
  for (const recall of ["a", "b", "c", "d", "n"]) {
    const q = { shape: [2], data: Float32Array.of(1, -1) };
    using result = await model.recall({ recall, givens: { q } });
    basins.push(`${recall}: ${result.outcomes[0].basin}`);
  }
  expect(basins).toEqual([
    "a: not certified",
    "b: not certified",
    "c: followed",
    "d: not certified",
    "n: not certified",
  ]);
});
