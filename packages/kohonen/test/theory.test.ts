// Closed forms: the numbers they are known to give, and what random memories measure.

import { key } from "@hamlet/core";
import {
  dotCosine,
  dotSeparation,
  kernelCosine,
  linearCosine,
  linearDistance,
  measureRecall,
  randomDistance,
  reluSeparation,
  reluCosine,
  type Separation,
  type Sizes,
  softmaxSeparation,
  softmaxCosine,
} from "@hamlet/kohonen";
import { describe, expect, test } from "vitest";
import { some } from "../../../tools/samples.ts";

/** How far a measured mean may be from the expected one, in standard errors. */
const ERRORS = 4;

/** `√(d/n) [1 − 1/(4d) + 1/(4n) − (1 − d/n)/(2m)]`: the mean cosine for large sizes with n > d. */
function forLargeSizes({ d, n, m }: Sizes): number {
  return Math.sqrt(d / n) * (1 - 1 / (4 * d) + 1 / (4 * n) - (1 - d / n) / (2 * m));
}

describe("the mean cosine of the pseudo-inverse", () => {
  test.each([
    [64, 128, 64, 0.702955],
    [64, 512, 64, 0.349942],
    [16, 64, 16, 0.482583],
  ])("d = %i, n = %i, m = %i: %f", (d, n, m, expected) => {
    expect(Math.abs(linearCosine({ d, n, m }) / expected - 1)).toBeLessThan(1e-6);
    expect(forLargeSizes({ d, n, m }) / expected).toBeCloseTo(1, 3);
  });

  test.each([
    [4, 4],
    [9, 16],
    [64, 64],
  ])("%i keys of %i numbers are recalled exactly", async (n, d) => {
    expect(linearCosine({ d, n, m: 5 })).toBe(1);
    expect(linearDistance({ d, n, m: 5 })).toBe(0);
    const { cosine } = await measureRecall({ d, n, m: 5, method: "pseudo-inverse", key: key(0) });
    expect(Math.abs(cosine.mean - 1)).toBeLessThan(1e-12);
  });
});

describe("measured within four standard errors of the finite-size formulas", () => {
  const all = [
    { d: 1, n: 2, m: 1 },
    { d: 2, n: 3, m: 2 },
    { d: 3, n: 10, m: 1 },
    { d: 5, n: 6, m: 40 },
    { d: 8, n: 20, m: 6 },
    { d: 16, n: 17, m: 3 },
    { d: 16, n: 300, m: 16 },
    { d: 32, n: 64, m: 100 },
    { d: 50, n: 75, m: 10 },
    { d: 64, n: 1000, m: 64 },
    { d: 100, n: 130, m: 20 },
    { d: 128, n: 512, m: 32 },
  ];
  test.each(some(all, 6))("pseudo-inverse: d = $d, n = $n, m = $m", async (sizes) => {
    const trials = Math.max(32, Math.ceil(4000 / sizes.n));
    const measured = await measureRecall({
      ...sizes,
      method: "pseudo-inverse",
      key: key(11),
      trials,
    });
    const { cosine, distance } = measured;
    expect(Math.abs(cosine.mean - linearCosine(sizes))).toBeLessThan(ERRORS * cosine.error);
    expect(Math.abs(distance.mean - linearDistance(sizes))).toBeLessThan(ERRORS * distance.error);
  });

  const kernels = [dotSeparation, reluSeparation, softmaxSeparation({ beta: 0.08 })].flatMap(
    (method) =>
      (["gaussian", "unit"] as const).map((keys) => ({ name: method.name, method, keys })),
  );
  test.each(some(kernels, 3))("$name, $keys keys", async ({ method, keys }) => {
    for (const sizes of [
      { d: 8, n: 5, m: 4 },
      { d: 24, n: 200, m: 24 },
    ]) {
      const { cosine } = await measureRecall({
        ...sizes,
        method,
        key: key(5),
        trials: 100,
        unitKeys: keys === "unit",
      });
      const expected = kernelCosine(sizes, { ratio: method.ratio!, keys });
      expect(Math.abs(cosine.mean - expected)).toBeLessThan(ERRORS * cosine.error);
    }
  });

  test("chance: unrelated values", async () => {
    const { cosine, distance } = await measureRecall({
      d: 1,
      n: 400,
      m: 12,
      // The weights of one key for all queries: everybody gets the first value.
      method: {
        name: "first",
        apply: (scores) => scores.forEach((_, i) => (scores[i] = Number(i === 0))),
        ratio: null,
      },
      key: key(2),
      trials: 16,
    });
    expect(Math.abs(cosine.mean)).toBeLessThan(ERRORS * cosine.error + 1 / 400);
    expect(Math.abs(distance.mean - randomDistance(12))).toBeLessThan(
      ERRORS * distance.error + randomDistance(12) / 400,
    );
  });
});

describe("unit keys, many of them, with values of many numbers", () => {
  const sizes = { d: 64, n: 512, m: 256 };
  const forms: [string, Separation, number][] = [
    ["dot product", dotSeparation, dotCosine(sizes)],
    ["ReLU", reluSeparation, reluCosine(sizes)],
    ["softmax", softmaxSeparation({ beta: 3 }), softmaxCosine({ ...sizes, beta: 3 })],
    ["a sharper softmax", softmaxSeparation({ beta: 8 }), softmaxCosine({ ...sizes, beta: 8 })],
  ];
  test.each(some(forms, 2))(
    "%s: the closed form, within one per cent and four standard errors",
    async (_, method, expected) => {
      const measured = (
        await measureRecall({
          ...sizes,
          method,
          key: key(3),
          unitKeys: true,
          trials: 24,
          asked: 128,
        })
      ).cosine;
      expect(Math.abs(measured.mean - expected)).toBeLessThan(
        ERRORS * measured.error + 0.01 * expected,
      );
    },
  );

  test("the crosstalk of a softmax is that of the Bessel function", () => {
    // G = Γ(d/2) (2/z)^ν I_ν(z) e^{−z}; for d = 3, ν = ½: G = (1 − e^{−2z}) / (2z).
    for (const beta of [0.1, 1, 7, 40]) {
      const z = 2 * beta;
      const crosstalk = -Math.expm1(-2 * z) / (2 * z);
      expect(softmaxCosine({ d: 3, n: 11, beta })).toBeCloseTo(
        1 / Math.sqrt(1 + 10 * crosstalk),
        12,
      );
    }
  });
});

test("one pair is always recalled, whatever the kernel", () => {
  for (const method of [dotSeparation, reluSeparation, softmaxSeparation()]) {
    for (const keys of ["gaussian", "unit"] as const) {
      const cosine = kernelCosine({ d: 10, n: 1, m: 7 }, { ratio: method.ratio!, keys });
      expect(cosine).toBeCloseTo(1, 6);
    }
  }
});
