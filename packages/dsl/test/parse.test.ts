import { type ast, parse } from "@hamlet/dsl";
import { describe, expect, test } from "vitest";
import { examples } from "./fixtures.ts";

function parsed(text: string) {
  const result = parse({ name: "m.ham", text: `ham 1\n${text}` });
  expect(result.diagnostics).toEqual([]);
  return result;
}

const only = (text: string): ast.Item => parsed(text).file.items[0];

/** An expression with all of its parentheses, and nothing else. */
function spell(expression: ast.Expression): string {
  switch (expression.kind) {
    case "unary":
      return `(${expression.op} ${spell(expression.operand)})`;
    case "binary":
      return `(${spell(expression.left)} ${expression.op} ${spell(expression.right)})`;
    case "reduce":
      return `${expression.op}{${spell(expression.body)}}`;
    case "list":
      return `[${expression.elements.map(spell).join(", ")}]`;
    case "reference":
      return expression.path.segments.map(({ text }) => text).join(".");
    default:
      return expression.raw;
  }
}

const value = (text: string): string => {
  const item = only(`let y = ${text}`);
  return item.kind === "let" ? spell(item.value) : item.kind;
};

test.each(examples())("$name parses without a message", ({ name, text }) => {
  const { diagnostics, file } = parse({ name, text });
  expect(diagnostics).toEqual([]);
  expect(file.edition?.value).toBe(1);
  expect(file.items.length).toBeGreaterThan(2);
});

describe("precedence", () => {
  test.each([
    ["-1/2 * x", "(((- 1) / 2) * x)"],
    ["-x^2", "(- (x ^ 2))"],
    ["2^-x^3", "(2 ^ (- (x ^ 3)))"],
    ["a - b - c", "((a - b) - c)"],
    ["a + b * c", "(a + (b * c))"],
    ["sum[i] a * b + c", "(sum{(a * b)} + c)"],
    ["a * sum[i] b * sum[j] c / d", "(a * sum{(b * sum{(c / d)})})"],
    ["logsumexp[m] -b / 2", "logsumexp{((- b) / 2)}"],
    ["(a + b) * c", "((a + b) * c)"],
    ["not a < b and c == d or e", "(((not (a < b)) and (c == d)) or e)"],
    ["not not a < b", "(not (not (a < b)))"],
    ["not not not a and b", "((not (not (not a))) and b)"],
    ["[1, [x]]", "[1, [x]]"],
  ])("%s", (text, expected) => expect(value(text)).toBe(expected));
});

test("a reference keeps its segments, arguments and indices with their places", () => {
  const item = only("let y = fast.v(1, dt = 2)[i, 0, _]");
  expect(item).toMatchObject({
    kind: "let",
    value: {
      kind: "reference",
      path: { segments: [{ text: "fast", span: { start: 14, end: 18 } }, { text: "v" }] },
      args: [{ value: { kind: "number" } }, { name: { text: "dt" } }],
      argsSpan: { start: 20, end: 31 },
      indices: [{ kind: "name" }, { kind: "number", value: 0 }, { kind: "whole" }],
      indicesSpan: { start: 31, end: 40 },
    },
  });
});

test("`max` binds indices or takes two arguments", () => {
  expect(only("let y = max(a, b)")).toMatchObject({ value: { kind: "reference" } });
  expect(only("let y = max[i] b[i]")).toMatchObject({ value: { kind: "reduce", op: "max" } });
});

test("names are normalised, so composed and decomposed letters are one name", () => {
  const { file } = parsed("dim \u00e9, e\u0301");
  expect(file.items).toMatchObject([{ dims: [{ name: { text: "é" } }, { name: { text: "é" } }] }]);
});

test("numbers and texts have values", () => {
  expect(only("const a = 12_000.5e-3")).toMatchObject({ init: { value: { value: 12.0005 } } });
  expect(only('assert a, "\\u03be \\"x\\"\\n"')).toMatchObject({ message: { value: 'ξ "x"\n' } });
  expect(only("param a: real > -1.5 = 0")).toMatchObject({ type: { bound: { value: -1.5 } } });
});

test("a clamp tells its value from its condition", () => {
  expect(only("recall r { clamp a = b clamp a where c clamp a = b where c }")).toMatchObject({
    steps: [
      { value: { kind: "reference" } },
      { where: { kind: "reference" } },
      { value: { kind: "reference" }, where: { kind: "reference" } },
    ],
  });
});

test("doc comments belong to what follows, or to the file", () => {
  const { file } = parsed(
    [
      "/// The file.",
      "///   Second line.",
      "",
      "/// A dim.",
      "dim D",
      "// not a doc",
      "/// A synapse.",
      "@allow(unused)",
      "synapse s(a: [A]) {",
      "  /// Its gain.",
      "  const g = 1",
      "}",
      "//// four slashes are a comment",
      "dim K",
    ].join("\n"),
  );
  expect(file.doc?.text).toBe("The file.\n  Second line.");
  expect(file.items).toMatchObject([
    { doc: { text: "A dim." } },
    { doc: { text: "A synapse." }, body: [{ doc: { text: "Its gain." } }] },
    { kind: "dim" },
  ]);
  expect(file.items[2]).not.toHaveProperty("doc");
});

test("a doc comment right above the first declaration is the declaration's", () => {
  const { file } = parsed("/// A dim.\ndim D");
  expect(file.doc).toBeUndefined();
  expect(file.items[0].doc?.text).toBe("A dim.");
});

test.each(["\n", "\r\n", "\r"])("lines that end in %j hold docs alike", (end) => {
  const { file } = parsed(["/// A dim.", "dim D"].join(end));
  expect(file.doc).toBeUndefined();
  expect(file.items[0].doc?.text).toBe("A dim.");
  const { file: two } = parsed(["/// The file.", " ", "/// A dim.", "dim D"].join(end));
  expect([two.doc?.text, two.items[0].doc?.text]).toEqual(["The file.", "A dim."]);
});

test("attributes are kept with their arguments, outside of the declaration's span", () => {
  expect(only("@allow(unused, domain) @assume(convex) dim D")).toMatchObject({
    attributes: [
      { name: { text: "allow" }, args: [{ text: "unused" }, { text: "domain" }] },
      { name: { text: "assume" } },
    ],
    span: { start: 45, end: 50 },
  });
});

test("comments are listed with their places", () => {
  const { comments } = parsed("dim D // one  \n/// two");
  expect(comments).toEqual([
    { doc: false, text: "// one", span: { start: 12, end: 20 } },
    { doc: true, text: "/// two", span: { start: 21, end: 28 } },
  ]);
});
