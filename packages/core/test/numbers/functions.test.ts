// Special functions against tables, closed forms and `Math`.

import { atOnce, key, normal } from "@hamlet/core";
import {
  cholesky,
  conditionOf,
  chiQuantile,
  errorFunction,
  gammaP,
  gammaRatio,
  logGamma,
  normalTail,
  normalTailQuantile,
  sinCos,
  walshHadamard,
} from "@hamlet/core/numbers";
import { expect, test } from "vitest";

test("sines and cosines are those of Math, far out too", () => {
  const angles = Float64Array.from(
    [...normal(key(1), 2000)].flatMap((x) => [x, 100 * x, 1e5 * x, 1e9 * x]),
  );
  const [sines, cosines] = [new Float64Array(8000), new Float64Array(8000)];
  sinCos(angles, 8000, sines, cosines);
  let worst = 0;
  angles.forEach((angle, i) => {
    worst = Math.max(worst, Math.abs(sines[i] - Math.sin(angle)));
    worst = Math.max(worst, Math.abs(cosines[i] - Math.cos(angle)));
  });
  expect(worst).toBeLessThan(1e-15);
});

test.each([1024, 1027, 20_003])(
  "%d sines and cosines at once have the bits of each alone",
  (count) => {
    const corners = [0, -0, Math.PI, -Math.PI, Math.PI / 2, 1e-300, -5e-324, 3e6, -3e6];
    const drawn = normal(key(2), count);
    const angles = Float64Array.from(drawn, (x, i) => corners[i] ?? x * 10 ** (i % 7));
    const alone = (angle: number) => {
      const [sine, cosine] = [new Float64Array(1), new Float64Array(1)];
      sinCos(Float64Array.of(angle), 1, sine, cosine);
      return [sine[0], cosine[0]];
    };
    // The second time with angles among them that only Math can do.
    for (const extra of [[], [4e6, -1e300, NaN, Infinity]]) {
      angles.set(extra, count - extra.length);
      const [sines, cosines] = [new Float64Array(count), new Float64Array(count)];
      sinCos(angles, count, sines, cosines);
      const expected = Array.from(angles, alone);
      expect(new BigInt64Array(sines.buffer)).toEqual(
        new BigInt64Array(Float64Array.from(expected, ([sine]) => sine).buffer),
      );
      expect(new BigInt64Array(cosines.buffer)).toEqual(
        new BigInt64Array(Float64Array.from(expected, ([, cosine]) => cosine).buffer),
      );
    }
  },
);

test.each([1, 8, 1000, 1e6])("a condition number of %d is found to a few per cent", (ratio) => {
  const size = 12;
  // Extremes that stand apart, in a basis that is none of the axes: H = 1 − 2 u uᵀ.
  const values = Array.from({ length: size }, (_, k) =>
    k === 0 ? ratio : k === 1 ? 1 : ratio ** 0.5,
  );
  const u = Array.from({ length: size }, (_, k) => Math.sin(k + 1));
  const square = u.reduce((sum, x) => sum + x * x, 0);
  const h = (a: number, b: number) => Number(a === b) - (2 * u[a] * u[b]) / square;
  const matrix = Float64Array.from({ length: size * size }, (_, at) => {
    const [a, b] = [Math.floor(at / size), at % size];
    return values.reduce((sum, value, k) => sum + h(a, k) * value * h(b, k), 0);
  });
  const factor = atOnce(cholesky(matrix.slice(), size))!;
  const found = atOnce(conditionOf(matrix, factor)) / ratio;
  expect(found).toBeGreaterThan(0.97);
  expect(found).toBeLessThan(1 + 1e-9);
});

test("the fast Walsh–Hadamard transform is the product with the matrix of Sylvester", () => {
  for (const n of [1, 2, 4, 8, 32, 64]) {
    const x = Float64Array.from(normal(key(n), n));
    const fast = x.slice();
    walshHadamard(fast, n);
    const bits = (k: number) => k.toString(2).replaceAll("0", "").length;
    fast.forEach((found, i) => {
      const expected = x.reduce((sum, entry, j) => sum + (bits(i & j) % 2 ? -entry : entry), 0);
      expect(found).toBeCloseTo(expected, 10);
    });
  }
});

test("χ quantiles are those of tables", () => {
  // χ²: 0.95 of 1, 10 and 100 degrees of freedom; the median of 2 degrees is √(2 ln 2).
  expect(chiQuantile(1, 0.95) ** 2).toBeCloseTo(3.841458820694124, 9);
  expect(chiQuantile(10, 0.95) ** 2).toBeCloseTo(18.307038053275146, 9);
  expect(chiQuantile(100, 0.05) ** 2).toBeCloseTo(77.92946516501945, 8);
  expect(chiQuantile(2, 0.5)).toBeCloseTo(Math.sqrt(2 * Math.LN2), 12);
  expect(gammaP(8192, 8192)).toBeCloseTo(0.50147, 4);
  for (const p of [1e-7, 0.3, 1 - 1e-7]) {
    expect(gammaP(8192, chiQuantile(16384, p) ** 2 / 2)).toBeCloseTo(p, 10);
  }
});

test("the gamma function is factorials, and roots of π between them", () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 12);
    factorial *= n;
  }
  expect(logGamma(0.25)).toBeCloseTo(Math.log(3.625609908221908), 12);
  expect(gammaRatio(1, 0.5)).toBeCloseTo(1 / Math.sqrt(Math.PI), 13);
  expect(gammaRatio(300.5, 300) / Math.sqrt(300)).toBeCloseTo(1 - 1 / 2400, 6);
});

test("normal tails are those of tables, and halves of each other's rest", () => {
  expect(normalTail(1.959963984540054)).toBeCloseTo(0.025, 14);
  expect(normalTail(5) / 2.866515718791946e-7).toBeCloseTo(1, 10);
  for (const z of [0, 0.3, 2.9, 3.1, 7]) {
    expect(normalTail(z) + normalTail(-z)).toBeCloseTo(1, 14);
    if (z > 0) expect(normalTailQuantile(normalTail(z))).toBeCloseTo(z, 10);
  }
  expect(errorFunction(0.5)).toBeCloseTo(0.5204998778130465, 13);
});
