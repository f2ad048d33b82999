// Every fix that a message offers is applied. What it mends must be gone, nothing new may come, and
// where the right file is known it must be what comes out.

import { type Diagnostic, isSound, parse, type SourceFile } from "@hamlet/dsl";
import { modelId } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { checked } from "./checking.ts";
import { examples, fixtures } from "./fixtures.ts";
import { some } from "../../../tools/samples.ts";

/** The file after the edits of a message. */
function mended({ name, text }: SourceFile, { edits = [] }: Diagnostic): SourceFile {
  let mendedText = text;
  for (const { span, text: instead } of edits.toSorted((a, b) => b.span.start - a.span.start)) {
    mendedText = mendedText.slice(0, span.start) + instead + mendedText.slice(span.end);
  }
  return { name, text: mendedText };
}

const errors = (found: readonly Diagnostic[]) =>
  found.filter(({ severity }) => severity === "error");
const key = ({ code, message }: Diagnostic) => `${code} ${message}`;
const squeezed = (text: string) => text.replace(/\s+/g, " ");

/** Applies every fix of a file, one at a time, and holds each to what it says. */
function holdFixes(source: SourceFile, check: (source: SourceFile) => readonly Diagnostic[]): void {
  const before = check(source);
  for (const diagnostic of before) {
    const { fix, edits } = diagnostic;
    const what = `${source.name}: ${key(diagnostic)}`;
    // What cannot be applied blindly is a `help`.
    if (fix !== undefined) expect(edits, `${what} has a fix without edits`).toBeDefined();
    if (edits === undefined) continue;
    const { name, text } = mended(source, diagnostic);
    const after = check({ name, text });
    const times = (list: readonly Diagnostic[]) =>
      list.filter((other) => key(other) === key(diagnostic)).length;
    const report = `${what}\n${text}\n${after.map(key).join("\n")}`;
    expect(times(after), `it is still there: ${report}`).toBeLessThan(times(before));
    expect(errors(after).length, `more errors: ${report}`).toBeLessThanOrEqual(
      errors(before).length - (diagnostic.severity === "error" ? 1 : 0),
    );
    // A fix that is shown as text is the text that comes out.
    const shown = fix?.length === 1 ? /^`([^`]*)`$/.exec(fix[0])?.[1] : undefined;
    if (shown !== undefined) expect(squeezed(text), what).toContain(squeezed(shown));
  }
}

const parsed = (source: SourceFile) => parse(source).diagnostics;
/** Sizes that no data give are told only once the rest is right: no fix can be blamed for that. */
const compiledWhole = (source: SourceFile) =>
  checked(source).diagnostics.filter(({ code }) => code !== "E0306");

describe("every fix of a wrong file mends what it is about", () => {
  test.each(fixtures("invalid"))("of syntax: $rule: $name", ({ source }) => {
    holdFixes(source, parsed);
  });

  test.each(fixtures("invalid", "meaning"))("of meaning: $rule: $name", ({ source }) => {
    holdFixes(source, compiledWhole);
  });
});

/** Where the tokens of a text are, comments left out. */
function tokensOf(text: string): { start: number; end: number }[] {
  const pattern = /\/\/[^\n]*|"[^"\n]*"|[\p{L}_][\p{L}\d_]*|\d[\d_.e-]*|[<>=!]=|\S/gu;
  return [...text.matchAll(pattern)]
    .filter(([token]) => !token.startsWith("//"))
    .map(({ index, 0: token }) => ({ start: index, end: index + token.length }));
}

const treeOf = (source: SourceFile) =>
  JSON.stringify(parse(source).file.items, (name, value: unknown) =>
    /^(?:span|.*Span|source|raw)$/.test(name) ? undefined : value,
  );

/** The line of a text around a place. */
const lineOf = (text: string, at: number) =>
  text.slice(text.lastIndexOf("\n", at - 1) + 1).split("\n", 1)[0];

describe("a fix for a token that was left out gives the file back", () => {
  // Every token of every example: others of them in every run.
  test.each(some(examples(), 8))("in $name", (right) => {
    const tree = treeOf(right);
    const others: string[] = [];
    for (const { start, end } of tokensOf(right.text).slice(2)) {
      const wrong = { ...right, text: right.text.slice(0, start) + right.text.slice(end) };
      for (const diagnostic of parsed(wrong)) {
        if (diagnostic.edits === undefined) continue;
        const { text } = mended(wrong, diagnostic);
        if (treeOf({ ...right, text }) !== tree) {
          others.push(`${lineOf(wrong.text, start)} => ${lineOf(text, start)}`);
        }
      }
    }
    expect(others).toEqual([]);
  });
});

/** Ways to break a right file of which the fix is known: a pattern, and what replaces it. */
const BREAKAGES: readonly (readonly [name: string, pattern: RegExp, instead: string])[] = [
  ["a sum left out", /\bsum\[(?![^\]]*where)[^\]]*\] /g, ""],
  ["the last index left out", /(?<=\w\[[^\]]*), *\w+(?=\])/g, ""],
  ["the first index left out", /(?<=\w\[)\w+, */g, ""],
  ["all indices left out", /(?<=[*/(] ?\w+)\[\w+(?:, *\w+)*\]/g, ""],
  ["the dim of an index left out", /(?<=\[\w+): *\w+(?=\])/g, ""],
  ["`=` for `==`", /==/g, "="],
  ["`if` for `where`", /\bwhere\b/g, "if"],
  ["the shape on the name", /: *(?=\[[^\]]*\]\s+as\b)/g, ""],
  ["`**` for `^`", /\^/g, "**"],
  ["a neuron's option without its name", /(?<=\bas \w+\()\w+ = /g, ""],
  ["a connection's option without its name", /(?<=\bconnect .*, )\w+ = /g, ""],
  ["indices in brackets of their own", /(?<=\w\[\w+), *(?=\w+\])/g, "]["],
];

/** Right files that hold what the examples lack. */
const MORE: readonly SourceFile[] = [
  `ham 1
dim N = 4, K = 3, C = 5
param xi: [K, N] ~ normal(0, 1)
param W: [N, N] ~ normal(0, 1)
data mask: bool[K, 1] from "mask.npy"
const beta: real > 0 = 2
neuron v: [N] as tanh
neuron y: [C] as softmax
energy a = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
energy b = -sum[i, j where i != j] W[i, j] * v[i] * v[j] / 2
energy c = -sum[m where mask[m, 0]] relu(sum[i] xi[m, i] * v[i])^2
energy d = sum[i] (1 - v[i])^2 + sum[k: C] y[k] / 2
energy e = -sum[i where i == 2] v[i] - sum[k] log(1 + y[k])
`,
  `ham 1
dim N = 4
let ones[i: N] = 1
neuron v: [N] as identity
energy a = sum[i] v[i]^2 - sum[i] ones[i] * v[i] + 3 * prod[i] v[i]
`,
].map((text, at) => ({ name: `more-${at}.ham`, text }));

describe("a fix for a known mistake gives the model back", () => {
  test.each(some(BREAKAGES, 6))("%s", (_name, pattern, instead) => {
    const wrongly: string[] = [];
    let offered = 0;
    for (const right of [...examples(), ...MORE]) {
      const whole = checked(right);
      if (!isSound(whole)) continue;
      const id = modelId(whole.graph);
      for (const { 0: found, index } of right.text.matchAll(pattern)) {
        const text = right.text.slice(0, index) + instead + right.text.slice(index + found.length);
        const wrong = { ...right, text };
        for (const diagnostic of compiledWhole(wrong)) {
          if (diagnostic.edits === undefined || diagnostic.severity !== "error") continue;
          offered++;
          const after = checked(mended(wrong, diagnostic));
          if (!isSound(after) || modelId(after.graph) !== id) {
            const lines = [text, mended(wrong, diagnostic).text].map((one) => lineOf(one, index));
            wrongly.push(`${right.name}: ${lines.join(" => ")}`);
          }
        }
      }
    }
    expect(wrongly).toEqual([]);
    expect(offered).toBeGreaterThan(0);
  });
});
