// Multiply-adds of float32 against whole numbers of any length: also where a sum of float64 is a tie that
// the exact sum is not.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { fma, nextFloat32 } from "../../src/random/float32.ts";

/** What every number here is a whole multiple of. */
const UNIT = 2 ** -300;

const exact = (x: number): bigint => BigInt(x / UNIT);

/** The float32 number that is nearest to `a b + c`; of two, the one whose last bit is 0. */
function nearest(a: number, b: number, c: number): number {
  const right = exact(a) * exact(b) + exact(c) * exact(1);
  const from = (x: number) => {
    const distance = exact(x) * exact(1) - right;
    return distance < 0n ? -distance : distance;
  };
  const isOdd = (x: number) => (new Int32Array(Float32Array.of(x).buffer)[0] & 1) === 1;
  const about = Math.fround(a * b + c);
  const [best] = [nextFloat32(about, "down"), about, nextFloat32(about, "up")].toSorted((x, y) =>
    from(x) === from(y) ? Number(isOdd(x)) - Number(isOdd(y)) : from(x) < from(y) ? -1 : 1,
  );
  return best;
}

// Zeros are one, whatever their signs.
const expectExact = (a: number, b: number, c: number) =>
  expect(fma(a, b, c) + 0, `${a} · ${b} + ${c}`).toBe(nearest(a, b, c) + 0);

const mantissa = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
const power = fc.integer({ min: -30, max: 6 });

test("any numbers", () => {
  law(
    fc.property(mantissa, mantissa, mantissa, power, power, (a, b, c, p, q) => {
      expectExact(a * 2 ** p, b * 2 ** -20, c * 2 ** q);
    }),
    1000,
  );
});

test("sums that float64 takes for ties", () => {
  const few = fc.integer({ min: -6, max: 6 });
  const whole = fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 });
  law(
    fc.property(whole, few, few, fc.constantFrom(-1, 1), (c, i, j, sign) => {
      expectExact(1 + i * 2 ** -22, (sign * (1 + j * 2 ** -22)) / 2, sign * c);
      expectExact(1 + i * 2 ** -22, (-sign * (1 + j * 2 ** -22)) / 2, sign * c);
    }),
    1000,
  );
});

test("what is not finite stays so", () => {
  expect(fma(1e30, 1e30, 0)).toBe(Infinity);
  expect(fma(1e30, -1e30, 1)).toBe(-Infinity);
  expect(fma(Infinity, 0, 1)).toBeNaN();
  expect(fma(1, Number.NaN, 1)).toBeNaN();
});
