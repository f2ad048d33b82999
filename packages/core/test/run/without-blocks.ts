// Work that runs out of memory: at one block that it takes, then at a later one, and so on.

import { expect, vi } from "vitest";
import { arena } from "../../src/run/simd/arena.ts";

/**
 * Does `go` once as it is, then again and again without one of the blocks that it took, every
 * `step`-th of them in turn. It must fail, and leave nothing taken.
 */
export function withoutBlocks(go: () => void, step: number): void {
  const own = arena();
  const take = own.take.bind(own);
  let asked = 0;
  let failing = Infinity;
  const spy = vi.spyOn(own, "take").mockImplementation((bytes) => {
    if (++asked === failing) throw new RangeError("there is no room");
    return take(bytes);
  });
  const before = own.taken;
  try {
    go();
    expect(own.taken).toBe(before);
    const all = asked;
    expect(all).toBeGreaterThan(0);
    for (failing = 1; failing <= all; failing += step) {
      asked = 0;
      expect(go).toThrow("there is no room");
      expect(own.taken).toBe(before);
    }
  } finally {
    spy.mockRestore();
  }
}
