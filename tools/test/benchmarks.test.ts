// The table of `pnpm bench` says what was measured, and its rows have names of their own.

import { expect, test } from "vitest";
import { JOBS } from "../../bench/table/jobs.ts";
import { RECALLS } from "../../bench/table/recalls.ts";
import { barsOf, markdown, ratioOf, svg } from "../../bench/table/render.ts";

const RESULTS = [
  { name: "a recall", medians: { Hamlet: 0.002, NumPy: 0.001, JAX: 0.004 }, limit: 0.0005 },
  { name: "alone", medians: { Hamlet: 3 } },
];

test("rows have names of their own", () => {
  const names = [...RECALLS, ...JOBS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("a row stands beside the best of the others and the limit", () => {
  expect(ratioOf(RESULTS[0])).toBe(2);
  expect(ratioOf(RESULTS[1])).toBeNull();
  expect(markdown(RESULTS)).toBe(
    `| whole job | Hamlet | NumPy | JAX | torch | ours / best | × from the limit |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| a recall | 2 ms | 1 ms | 4 ms |  | 2 | 4 |
| alone | 3 s |  |  |  |  |  |`,
  );
});

test("the picture has a bar for every row that somebody else does too", () => {
  const picture = svg(barsOf(RESULTS));
  // Beside the ground.
  expect(picture.match(/<rect(?! class="ground")/g)).toHaveLength(1);
  expect(picture).toContain('class="slower"');
  expect(picture).not.toContain("alone");
});
