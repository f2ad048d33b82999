// `ham zoo`: what it prints and draws is what the cells promise and were measured to hold.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CELLS, type MeasuredCell } from "@hamlet/ham/zoo";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

const SMALL = ["--size", "8", "--counts", "3,2", "--noise", "0,0.25", "--trials", "4"];

test("every cell is there, with what it promises and what it held", async () => {
  const { code, stdout, stderr } = await bench.inProcess(["zoo", ...SMALL, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { cells, counts } = parseReport("zoo", stdout) as {
    cells: MeasuredCell[];
    counts: number[];
  };
  expect(counts).toEqual([2, 3]);
  expect(
    cells.map(({ similarity, separation, verdict }) => ({ similarity, separation, verdict })),
  ).toEqual(JSON.parse(JSON.stringify(CELLS)));
  for (const { held, mended } of cells) {
    expect(held.map(({ K }) => K)).toEqual([2, 3]);
    expect(mended.map(({ noise }) => noise)).toEqual([0, 0.25]);
  }
  const again = await bench.inProcess(["zoo", ...SMALL, "--json"]);
  expect(again.stdout).toBe(stdout);
});

test("the table and the picture say the same", async () => {
  const { stdout } = await bench.inProcess(["zoo", ...SMALL, "--out", "zoo.svg"]);
  expect(stdout.match(/none, /g)).toHaveLength(12);
  expect(stdout.match(/no floor, /g)).toHaveLength(3);
  const svg = readFileSync(join(bench.folder, "zoo.svg"), "utf8");
  expect(svg.match(/>no energy</g)).toHaveLength(12);
  expect(svg.match(/>falls, no floor</g)).toHaveLength(3);
});
