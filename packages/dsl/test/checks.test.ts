// Everything that is checked after parsing: names, dims, recalls, tests, trainings.

import { compile, renderDiagnostic, type SourceFile } from "@hamlet/dsl";
import { describe, expect, test } from "vitest";
import { fixtures } from "./fixtures.ts";
import { REGISTRY } from "./registry.ts";

function check(source: SourceFile): { text: string; rules: string[] } {
  const { diagnostics, sources } = compile(source, { registry: REGISTRY });
  return {
    text: diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, sources)}\n`).join("\n"),
    rules: diagnostics.map(({ rule }) => rule),
  };
}

describe("every mistake gives exactly one message, that of its golden file", () => {
  test.each(fixtures("invalid", "meaning"))("$rule: $name", async (fixture) => {
    const { text, rules } = check(fixture.source);
    await expect(text).toMatchFileSnapshot(fixture.expectedPath);
    expect(rules).toEqual([fixture.rule]);
  });
});

describe("the corrected twin gives no message", () => {
  test.each(fixtures("valid", "meaning"))("$rule: $name", ({ source }) => {
    expect(check(source).text).toBe("");
  });
});

test("every check with wrong fixtures has right ones", () => {
  const rules = (kind: "invalid" | "valid") => [
    ...new Set(fixtures(kind, "meaning").map(({ rule }) => rule)),
  ];
  expect(rules("invalid")).toEqual(rules("valid"));
});
