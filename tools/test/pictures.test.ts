// Every picture of a page is drawn of the numbers beside it, and of nothing else. Those of the Lagrangians are held
// by catalogue-pages.test.ts.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { numbersOf } from "../../apps/docs/src/pictures.ts";
import { PICTURES } from "../pictures/catalogue.ts";

const ASSETS = join(import.meta.dirname, "../../apps/docs/src/assets");
const numbersFor = (file: string) => readFileSync(join(ASSETS, numbersOf(file)), "utf8");

test("all pictures are in the catalogue", () => {
  const files = globSync("*.{svg,png}", { cwd: ASSETS });
  expect(files.sort()).toEqual(Object.keys(PICTURES).sort());
});

test("numbers are small files, and each is of a picture", () => {
  const files = globSync("*.json", { cwd: ASSETS });
  const used = new Set(Object.keys(PICTURES).map(numbersOf));
  expect(files.sort()).toEqual([...used].sort());
  for (const file of files) {
    expect(readFileSync(join(ASSETS, file)).length, file).toBeLessThan(112_000);
  }
});

test.for(Object.entries(PICTURES))(
  "%s is drawn of its numbers (node tools/generate-pictures.ts)",
  async ([file, { draw }]) => {
    const drawn = Buffer.from(await draw(numbersFor(file)));
    const kept = readFileSync(join(ASSETS, file));
    expect(drawn.equals(kept), file).toBe(true);
  },
);

test("other numbers make another picture", async () => {
  const file = "benchmarks.svg";
  const other = numbersFor(file).replace(/"ratio":[\d.e-]+/, '"ratio":3');
  expect(other).not.toBe(numbersFor(file));
  expect(await PICTURES[file].draw(other)).not.toBe(readFileSync(join(ASSETS, file), "utf8"));
});
