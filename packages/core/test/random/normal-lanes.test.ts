// Normal numbers of compiled code are those of the plain loop, to the bit.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { key, normal } from "@hamlet/core";
import { onThreads } from "../on-threads.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillByLanes, PART } from "../../src/random/normal-lanes.ts";

/** Whether all bits are the same; lists of a million take matchers long. */
const areSame = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("what compiled code draws", () => {
  test("has the bits of that one by one", () => {
    const keys = fc.tuple(word, word);
    const counts = fc.integer({ min: 0, max: PART });
    const starts = fc.integer({ min: 0, max: 2 ** 31 });
    law(
      fc.property(keys, counts, starts, (own, count, from) => {
        const [found, expected] = [new Float32Array(count), new Float32Array(count)];
        expect(fillByLanes(own, found, from)).toBe(true);
        fillNormal(own, expected, from);
        expect(areSame(found, expected)).toBe(true);
      }),
      30,
    );
  });

  test("has them in a million numbers too, tails and all, on any number of threads", async () => {
    const expected = new Float32Array(1_000_003);
    fillNormal(key(3), expected, 0);
    await onThreads(() => {
      expect(areSame(normal(key(3), expected.length), expected)).toBe(true);
    });
  });

  test("is not asked where multiply-adds of the processor round twice", async () => {
    const script = join(import.meta.dirname, "draws-process.ts");
    const drawn = async (...flags: readonly string[]) =>
      (await promisify(execFile)(process.execPath, [...flags, script])).stdout.trim();
    expect(await drawn()).toBe("true true");
    expect(await drawn("--no-enable-fma3")).toBe("false true");
  });
});
