// What is kept of runs of any length.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Thinned } from "../../src/recall/thinned.ts";
import { law } from "../../../../tools/law.ts";

test("any number of steps leaves the first, the last, and an even comb of bounded length", () => {
  law(
    fc.property(
      fc.nat(2000),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 2, max: 40 }),
      (last, every, limit) => {
        const made: number[] = [];
        const dropped: number[] = [];
        const record = new Thinned<number>(every, limit, (step) => dropped.push(step));
        const make = (step: number) => {
          made.push(step);
          return step;
        };
        for (let step = 0; step <= last; step++) record.add(step, step === last, () => make(step));
        expect(record.kept).toEqual(record.steps);
        expect(record.steps[0]).toBe(0);
        expect(record.steps.at(-1)).toBe(last);
        expect(record.steps.length).toBeLessThanOrEqual(limit + 1);
        const strides = record.steps.slice(1, -1).map((step, i) => step - record.steps[i]);
        expect(new Set(strides).size).toBeLessThanOrEqual(1);
        // Whatever was made is either kept or handed back.
        expect([...record.kept, ...dropped].toSorted((a, b) => a - b)).toEqual(made);
      },
    ),
    200,
  );
});

test("ten million steps stay in flat memory", () => {
  const record = new Thinned<number>(1, 1000);
  let most = 0;
  for (let step = 0; step <= 1e7; step++) {
    record.add(step, step === 1e7, () => step);
    most = Math.max(most, record.kept.length);
  }
  expect(most).toBeLessThanOrEqual(1001);
  expect(record.steps.length).toBeGreaterThan(400);
});
