// Atlases of models: every point certified, indices that add up, and sweeps of a const of the file.

import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { stream } from "./random-hypergraph.ts";

beforeAll(() => useBackend("cpu"));

/** A memory of a few random patterns in up to three dimensions. */
function randomMemory(one: number): string {
  const draw = stream(one);
  const [D, K] = [1 + Math.floor(3 * draw()), 2 + Math.floor(4 * draw())];
  return `ham 1
dim D = ${D}, K = ${K}
const beta = ${(0.5 + 5 * draw()).toFixed(2)}
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity
energy memory = -1/beta * logsumexp[k] beta * (sum[i] xi[k, i] * v[i])
`;
}

async function expectWhole(one: number): Promise<void> {
  const text = randomMemory(one);
  using model = await loadModel({ name: `${one}.ham`, text }, { seed: one });
  const { points, morse, certificates, passes, barriers } = await model.atlas({ starts: 40 });
  const label = `seed ${one}\n${text}`;
  expect(morse, label).toBe(1);
  certificates.forEach((evidence, i) => {
    expect(evidence, label).toMatchObject({ kind: "rest point", index: points[i].index });
  });
  for (const { ends } of passes) expect(ends.includes(-1), label).toBe(false);
  barriers.forEach((barrier) => expect(barrier?.height ?? 1, label).toBeGreaterThan(0));
}

test("in up to three dimensions Σ (−1)^index is 1, and every point is certified", async () => {
  for (let one = seed(); one < seed() + samples(6); one++) await expectWhole(one);
});

test.each([1680060414, 1680061800, 5000560, 5006703, 5028121])(
  "also where a point of memory %d is steep, or is about to meet another",
  expectWhole,
);

const PAIR = `ham 1
dim D = 1, K = 2
const width = 1
const beta = 1 / width^2
const side: [K] = [-1, 1]
neuron v: [D] as identity
energy memory = -1/beta * logsumexp[k] beta * side[k] * v[0]
`;

test("a sweep moves the consts that follow, also past the value that the file has", async () => {
  using model = await loadModel({ name: "pair.ham", text: PAIR });
  const { bifurcations } = await model.sweep("width", { values: [0.8, 1.15, 1.3], starts: 20 });
  expect(bifurcations.map(({ kind }) => kind)).toEqual(["pitchfork"]);
  expect(Math.abs(bifurcations[0].at - 1)).toBeLessThan(1e-8);
  await expect(model.sweep("depth", { values: [1, 2] })).rejects.toThrow(
    'This model has no const called "depth" to sweep. It has: width, beta, side.',
  );
});

describe("energies of Epanechnikov's kernels", () => {
  const beta = 1.5;
  /** `Σ_k max(1 − β/2 |ξ_k − v|², 0)` inside of a function, where a layer has no energy of its own. */
  const textOf = (K: number, of: (kernels: string) => string) => `ham 1
dim D = 2, K = ${K}
const beta = ${beta}
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity { leak = off }
energy bumps = ${of("sum[k] max(1 - beta/2 * (sum[i] (xi[k, i] - v[i])^2), 0)")}
`;

  /** All sets of patterns whose mean has just them in reach, with that mean: every rest point there is. */
  function closedForms(xi: Float64Array, K: number) {
    const found: { readonly mean: readonly number[]; readonly energy: number }[] = [];
    for (let set = 1; set < 2 ** K; set++) {
      const own = Array.from({ length: K }, (_, k) => k).filter((k) => (set >> k) & 1);
      const mean = [0, 1].map((i) => own.reduce((sum, k) => sum + xi[2 * k + i], 0) / own.length);
      const kernels = Array.from({ length: K }, (_, k) => {
        const [x, y] = [xi[2 * k] - mean[0], xi[2 * k + 1] - mean[1]];
        return 1 - (beta / 2) * (x * x + y * y);
      });
      const isRest = kernels.every((kernel, k) => kernel > 0 === own.includes(k));
      if (isRest) found.push({ mean, energy: kernels.reduce((sum, x) => sum + Math.max(0, x), 0) });
    }
    return found;
  }

  test.for([
    ["a sum", (kernels: string) => `-1/beta * (${kernels})`, (h: number) => -h / beta],
    [
      "a logarithm of one",
      (kernels: string) => `-1/beta * log(${kernels} + 0.01)`,
      (h: number) => -Math.log(h + 0.01) / beta,
    ],
  ] as const)(
    "%s: minima are means of the patterns in reach, exactly",
    async ([, of, energyOf]) => {
      let looked = 0;
      for (let one = seed(); one < seed() + samples(2); one++) {
        const K = 3 + (one % 4);
        const text = textOf(K, of);
        using model = await loadModel({ name: `${one}.ham`, text }, { seed: one });
        const xi = Float64Array.from(model.entries("xi").data);
        const forms = closedForms(xi, K);
        // Some hold in a corner that no start falls into.
        const seeds = forms.map(({ mean }) => Float64Array.from(mean, (x) => x + 1e-6));
        const { points, certificates } = await model.atlas({ starts: 25, seeds });
        const label = `seed ${one}\n${text}`;
        expect(forms.length, label).toBeGreaterThan(0);
        for (const { mean, energy } of forms) {
          const at = points.findIndex(({ kind, states }) => {
            const [found] = states.values();
            return kind === "minimum" && found.every((x, i) => Math.abs(x - mean[i]) < 1e-12);
          });
          expect(at, `${label}\n${mean.join()}`).toBeGreaterThanOrEqual(0);
          expect(points[at].energy, label).toBeCloseTo(energyOf(energy), 11);
          expect(certificates[at], label).toMatchObject({ index: 0, exact: true });
          looked++;
        }
        const minima = points.filter(({ kind }) => kind === "minimum");
        expect(minima.length, label).toBe(forms.length);
      }
      expect(looked).toBeGreaterThan(0);
    },
  );
});

test("a sweep moves a const only where it is declared to be", async () => {
  using model = await loadModel({
    name: "pair.ham",
    text: PAIR.replace("width", "width: real > 0"),
  });
  await expect(model.sweep("width", { values: [0, 1.3], starts: 5 })).rejects.toMatchObject({
    code: "ham/value-refused",
    details: { name: "width", value: 0 },
  });
});
