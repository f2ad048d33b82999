// One check on matrices, for every package that takes some.

import { assertMatrix, HamError, type NumberArray } from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../tools/law.ts";

function thrownBy(array: NumberArray, width?: number): string {
  try {
    assertMatrix("keys", array, width === undefined ? {} : { width });
  } catch (error) {
    if (HamError.isInstance(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing";
}

test("every matrix of finite numbers passes, and the first other number is named", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
  law(
    fc.property(
      sizes,
      fc.nat(),
      fc.constantFrom(Number.NaN, Infinity, -Infinity),
      (shape, at, wrong) => {
        const data = new Float64Array(shape[0] * shape[1]);
        expect(thrownBy({ shape, data }, shape[1])).toBe("nothing");
        const place = at % data.length;
        data.fill(wrong, place);
        const [row, column] = [Math.floor(place / shape[1]), place % shape[1]];
        expect(thrownBy({ shape, data })).toBe(
          `graph/not-finite: keys: expected finite numbers, found ${wrong} in row ${row}, column ${column}. Leave that row out, or mend the data it comes from.`,
        );
      },
    ),
    100,
  );
});

test.each([
  [
    { shape: [3, 3], data: [1, 2] },
    "graph/bad-shape: keys: expected a matrix, one row for each item, found the shape [3, 3] and 2 numbers. Pass { shape: [rows, columns], data }.",
  ],
  [
    { shape: [], data: [1] },
    "graph/bad-shape: keys: expected a matrix, one row for each item, found the shape [] and 1 numbers. Pass { shape: [rows, columns], data }.",
  ],
  [
    { shape: [0, 4], data: [] },
    "graph/empty-array: keys: expected at least one row with at least one number, found the shape [0, 4]. Pass at least one item.",
  ],
  [
    { shape: [1, 2], data: [1, 2] },
    "graph/bad-shape: keys: expected rows of 3 numbers, as what they meet has, found rows of 2. Pass rows of the same length.",
  ],
])("%j", (array, message) => {
  expect(thrownBy(array, 3)).toBe(message);
});
