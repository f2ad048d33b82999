// What was measured last on a quiet machine: `pnpm bench --publish` and `pnpm bench scaling --publish` write it,
// nothing else.

import { readFileSync } from "node:fs";
import { type Growth, svg as curves } from "../../bench/scaling/render.ts";
import { type Bar, svg as bars } from "../../bench/table/render.ts";
import type { Picture } from "./picture.ts";

const ASSETS = new URL("../../apps/docs/src/assets/", import.meta.url);

const published = (file: string) => async () => readFileSync(new URL(file, ASSETS), "utf8");

/** The ratios of the table. */
export const benchmarks: Picture = {
  numbers: published("benchmarks.json"),
  draw: async (numbers) => bars(JSON.parse(numbers) as readonly Bar[]),
};

/** How times grow with sizes. */
export const scaling: Picture = {
  numbers: published("scaling.json"),
  draw: async (numbers) => curves(JSON.parse(numbers) as readonly Growth[]),
};
