// Normal numbers of compiled code are those of the plain loop, to the bit.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { key, normal } from "@hamlet/core";
import { fillNormal } from "../../src/random/normal.ts";
import { compiledNormal, PART } from "../../src/random/normal-lanes.ts";

const bitsOf = (numbers: Float32Array) => new Uint32Array(numbers.buffer);
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("what compiled code draws", () => {
  test("has the bits of that one by one", () => {
    const keys = fc.tuple(word, word);
    const counts = fc.integer({ min: 0, max: PART });
    const starts = fc.integer({ min: 0, max: 2 ** 31 });
    law(
      fc.property(keys, counts, starts, (own, count, from) => {
        const [found, expected] = [new Float32Array(count), new Float32Array(count)];
        compiledNormal()!(own, found, from);
        fillNormal(own, expected, from);
        expect(bitsOf(found)).toEqual(bitsOf(expected));
      }),
      30,
    );
  });

  test("has them in a million numbers too, tails and all", () => {
    const found = normal(key(3), 1_000_003);
    const expected = new Float32Array(found.length);
    fillNormal(key(3), expected, 0);
    expect(bitsOf(found)).toEqual(bitsOf(expected));
  });
});
