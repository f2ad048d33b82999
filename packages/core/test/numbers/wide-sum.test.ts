// Sums of terms of many sizes: whole numbers say what they must be.

import { WideSums } from "@hamlet/core/numbers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

/** A term as a whole number of 2⁻⁸⁶, rounded to the nearest; ties to even, as a float64 rounds. */
function wholes(term: number): bigint {
  const [sign, size] = [term < 0 ? -1n : 1n, Math.abs(term)];
  // Far below half a grain.
  if (size < 2 ** -200) return 0n;
  const power = Math.floor(Math.log2(size)) - 53;
  const mantissa = BigInt(size * 2 ** -power);
  const shift = BigInt(power + 86);
  if (shift >= 0n) return sign * (mantissa << shift);
  const [down, rest] = [mantissa >> -shift, mantissa & ((1n << -shift) - 1n)];
  const half = 1n << (-shift - 1n);
  const up = rest > half || (rest === half && down % 2n === 1n);
  return sign * (down + (up ? 1n : 0n));
}

const total = ({ parts }: WideSums) =>
  parts.reduce((sum, part) => sum + (part === null ? 0n : wholes(part[0])), 0n);

const term = fc
  .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -60, max: 53 }))
  .map(([x, power]) => x * 2 ** power);

test("sums are those of whole numbers of the smallest grain, in any order", () => {
  law(
    fc.property(
      fc.array(term, { maxLength: 40 }),
      fc.array(term, { maxLength: 10 }),
      (all, gone) => {
        const add = (sums: WideSums, terms: readonly number[], sign: 1 | -1) => {
          for (const each of terms) sums.add(0, Float64Array.of(each), 1, sign);
          return sums;
        };
        const sums = add(new WideSums(1), [...all, ...gone], 1);
        add(sums, gone, -1);
        expect(total(sums)).toBe(all.reduce((sum, each) => sum + wholes(each), 0n));
        const [a, b] = [all.slice(0, 7).reverse(), all.slice(7)].map((some) =>
          add(new WideSums(1), some, 1),
        );
        b.merge(a);
        expect(b.totals()).toEqual(sums.totals());
      },
    ),
    300,
  );
});

test("what the smallest numbers need takes no memory where there are none", () => {
  const sums = new WideSums(3);
  sums.add(0, Float64Array.of(1, -2, 3), 3, 1);
  expect(sums.parts.map((part) => part !== null)).toEqual([false, true, false, false]);
});
