// Figures that show recalls show what the recalls give now.

import "@tensorflow/tfjs-backend-wasm";
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { binary } from "../notebook-figures/binary.ts";
import { blocks } from "../notebook-figures/blocks.ts";
import { home } from "../notebook-figures/home.ts";
import { transformer } from "../notebook-figures/transformer.ts";
import { some } from "../samples.ts";

const DATA = new URL("../../apps/docs/src/notebooks/data/", import.meta.url);
/** A level of grey: it may be rounded to either side, and no further. */
const LEVEL = 1.5e-4;
const PARTS = Object.entries({ binary, blocks, home, transformer });

beforeAll(async () => void (await tf.setBackend("wasm")));

/** All numbers of a figure, in their order, and all else that it holds. */
function partsOf(figure: unknown): { numbers: number[]; rest: string } {
  const numbers: number[] = [];
  const rest = JSON.stringify(figure, (_, value: unknown) => {
    if (typeof value === "string" && /^[0-9a-f]{16,}$/.test(value)) {
      numbers.push(...Array.from(value, (grey) => LEVEL * Number.parseInt(grey, 16)));
      return "greys";
    }
    if (typeof value !== "number") return value;
    numbers.push(value);
    return "number";
  });
  return { numbers, rest };
}

test.each(some(PARTS, 2))("%s", async (_, draw) => {
  for (const [name, figure] of Object.entries(await draw())) {
    const kept = partsOf(JSON.parse(readFileSync(new URL(`${name}.json`, DATA), "utf8")));
    const { numbers, rest } = partsOf(JSON.parse(JSON.stringify(figure)));
    expect(rest, name).toBe(kept.rest);
    for (const [k, value] of numbers.entries()) {
      const other = kept.numbers[k];
      // Figures hold four to five digits.
      expect(Math.abs(value - other), name).toBeLessThanOrEqual(
        2e-4 * Math.max(1, Math.abs(other)),
      );
    }
  }
});
