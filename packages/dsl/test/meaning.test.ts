// Every rule about meaning, with its whole message.

import { type Compilation, RULES } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { verifyGraph } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { checked } from "./checking.ts";
import { compiled } from "./compiling.ts";
import { fixtures } from "./fixtures.ts";

const render = ({ diagnostics, sources }: Pick<Compilation, "diagnostics" | "sources">) =>
  diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, sources)}\n`).join("\n");

describe("every wrong file gives exactly the messages of its golden file", () => {
  test.each(fixtures("invalid", "meaning"))(
    "$rule: $name",
    async ({ rule, source, expectedPath }) => {
      const found = checked(source);
      await expect(render(found)).toMatchFileSnapshot(expectedPath);
      expect(found.diagnostics.map((diagnostic) => diagnostic.rule)).toContain(rule);
    },
  );
});

describe("the corrected twin does not break the rule, and its graph is well-formed", () => {
  test.each(fixtures("valid", "meaning"))("$rule: $name", ({ rule, source }) => {
    const found = checked(source);
    const broken = found.diagnostics.filter(
      (diagnostic) => diagnostic.rule === rule || diagnostic.code !== "E0306",
    );
    expect(render({ ...found, diagnostics: broken })).toBe("");
    expect(verifyGraph(found.graph)).toEqual([]);
  });
});

/** What only real arrays can show has its fixtures in the model package. */
const ELSEWHERE = [
  "no_key",
  "dtype",
  "asymmetric",
  "no_such_activation",
  "no_such_position",
  "outside_root",
  "not_a_file",
  "not_utf8",
  "too_large",
  "not_an_array",
];

test("every rule of the language has a wrong fixture and a right one", () => {
  const have = (kind: "invalid" | "valid") =>
    new Set([...fixtures(kind), ...fixtures(kind, "meaning")].map(({ rule }) => rule));
  const missing = Object.values(RULES).filter(
    (rule) => !ELSEWHERE.includes(rule) && !(have("invalid").has(rule) && have("valid").has(rule)),
  );
  expect(missing).toEqual([]);
});

test("every rule with a wrong fixture has a right one", () => {
  const rules = (kind: "invalid" | "valid") => [
    ...new Set(fixtures(kind, "meaning").map(({ rule }) => rule)),
  ];
  expect(rules("valid")).toEqual(rules("invalid"));
});

test("five unrelated mistakes give exactly five messages", () => {
  const { diagnostics } = compiled(`dim D = 4, H = 3
neuron x: [D] as identty
neuron h: [H] as softmax(beta = -1)
neuron y: [D] as identity
param W: [D, H] ~ normal(0, 1)
connect enc: dense(y, W)
connect low: dense(y, y, V = W)
energy e = -sum[i] x[i] * y[i]
energy f = -sum[i, j] W[j, i] * y[i]
energy g = -h[0]
`);
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "E0203",
    "E0405",
    "E0406",
    "E0402",
    "E0301",
  ]);
});
