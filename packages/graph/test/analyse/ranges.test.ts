// The values that a function reaches over an interval, with and without its ends.

import {
  apply,
  get,
  includes,
  type Interval,
  makeRanges,
  makeTensor,
  SCALAR_FUNCTIONS,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";

const NUMBERS = [-3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 3];
const ENDS = [-1, 0, 1];

/** Every interval between two of the ends, open or closed, and those that end on one side alone. */
const INTERVALS: readonly Interval[] = [-Infinity, ...ENDS].flatMap((low) =>
  [...ENDS, Infinity]
    .filter((high) => high > low)
    .flatMap((high) =>
      [true, false].flatMap((lowOpen) =>
        [true, false].map((highOpen) => ({
          low,
          high,
          lowOpen: lowOpen || low === -Infinity,
          highOpen: highOpen || high === Infinity,
        })),
      ),
    ),
);

const [x, y] = ["x", "y"].map((name) => makeTensor(name, "const", []));
const rangeOf = (op: keyof typeof SCALAR_FUNCTIONS, ...of: Interval[]): Interval =>
  makeRanges(new Map(of.map((interval, i) => [[x, y][i], interval])))(
    apply(op, ...[x, y].slice(0, of.length).map((tensor) => get(tensor))),
  );
const holds = (interval: Interval, value: number) =>
  includes(interval, { low: value, high: value, lowOpen: false, highOpen: false });
const inside = (interval: Interval) => NUMBERS.filter((number) => holds(interval, number));
const OPS = Object.keys(SCALAR_FUNCTIONS) as (keyof typeof SCALAR_FUNCTIONS)[];

describe.each(OPS)("%s", (op) => {
  const { evaluate, arity } = SCALAR_FUNCTIONS[op];
  /** Values over some intervals that the range of the function does not hold. */
  const strays = (of: readonly Interval[], points: readonly (readonly number[])[]) => {
    const range = rangeOf(op, ...of);
    return points
      .map((at) => ({ of, range, at, value: evaluate(...at) }))
      .filter(({ value }) => Number.isFinite(value) && !holds(range, value));
  };

  test("has its values in its range", () => {
    for (const first of INTERVALS) {
      const own = inside(first);
      if (arity === 1) {
        expect(
          strays(
            [first],
            own.map((a) => [a]),
          ),
        ).toEqual([]);
        continue;
      }
      for (const second of INTERVALS) {
        const points = inside(second).flatMap((b) => own.map((a) => [a, b]));
        expect(strays([first, second], points)).toEqual([]);
      }
    }
  });
});
