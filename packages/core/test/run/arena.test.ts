// Blocks of the memory of compiled programs: apart from each other, and no room is lost between them.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "../../src/run/simd/arena.ts";
import { law } from "../../../../tools/law.ts";

/** Blocks that are taken, each by its size, and which of them are given back in between. */
const histories = fc.array(fc.record({ bytes: fc.nat(20_000), gives: fc.option(fc.nat()) }), {
  maxLength: 60,
});

test("blocks do not meet, and what was given back is one again", () => {
  law(
    fc.property(histories, fc.nat(), (history, order) => {
      const arena = new Arena();
      const taken: { readonly at: number; readonly bytes: number }[] = [];
      const give = (n: number) => arena.give(taken.splice(n % taken.length, 1)[0].at);
      for (const { bytes, gives } of history) {
        const block = { at: arena.take(bytes), bytes };
        for (const { at, bytes: size } of taken) {
          expect(block.at + bytes <= at || at + size <= block.at).toBe(true);
        }
        expect(block.at % 64).toBe(0);
        expect(block.at + bytes).toBeLessThanOrEqual(arena.bytes);
        taken.push(block);
        if (gives !== null) give(gives);
      }
      while (taken.length > 0) give(order);
      expect(arena.taken).toBe(0);
      // All but the first unit, which is nobody's.
      const { bytes } = arena;
      arena.take(bytes - 64);
      expect(arena.bytes).toBe(bytes);
    }),
    100,
  );
});
