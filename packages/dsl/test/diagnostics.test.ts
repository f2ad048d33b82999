import { type Diagnostic, parse, type SourceFile } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { makeParser } from "@hamlet/dsl/editor";
import { describe, expect, test } from "vitest";
import { fixtures } from "./fixtures.ts";

const render = (diagnostics: readonly Diagnostic[], source: SourceFile): string =>
  diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, [source])}\n`).join("\n");

describe("every wrong file gives exactly the messages of its golden file", () => {
  test.each(fixtures("invalid"))("$rule: $name", async ({ rule, source, expectedPath }) => {
    const { diagnostics } = parse(source);
    await expect(render(diagnostics, source)).toMatchFileSnapshot(expectedPath);
    expect(diagnostics.map((diagnostic) => diagnostic.rule)).toContain(rule);
  });
});

describe("the corrected twin gives no message", () => {
  test.each(fixtures("valid"))("$rule: $name", ({ source }) => {
    expect(render(parse(source).diagnostics, source)).toBe("");
  });
});

test("every syntax rule has wrong and right fixtures", () => {
  const rules = (kind: "invalid" | "valid") => [...new Set(fixtures(kind).map(({ rule }) => rule))];
  expect(rules("invalid")).toEqual(rules("valid"));
  expect(rules("invalid")).toHaveLength(7);
});

test("five unrelated mistakes give exactly five messages", () => {
  const source = {
    name: "five.ham",
    text: [
      "ham 1",
      "dim D = 784, K 3",
      "neuron v: [D] identity",
      "data xi: [K, D] from 'memories.npy'",
      "energy e = -sum[i, m xi[m, i] * v[i]",
      "recall settle {",
      "  start v = query",
      "  steps: 40",
      "}",
    ].join("\n"),
  };
  const { diagnostics, file } = parse(source);
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "E0101",
    "E0101",
    "E0107",
    "E0102",
    "E0101",
  ]);
  expect(file.items.map(({ kind }) => kind)).toEqual([
    "broken",
    "broken",
    "data",
    "broken",
    "recall",
  ]);
});

test("a parser that keeps what it read says all of it again", () => {
  const reread = makeParser();
  for (const { source } of fixtures("invalid")) {
    const { diagnostics } = parse(source);
    for (const time of ["first", "second"]) {
      expect(reread(source).diagnostics, `${source.name}, the ${time} time`).toEqual(diagnostics);
    }
  }
});

test("a diagnostic survives JSON", () => {
  for (const { source } of fixtures("invalid")) {
    const { diagnostics } = parse(source);
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual(diagnostics);
  }
});

test("the edits of a fix make its message go away", () => {
  for (const { source } of fixtures("invalid")) {
    for (const { edits, code, span } of parse(source).diagnostics) {
      if (edits === undefined) continue;
      let { text } = source;
      for (const edit of edits.toSorted((a, b) => b.span.start - a.span.start)) {
        text = text.slice(0, edit.span.start) + edit.text + text.slice(edit.span.end);
      }
      const after = parse({ name: source.name, text }).diagnostics;
      const before = parse(source).diagnostics.length;
      expect(after.length, `${source.name} ${code} at ${span.start}: ${text}`).toBeLessThan(before);
    }
  }
});
