// The table of `pnpm bench` says what was measured, and its rows have names of their own; so do the curves of
// `pnpm bench scaling`.

import { expect, test } from "vitest";
import { AXES } from "../../bench/scaling/axes.ts";
import { markdown as growthTable, svg as curves } from "../../bench/scaling/render.ts";
import { JOBS } from "../../bench/table/jobs.ts";
import { RECALLS } from "../../bench/table/recalls.ts";
import { barsOf, markdown, ratioOf, svg } from "../../bench/table/render.ts";

const RESULTS = [
  { name: "a recall", medians: { Hamlet: 0.002, NumPy: 0.001, tfjs: 0.004 }, limit: 0.0005 },
  { name: "alone", medians: { Hamlet: 3 } },
];

test("rows have names of their own", () => {
  const names = [...RECALLS, ...JOBS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("a row stands beside the best of the others and the limit", () => {
  expect(ratioOf(RESULTS[0])).toBe(2);
  expect(ratioOf(RESULTS[1])).toBeNull();
  expect(markdown(RESULTS).replaceAll("\u00a0", " ")).toBe(
    `| whole job | Hamlet | NumPy | JAX | torch | ours / best | × from the limit |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| a recall | 2 ms | 1 ms |  |  | 2 | 4 |
| alone | 3 s |  |  |  |  |  |

| beside JavaScript | Hamlet | tfjs | jax-js |
| --- | ---: | ---: | ---: |
| a recall | 2 ms | 4 ms |  |`,
  );
});

test("the picture has a bar for every row that somebody else does too", () => {
  const picture = svg(barsOf(RESULTS));
  // Beside the ground.
  expect(picture.match(/<rect(?! class="ground")/g)).toHaveLength(1);
  expect(picture).toContain('class="slower"');
  expect(picture).not.toContain("alone");
});

const GROWN = [
  {
    name: "patterns K",
    fixed: "D = 64",
    points: [
      { size: 100, medians: { Hamlet: 0.0001, "one thread": 0.0001, JAX: 0.0002 } },
      { size: 10_000, medians: { Hamlet: 0.002, "one thread": 0.003, JAX: 0.004 } },
    ],
  },
];

test("a size grows, and each of its jobs has a name of its own", () => {
  for (const { name, sizes, row } of AXES) {
    expect(sizes.length, name).toBeGreaterThan(2);
    expect(sizes, name).toEqual(sizes.toSorted((a, b) => a - b));
    expect(new Set(sizes.map((size) => row(size).name)).size, name).toBe(sizes.length);
  }
});

test("curves stand beside their numbers", () => {
  expect(growthTable(GROWN).replaceAll("\u00a0", " ")).toBe(
    `| size | Hamlet | one thread | NumPy | JAX | torch |
| --- | ---: | ---: | ---: | ---: | ---: |
| K = 100 | 100 µs | 100 µs |  | 200 µs |  |
| K = 10 000 | 2 ms | 3 ms |  | 4 ms |  |`,
  );
  const picture = curves(GROWN);
  // Of each who took part a line and two dots; who did not has an entry in the legend alone.
  expect(picture.match(/<circle/g)).toHaveLength(6);
  expect(picture.match(/stroke-dasharray/g)!.length).toBeGreaterThan(1);
  const [slower] = GROWN;
  const other = curves([
    { ...slower, points: [slower.points[0], { ...slower.points[1], size: 1000 }] },
  ]);
  expect(other).not.toBe(picture);
});
