import { type ast, parse } from "@hamlet/dsl";
import { format } from "@hamlet/dsl/format";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { examples, fixtures } from "./fixtures.ts";
import { hamFile } from "./generate.ts";
import { law } from "../../../tools/law.ts";

/** A tree without positions: what formatting must not change. */
function withoutPositions(file: ast.FileAst): unknown {
  return JSON.parse(
    JSON.stringify(file, (key, value: unknown) =>
      key === "source" || /span$/i.test(key) ? undefined : value,
    ),
  );
}

function checkFormatting(text: string): void {
  const source = { name: "m.ham", text };
  const before = parse(source);
  expect(before.diagnostics).toEqual([]);
  const formatted = format(source);
  expect(formatted.diagnostics).toEqual([]);
  const after = parse({ name: "m.ham", text: formatted.text });
  expect(after.diagnostics, formatted.text).toEqual([]);
  expect(withoutPositions(after.file), formatted.text).toEqual(withoutPositions(before.file));
  expect(after.comments.map((comment) => comment.text)).toEqual(
    before.comments.map((comment) => comment.text),
  );
  expect(format({ name: "m.ham", text: formatted.text }).text).toBe(formatted.text);
}

describe("formatting keeps the meaning and the comments, and is done after one pass", () => {
  test.each(examples())("of $name", ({ text }) => checkFormatting(text));

  test.each(fixtures("valid"))("of the fixture $rule: $name", ({ source }) =>
    checkFormatting(source.text.replace(/^(?!.*ham 1)/s, "ham 1\n")),
  );

  test("of any well-formed file", () => {
    law(fc.property(hamFile, checkFormatting), 75);
  });
});

test.each(examples())("$name as it is formatted", async ({ name, text }) => {
  const path = `./fixtures/formatted/${name}`;
  await expect(format({ name, text }).text).toMatchFileSnapshot(path);
});

const formatted = (...lines: string[]): string[] =>
  format({ name: "m.ham", text: lines.join("\n") }).text.split("\n");

test("the edition is added where it is missing", () => {
  expect(formatted("dim  D=3")).toEqual(["ham 1", "", "dim D = 3", ""]);
  expect(formatted("")).toEqual(["ham 1", ""]);
});

test("a file with syntax errors is left alone", () => {
  const text = "ham 1\ndim  D 3\n";
  const result = format({ name: "m.ham", text });
  expect(result.text).toBe(text);
  expect(result.diagnostics).toHaveLength(1);
});

test("a coefficient is written tight, a lone quotient is not", () => {
  expect(
    formatted("ham 1", "", "let a = -1 / 2*x^ 2 + (1-s) / 2 * f( x ) [i] / g", "dim H = W/2"),
  ).toEqual(["ham 1", "", "let a = -1/2 * x^2 + (1 - s)/2 * f(x)[i] / g", "dim H = W / 2", ""]);
});

test("comments behind neighbouring lines share a column", () => {
  expect(formatted("ham 1", "", "dim D = 3 // width", "dim Height = 4 // height")).toEqual([
    "ham 1",
    "",
    "dim D = 3       // width",
    "dim Height = 4  // height",
    "",
  ]);
});

test("a long formula moves below its name, then breaks at its loosest operators", () => {
  const term = "sum[i] first_long_name[i] * second_long_name[i]";
  expect(formatted("ham 1", "", `energy e = ${term} + ${term} - ${term}`)).toEqual([
    "ham 1",
    "",
    "energy e =",
    `  ${term}`,
    `  + ${term}`,
    `  - ${term}`,
    "",
  ]);
});

test("comments inside a formula stay at their tokens", () => {
  expect(formatted("ham 1", "", "let a = b // the first", "+ c", "// alone", "+ d")).toEqual([
    "ham 1",
    "",
    "let a =",
    "  b  // the first",
    "  + c",
    "  // alone",
    "  + d",
    "",
  ]);
});

test("brackets as deep as a text may have are laid out once each", () => {
  const text = `energy e = ${"tanh(".repeat(28)}1${")".repeat(28)}`;
  const again = format({ name: "m.ham", text: format({ name: "m.ham", text }).text });
  expect(again.text.replace(/\s/g, "")).toBe(`ham1${text}`.replace(/\s/g, ""));
});
