// A product that is compiled has the bits of the plain loop, whatever its size and steps.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { atOnce, key, normal } from "@hamlet/core";
import { addProduct } from "@hamlet/core/numbers";
import { onThreads } from "../on-threads.ts";
import { offerBenches, ownBench } from "../../src/wasm/bench.ts";
import { law } from "../../../../tools/law.ts";

/** Work with benches that somebody offers; those of this process where it is nobody. */
function within<T>(take: typeof ownBench | null, work: () => T): T {
  if (take === null) return work();
  const before = offerBenches(take);
  try {
    return work();
  } finally {
    offerBenches(before);
  }
}

const places = [
  ["in the memory of programs", null],
  ["in memories of their own", ownBench],
] as const;

const size = (max: number) => fc.integer({ min: 1, max });

test.each(places)(
  "large products are those of four rows and columns at a time, which no compiled code makes (%s)",
  (_, own) => {
    law(
      fc.property(
        size(90),
        size(90),
        size(700),
        fc.boolean(),
        fc.boolean(),
        (m, n, k, lower, turned) => {
          const [a, b] = [m, n].map((rows, seed) => Float64Array.from(normal(key(seed), rows * k)));
          const left = turned ? { data: a, row: 1, depth: m } : { data: a, row: k, depth: 1 };
          const right = { data: b, row: k, depth: 1 };
          const [whole, pieces] = [new Float64Array(m * n), new Float64Array(m * n)];
          const target = { data: whole, row: n };
          const sizes = { rows: m, columns: n, depth: k, scale: -0.5 };
          within(own, () => atOnce(addProduct(target, left, right, { ...sizes, lower })));
          for (let i = 0; i < m; i += 4) {
            for (let j = 0; j < n; j += 4) {
              if (lower && j >= i + 4) continue;
              const piece = { ...sizes, rows: Math.min(4, m - i), columns: Math.min(4, n - j) };
              atOnce(
                addProduct(
                  { data: pieces, offset: i * n + j, row: n },
                  { ...left, offset: i * left.row },
                  { ...right, offset: j * k },
                  piece,
                ),
              );
            }
          }
          expect(whole).toEqual(pieces);
        },
      ),
      40,
    );
  },
);

test.each(places)("products that take turns do not meet (%s)", (_, own) => {
  // As many as make some turns.
  const n = 600;
  const data = Float64Array.from(normal(key(3), n * n));
  const factor = { data, row: n, depth: 1 };
  const sizes = { rows: n, columns: n, depth: n };
  const results = [0, 1, 2].map(() => new Float64Array(n * n));
  const works = results.map((result) =>
    addProduct({ data: result, row: n }, factor, factor, sizes),
  );
  let turns = 0;
  within(own, () => {
    for (let left = works; left.length > 0; turns++) {
      left = left.filter((work) => work.next().done !== true);
    }
  });
  expect(turns).toBeGreaterThan(1);
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test("on threads they are the same, in the memory of programs and in memories of their own", async () => {
  const [m, n, k] = [601, 333, 300];
  const [a, b] = [m, n].map((rows, seed) => Float64Array.from(normal(key(seed), rows * k)));
  const product = (lower: boolean) => {
    const data = new Float64Array(m * n);
    const [left, right] = [a, b].map((own) => ({ data: own, row: k, depth: 1 }));
    atOnce(
      addProduct({ data, row: n }, left, right, { rows: m, columns: n, depth: k, scale: 3, lower }),
    );
    return data;
  };
  const right = [false, true].map((lower) => within(ownBench, () => product(lower)));
  await onThreads(() => {
    expect(product(false)).toEqual(right[0]);
    expect(product(true)).toEqual(right[1]);
  });
});
