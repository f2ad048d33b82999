// Whole numbers of 64 bits become float64 only where that keeps every one of them.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { exactNumbers, isBeyondFloat64 } from "../../src/files/typed-numbers.ts";
import { law } from "../../../../tools/law.ts";

/** Around powers of two, where one of the two halves of a number begins anew. */
const wholes = fc
  .tuple(fc.bigInt(0n, 63n), fc.bigInt(-3n, 3n), fc.constantFrom(1n, -1n))
  .map(([power, off, sign]) => BigInt.asIntN(64, sign * (2n ** power + off)));

test("numbers of 64 bits come out as they are, or not at all", () => {
  law(
    fc.property(fc.array(wholes, { minLength: 1, maxLength: 5 }), (values) => {
      for (const data of [BigInt64Array.from(values), BigUint64Array.from(values)]) {
        const found = exactNumbers(data);
        if (found === null) expect(data.some((value) => !isSafe(value))).toBe(true);
        else expect([...found].map(BigInt)).toEqual([...data]);
      }
    }),
    200,
  );
});

test.each([2n ** 53n + 1n, -(2n ** 53n) - 1n])("%s has no float64", (value) => {
  expect(exactNumbers(BigInt64Array.of(1n, value))).toBeNull();
});

/** As far as both halves are told apart. */
const isSafe = (value: bigint) => value < 2n ** 53n && value >= -(2n ** 53n) + 2n ** 32n;

test("whole numbers from 2^53 on are not all told apart, and fractions are", () => {
  for (const value of [2 ** 53, -(2 ** 53), 1e300]) expect(isBeyondFloat64(value)).toBe(true);
  for (const value of [2 ** 53 - 1, 0, 0.5, -1.5, Infinity, Number.NaN]) {
    expect(isBeyondFloat64(value)).toBe(false);
  }
});
