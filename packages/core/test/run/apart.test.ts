// What is given to threads touches none of each other's results: of every call it is looked up which
// numbers it writes, and calls may come in any order.

import { useThreads } from "@hamlet/core";
import * as fc from "fast-check";
import { beforeAll, expect, test, vi } from "vitest";
import { arena } from "../../src/run/simd/arena.ts";
import type { inParts } from "../../src/run/simd/pool.ts";
import { law } from "../../../../tools/law.ts";
import { KINDS, prepare } from "./threaded-steps.ts";

const looked = vi.hoisted(() => ({ isOn: false, divided: 0, shared: 0 }));

vi.mock(import("../../src/run/simd/pool.ts"), async (original) => {
  const pool = await original();
  const apart: typeof inParts = (compiled, name, calls, work) => {
    if (!looked.isOn) return pool.inParts(compiled, name, calls, work);
    if (calls.length > 1) looked.divided++;
    const words = new Int32Array(arena().memory.buffer);
    const before = words.slice();
    const writers = new Uint8Array(words.length);
    for (const call of calls) {
      compiled.functions[name](...call);
      for (let n = 0; n < words.length; n++) {
        if (words[n] !== before[n] && writers[n]++ > 0) looked.shared++;
      }
      words.set(before);
    }
    pool.inParts(compiled, name, calls.toReversed(), work);
  };
  return { ...pool, inParts: apart };
});

function expectApart(kind: (typeof KINDS)[number], K: number, D: number, batch: number): void {
  using step = prepare(kind, { K, D, batch });
  // First, while other results lie where its own will be: what is as it was does not show.
  Object.assign(looked, { isOn: true, shared: 0 });
  let found: string;
  try {
    found = step.bits();
  } finally {
    looked.isOn = false;
  }
  expect(looked.shared).toBe(0);
  expect(found).toBe(step.bits());
}

beforeAll(() => useThreads(1));

test("parts of a step write numbers of their own, in any order", () => {
  law(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 8 }),
      (kind, K, D, batch) => expectApart(kind, K, 1 + (D % Math.ceil(100_000 / K)), batch),
    ),
    40,
  );
  expect(looked.divided).toBeGreaterThan(0);
});

// The last part is less than a vector.
test.each([49, 50, 51])("parts of %i columns do so", (D) => expectApart("a stack", 1675, D, 2));
