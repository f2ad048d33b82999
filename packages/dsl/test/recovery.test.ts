import { type ast, parse } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compiled } from "./compiling.ts";
import { examples, fixtures } from "./fixtures.ts";
import { law } from "../../../tools/law.ts";
import { some } from "../../../tools/samples.ts";

/** Parses and renders: neither may throw, whatever the text. */
function parseAll(text: string) {
  const source = { name: "m.ham", text };
  const result = parse(source);
  for (const diagnostic of result.diagnostics) {
    const { start, end } = diagnostic.span;
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(renderDiagnostic(diagnostic, [source])).toContain(diagnostic.code);
  }
  expect(result.diagnostics.length).toBeLessThanOrEqual(100);
  return result;
}

describe("parsing never throws", () => {
  test("on any string", () => {
    law(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void parseAll(text)),
      100,
    );
  });

  test("on any sequence of words and signs of the language", () => {
    const words =
      'ham 1 use dim const param data given let lagrangian synapse extern neuron part connect recall train test assert sum max where and or not energy value as from stored take share start clamp stop when record every schedule return feed run expect metric tau leak init real sign x v2 _ 0.5 "t" \' == != <= < = ~ + - * / ^ ** { } [ ] ( ) , : . @ @allow ; ! && np. × // ///';
    const word = fc.constantFrom(...words.split(" "), "\n", "\n\n");
    law(
      fc.property(
        fc.array(word, { maxLength: 60 }),
        fc.constantFrom("", " "),
        (found, glue) => void parseAll(found.join(glue)),
      ),
      125,
    );
  });

  test.each([
    "(",
    "[",
    "{",
    "}",
    ")",
    "-",
    "2^",
    "not ",
    "f(",
    "[{(",
    "sum[i] ",
    "a + ",
    "@a",
    "@a(",
    "x\n",
    "neuron ",
    "recall a {\n",
    "energy ",
    "synapse a(b: [C]) {\n",
    '"',
    "/*",
    "\0",
  ])("on %j repeated until it fills tens of kilobytes", (unit) => {
    parseAll(unit.repeat(20_000 / unit.length));
    parseAll(`ham 1\nlet x = ${unit.repeat(20_000 / unit.length)}`);
  });
});

test("500 nested parentheses give one message", () => {
  const { diagnostics } = parseAll(`ham 1\nlet x = ${"(".repeat(500)}1${")".repeat(500)}\ndim D`);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "E0101 this expression is nested too deep",
  ]);
});

/** Where the tokens of a text are, comments left out. */
function tokensOf(text: string): { start: number; end: number }[] {
  const pattern = /\/\/[^\n]*|"[^"\n]*"|[\p{L}_][\p{L}\d_]*|\d[\d_.e-]*|[<>=!]=|\S/gu;
  return [...text.matchAll(pattern)]
    .filter(([token]) => !token.startsWith("//"))
    .map(({ index, 0: token }) => ({ start: index, end: index + token.length }));
}

const declared = (item: ast.Item): string => {
  if (item.kind === "dim") return `dim ${item.dims.map(({ name }) => name.text).join()}`;
  return "name" in item ? `${item.kind} ${item.name?.text}` : item.kind;
};

test.each([
  ["second", "const a = 1\nconst a = (\n"],
  ["first", "const a = (\nconst a = 1\n"],
])("of two declarations of a name the %s is half typed: that alone is told", (_, text) => {
  const codes = (whole: string) => compiled(whole).diagnostics.map(({ code }) => code);
  expect(codes(text)).toEqual(["E0102"]);
  expect(codes("const a = 1\nconst a = 2\n")).toEqual(["E0202"]);
});

describe("one token less costs one message and at most one other declaration", () => {
  // Every token of every example: others of them in every run.
  test.each(some(examples(), 8))("in $name", ({ name, text }) => {
    const whole = parse({ name, text }).file.items.map(declared);
    for (const { start, end } of tokensOf(text)) {
      const damaged = text.slice(0, start) + text.slice(end);
      const { file, diagnostics } = parse({ name, text: damaged });
      const kept = new Set(file.items.map(declared));
      const lost = whole.filter((item) => !kept.has(item));
      const where = `without ${text.slice(start, end)} at ${start}: ${lost.join("; ")}`;
      expect(lost.length, where).toBeLessThanOrEqual(Math.max(1, whole.length / 10));
      expect(diagnostics.length, where).toBeLessThanOrEqual(1);
    }
  });
});

const broken = (text: string): ast.BrokenItem[] =>
  parse({ name: "m.ham", text: `ham 1\n${text}` }).file.items.filter(
    (item) => item.kind === "broken",
  );

test("a broken declaration keeps the names it would have declared", () => {
  const names = (text: string) =>
    broken(text).flatMap((item) => item.names.map((name) => name.text));
  expect(names("neuron v: [D] identity")).toEqual(["v"]);
  expect(names("dim H 28, W = 28")).toEqual(["H", "W"]);
  expect(names('use "./a.ham" as as memory as m')).toEqual(["as", "memory", "m"]);
  expect(names("connect enc: dense(x h)")).toEqual(["enc"]);
  expect(names("neurones v: [D")).toEqual(["v"]);
  expect(names("assert D <")).toEqual([]);
});

test("a misspelt declaration word is read as the one that was meant", () => {
  const { file } = parse({ name: "m.ham", text: "ham 1\n/// Doc.\nneurons v: [D] as tanh\n" });
  expect(file.items).toMatchObject([
    { kind: "neuron", name: { text: "v" }, doc: { text: "Doc." } },
  ]);
});

test("a wrong line of a block leaves the other lines", () => {
  const { file, diagnostics } = parse({
    name: "m.ham",
    text: "ham 1\nrecall r {\n  start v = q\n  steps: 3\n  record energy evry 3\n  return v\n}\n",
  });
  expect(diagnostics).toHaveLength(2);
  expect(file.items).toMatchObject([
    {
      kind: "recall",
      steps: [{ kind: "start" }, { kind: "broken" }, { kind: "broken" }, { kind: "return" }],
    },
  ]);
});

test("every diagnostic of the fixtures points into its file", () => {
  for (const { source } of fixtures("invalid")) parseAll(source.text);
});

test("one syntax error makes nothing else unused or unknown", () => {
  const found = (text: string) => compiled(text).diagnostics.map(({ code }) => code);
  const rest = "neuron v: [D] as tanh\nenergy e = -sum[i, m] W[m, i] * v[i]\n";
  // What only the broken line uses, and what it would have declared.
  expect(found(`dim D = 3, K = 2\nparam W: [K, D ~ normal(0, 1)\n${rest}`)).toEqual(["E0102"]);
  expect(found(`dim D = 3 K = 2\nparam W: [K, D] ~ normal(0, 1)\n${rest}`)).toEqual(["E0101"]);
  expect(found(`dim D = 3, K = 2\nneuron v [D as tanh\nenergy e = -sum[i] v[i]`)).toEqual([
    "E0101",
  ]);
  expect(
    found(
      `dim D = 3\nneuron v: [D] as tanh\nrecall r { steps: = 3\ntest "t" { run r expect v[0] < 1 }`,
    ),
  ).toEqual(["E0102", "E0101"]);
});
