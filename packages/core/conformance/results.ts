// The results of the last run of each backend, as JSON files that git ignores.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RowResult } from "./suite.ts";

/** Where the suite can run, in the order of the columns. */
export const PLACES = ["simd", "cpu", "wasm", "webgl", "webgpu", "webgpu in Node"] as const;
export type Place = (typeof PLACES)[number];

/** What the places gave; those that did not run are absent. */
export type Results = ReadonlyMap<Place, readonly RowResult[]>;

const FOLDER = join(import.meta.dirname, "results");

function fileOf(place: Place): string {
  return join(FOLDER, `${place.replaceAll(" ", "-")}.json`);
}

/** Keeps the result of one place. */
export function writeResult(place: Place, rows: readonly RowResult[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(place), `${JSON.stringify(rows, null, 2)}\n`);
}

/** The kept results. */
export function readResults(): Results {
  return new Map(
    PLACES.filter((place) => existsSync(fileOf(place))).map((place) => [
      place,
      JSON.parse(readFileSync(fileOf(place), "utf8")) as RowResult[],
    ]),
  );
}
