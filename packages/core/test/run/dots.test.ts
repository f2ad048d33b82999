// Scores of rows that come from memory: one after the other they have the bits that several at a time have,
// and those of the exact sums but for rounding.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { arena } from "../../src/run/simd/arena.ts";
import { compiledKernel } from "../../src/run/simd/products.ts";
import { isFar } from "../../src/run/simd/sizes.ts";

/** ⟨x_q, m_r⟩ by compiled code, rows and queries one after the other in `numbers`. */
function scores(
  numbers: Float32Array,
  { rows, queries, depth }: Record<"rows" | "queries" | "depth", number>,
  isApart: 0 | 1,
): Float32Array {
  const count = rows * queries;
  const [to, from] = [4 * count, 4 * numbers.length].map((bytes) => arena().take(bytes));
  try {
    arena().floats(to, count).fill(0);
    arena().floats(from, numbers.length).set(numbers);
    const [x, line] = [from + 4 * rows * depth, 4 * depth];
    const { dots } = compiledKernel("dots").functions;
    dots(to, 4 * rows, 4, from, line, rows, x, line, queries, depth, isApart);
    return arena().floats(to, count).slice();
  } finally {
    arena().give(to);
    arena().give(from);
  }
}

const SIZES = fc.record({
  rows: fc.integer({ min: 0, max: 40 }),
  queries: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 0, max: 90 }),
});

test("rows one after the other have the bits of several at a time", () => {
  law(
    fc.property(
      SIZES,
      fc.infiniteStream(fc.float({ noNaN: true, min: -2, max: 2 })),
      (sizes, stream) => {
        const { rows, queries, depth } = sizes;
        const numbers = Float32Array.from(stream.take((rows + queries) * depth));
        const apart = scores(numbers, sizes, 1);
        expect(apart).toEqual(scores(numbers, sizes, 0));
        for (let q = 0; q < queries; q++) {
          for (let r = 0; r < rows; r++) {
            let [sum, size] = [0, 0];
            for (let k = 0; k < depth; k++) {
              const product = numbers[r * depth + k] * numbers[(rows + q) * depth + k];
              sum += product;
              size += Math.abs(product);
            }
            // Rounded once a product, at worst to the next subnormal number.
            const allowed = depth * (size * 2 ** -24 + 2 ** -149);
            expect(Math.abs(apart[q * rows + r] - sum)).toBeLessThanOrEqual(allowed);
          }
        }
      },
    ),
    100,
  );
});

test("rows go one after the other where a cache holds no such matrix, and rows are shorter than a page", () => {
  expect([isFar(100_000, 64), isFar(40_000, 128)]).toEqual([1, 1]);
  expect([isFar(1000, 64), isFar(500_000, 16), isFar(8256, 2048)]).toEqual([0, 0, 0]);
});
