// The ratios of the last table of benchmarks: `pnpm bench --publish` writes them, on a quiet machine alone.

import { readFileSync } from "node:fs";
import { type Bar, svg } from "../../bench/table/render.ts";
import type { Picture } from "./picture.ts";

const NUMBERS = new URL("../../apps/docs/src/assets/benchmarks.json", import.meta.url);

export const benchmarks: Picture = {
  numbers: async () => readFileSync(NUMBERS, "utf8"),
  draw: async (numbers) => svg(JSON.parse(numbers) as readonly Bar[]),
};
