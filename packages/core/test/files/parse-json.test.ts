// Keys are what a text says, whatever was read before.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { parseJson } from "../../src/files/parse-json.ts";

test("a key with escapes is not taken for one that was read before in its place", () => {
  for (const read of [JSON.parse, parseJson])
    read(String.raw`{"one": {"two": 0, "\\": 1}, "\\": 2}`);
  expect(parseJson(String.raw`{"one": {"two": 0, "\"": 1}, "\"": 2}`)).toEqual({
    one: { two: 0, '"': 1 },
    '"': 2,
  });
});

test("any values, keys and spaces, one text after the other", () => {
  // Few letters, so that keys are alike.
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "{", "}", ":", " ", "\n"),
    maxLength: 3,
  });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(text, fc.integer(), fc.constantFrom(true, null)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 4 }),
    ),
  }));
  law(
    fc.property(value, fc.constantFrom(0, 2), (own, spaces) => {
      expect(JSON.stringify(parseJson(JSON.stringify(own, null, spaces)))).toBe(
        JSON.stringify(own),
      );
    }),
    2000,
  );
});

test("values are made into others, and what is no JSON is refused, with escapes and without", () => {
  const double = (_key: string, value: unknown) => (typeof value === "number" ? 2 * value : value);
  for (const key of ["a", String.raw`\"`]) {
    expect(Object.values(parseJson(`{"${key}": 1, "b": [2]}`, double) as object)).toEqual([2, [4]]);
    expect(() => parseJson(`{"${key}": }`)).toThrow(SyntaxError);
    expect(() => parseJson(`{"${key}" 1}`)).toThrow(SyntaxError);
  }
});
