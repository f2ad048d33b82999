// Rows of sources as sets: intervals say the same as the rows one by one.

import {
  commonHeld,
  countHeld,
  type HeldSources,
  parseHeld,
  printHeld,
  uniteHeld,
  withoutHeld,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const ROWS = 12;
const IDS = ["a", "b", "c"];

/** Any rows of three sources, one by one. */
const anyRows = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...IDS), fc.nat(ROWS - 1)).map(([id, row]) => `${id} ${row}`),
);

const heldOf = (rows: readonly string[]): HeldSources =>
  rows.reduce<HeldSources>((held, text) => {
    const [id, row] = text.split(" ");
    return uniteHeld(held, [{ id, name: id, rows: [[Number(row), Number(row) + 1]] }]);
  }, []);

const rowsOf = (held: HeldSources) =>
  held.flatMap(({ id, rows }) =>
    rows.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => `${id} ${from + i}`)),
  );

test("intervals are the sets of their rows, and print alike for equal sets", () => {
  law(
    fc.property(anyRows, anyRows, (a, b) => {
      const [inA, inB] = [heldOf(a), heldOf(b)];
      const same = (held: HeldSources, rows: readonly string[]) => {
        expect(rowsOf(held).sort()).toEqual([...rows].sort());
        expect(printHeld(held)).toBe(printHeld(heldOf([...rows].reverse())));
        expect(parseHeld(printHeld(held), "test")).toEqual(held);
        expect(countHeld(held)).toBe(rows.length);
      };
      same(uniteHeld(inA, inB), [...new Set([...a, ...b])]);
      same(
        commonHeld(inA, inB),
        a.filter((row) => b.includes(row)),
      );
      same(
        withoutHeld(inA, inB),
        a.filter((row) => !b.includes(row)),
      );
    }),
    200,
  );
});

test("a source with two names keeps the same one in any order", () => {
  const one = [{ id: "a", name: "x.npy", rows: [[0, 1]] }] as const;
  const other = [{ id: "a", name: "copy.npy", rows: [[1, 2]] }] as const;
  expect(uniteHeld(one, other)).toEqual([{ id: "a", name: "copy.npy", rows: [[0, 2]] }]);
  expect(uniteHeld(other, one)).toEqual(uniteHeld(one, other));
});

test.each([
  "{}",
  "[null]",
  '[{"id":"a","name":"a","rows":[[1,1]]}]',
  '[{"id":"a","name":"a","rows":[[3,4],[1,2]]}]',
  '[{"id":"a","name":"a","rows":[[0.5,2]]}]',
  "[{",
])("%s are no rows", (text) => {
  expect(() => parseHeld(text, "m.safetensors")).toThrow(HamError);
});
