import { expect, test } from "vitest";
import { threefry2x32 } from "../../src/random/threefry.ts";

const ONES = 0xffffffff;

// Known answers published with Random123 for Threefry-2x32 with 20 rounds.
test.each([
  { key: [0, 0], counter: [0, 0], block: [0x6b200159, 0x99ba4efe] },
  { key: [ONES, ONES], counter: [ONES, ONES], block: [0x1cb996fc, 0xbb002be7] },
  {
    key: [0x13198a2e, 0x03707344],
    counter: [0x243f6a88, 0x85a308d3],
    block: [0xc4923a9c, 0x483df7a0],
  },
] as const)("Threefry encrypts $counter under $key as published", ({ key, counter, block }) => {
  expect(threefry2x32([key[0], key[1]], counter[0], counter[1])).toEqual(block);
});
