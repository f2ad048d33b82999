import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { key } from "@hamlet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAMAGES } from "../src/demo/damage.ts";
import { type Bench, type Finished, makeBench } from "./ham.ts";

let bench: Bench;
let finished: Finished;
beforeAll(async () => {
  bench = makeBench();
  finished = await bench.inProcess(["demo"]);
});
afterAll(() => bench[Symbol.dispose]());

/** The cells of the row of one damage. */
function row(damage: string): string[] {
  const line = finished.stdout.split("\n").find((text) => text.startsWith(damage))!;
  return line.slice(damage.length).trim().split(/ {2,}/);
}

test("at least 95 of 100 half-hidden digits come back exactly", () => {
  expect(finished.code).toBe(0);
  const [before, after, restored] = row("lower half hidden");
  expect(Number.parseFloat(before)).toBeGreaterThan(10);
  expect(Number.parseFloat(after)).toBeLessThan(1);
  expect(Number.parseInt(restored, 10)).toBeGreaterThanOrEqual(95);
});

test("the other damages are mended too, and every energy falls", () => {
  for (const damage of ["lower half hidden", "30% of pixels replaced", "noise added"]) {
    const [before, after, , , drop] = row(damage);
    expect(Number.parseFloat(after)).toBeLessThan(Number.parseFloat(before) / 3);
    expect(Number.parseFloat(drop)).toBeGreaterThan(0);
  }
});

test("the sheet shows three groups of three rows, with ink on it", () => {
  const { width, height, data } = decode(readFileSync(join(bench.folder, "out/digits.png")));
  expect(width).toBeGreaterThan(1000);
  expect(height).toBeGreaterThan(500);
  expect(data.filter((value) => value < 64).length).toBeGreaterThan(10_000);
});

test("the plot has one falling curve for every damage", () => {
  const svg = readFileSync(join(bench.folder, "out/energy.svg"), "utf8");
  expect(svg).toMatch(/^<svg /);
  expect(svg.match(/<path d="M/g)!.length).toBeGreaterThanOrEqual(3);
  for (const damage of ["lower half hidden", "30% of pixels replaced", "noise added"]) {
    expect(svg).toContain(damage);
  }
});

test("it says what to try next, and a smaller beta blurs", async () => {
  expect(finished.stdout).toContain("ham explain");
  const soft = await bench.inProcess(["demo", "--set", "beta=5"]);
  expect(soft.code).toBe(0);
  expect(soft.stdout).toContain("0 of 100");
});

test("the lower half of every picture is hidden, and the upper half is known", () => {
  const [{ apply }] = DAMAGES;
  const pictures = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  const { picture, known } = apply(pictures, { height: 4, width: 2, white: 16 }, key(0));
  expect([...known]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect([...picture]).toEqual([1, 2, 3, 4, 8, 8, 8, 8, 9, 10, 11, 12, 8, 8, 8, 8]);
});
