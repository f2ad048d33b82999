// Calls of a product that threads take write numbers of their own: of every call it is looked up which
// they are.

import { useThreads } from "@hamlet/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arena } from "../../src/run/simd/arena.ts";
import { type Compiled, isLarge } from "../../src/run/simd/pool.ts";
import { compiledKernel, products, type Side, type Sizes } from "../../src/run/simd/products.ts";
import { makeDraws } from "@hamlet/graph";
import { law } from "../../../../tools/law.ts";

const NUMBER = Float32Array.BYTES_PER_ELEMENT;
/** Those whose calls are one job each. */
const KERNELS = ["dots", "manyDots", "mix", "mixLong", "blocks"] as const;

/** Where the factors of a product lie side by side: along its depth, or along its rows. */
interface Product extends Sizes {
  readonly isLeftAlong: boolean;
  readonly isRightAlong: boolean;
}

/** The calls that make a product, by kernel, and how many numbers more than one of them wrote. */
function lookInto({ isLeftAlong, isRightAlong, ...sizes }: Product) {
  const { rows, columns, depth, stack } = sizes;
  const { normal } = makeDraws(1);
  const own = arena();
  const blocks = [rows * columns, rows * depth, columns * depth].map((size) => {
    const at = own.take(NUMBER * stack * size);
    own.floats(at, stack * size).forEach((_, n, numbers) => (numbers[n] = normal()));
    return at;
  });
  const [to, left, right] = blocks;
  const side = (at: number, count: number, isAlong: boolean): Side => ({
    at,
    ...(isAlong ? { row: depth, depth: 1 } : { row: 1, depth: count }),
    next: count * depth,
  });
  const run = products(
    to,
    side(left, rows, isLeftAlong),
    side(right, columns, isRightAlong),
    sizes,
  );
  const calls = new Map<string, number>();
  const writers = new Map<number, number>();
  let shared = 0;
  const lookedAt =
    (name: string, kernel: (...numbers: number[]) => void) =>
    (...numbers: number[]): void => {
      const words = new Int32Array(own.memory.buffer, to, rows * columns * stack);
      const before = words.slice();
      kernel(...numbers);
      const call = (calls.get(name) ?? 0) + 1;
      calls.set(name, call);
      for (let n = 0; n < words.length; n++) {
        if (words[n] === before[n]) continue;
        if ((writers.get(n) ?? call) !== call) shared++;
        writers.set(n, call);
      }
      // Whoever writes the same once more shows as well.
      words.set(before);
    };
  const modules = new Map(
    KERNELS.map((name) => compiledKernel(name)).map((module) => [module, module.functions]),
  );
  const put = (module: Compiled, functions: Compiled["functions"]) =>
    void Object.assign(module, { functions });
  try {
    for (const [module, functions] of modules) {
      const names = KERNELS.filter((name) => name in functions);
      const looked = names.map((name) => [name, lookedAt(name, functions[name])]);
      put(module, { ...functions, ...Object.fromEntries(looked) });
    }
    run();
  } finally {
    for (const [module, functions] of modules) put(module, functions);
    for (const at of blocks) own.give(at);
  }
  return { calls, shared };
}

test("no two calls write the same number", () => {
  useThreads(1);
  const divided = new Set<string>();
  law(
    fc.property(
      fc.record({
        rows: fc.integer({ min: 1, max: 70 }),
        columns: fc.integer({ min: 1, max: 200 }),
        stack: fc.integer({ min: 1, max: 3 }),
        isLeftAlong: fc.boolean(),
        isRightAlong: fc.boolean(),
        more: fc.nat(50),
      }),
      ({ more, ...product }) => {
        const one = product.rows * product.columns * product.stack;
        const depth = Math.ceil(2 ** 21 / one) + more;
        expect(isLarge(one * depth)).toBe(true);
        const { calls, shared } = lookInto({ ...product, depth });
        expect(shared).toBe(0);
        for (const [name, count] of calls) if (count > product.stack) divided.add(name);
      },
    ),
    40,
  );
  expect(divided.size).toBeGreaterThan(0);
});

test.each([49, 50, 51])(
  "nor do they where the last piece is less than a vector (%i)",
  (columns) => {
    const sizes = { rows: 13, depth: 1675, stack: 2, isLeftAlong: true, isRightAlong: false };
    const { calls, shared } = lookInto({ ...sizes, columns });
    expect(calls.get("blocks")).toBeGreaterThan(2);
    expect(shared).toBe(0);
  },
);
