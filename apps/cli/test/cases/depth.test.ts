// Long chains of definitions, and definitions that are read twice each: handled, or refused by count.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "@hamlet/dsl";
import { toHam } from "@hamlet/dsl/write";
import { checkSoundness } from "@hamlet/dsl/soundness";
import {
  type EnergyGraph,
  evaluate,
  evaluateScalar,
  HamError,
  printJson,
  toJson,
} from "@hamlet/graph";
import { CATALOGUE } from "@hamlet/model";
import { describe, expect, test } from "vitest";

const CASE = join(import.meta.dirname, "../../../../fixtures/cases/45-deep-lets");
const check = (text: string) =>
  compile({ name: "m.ham", text }, { registry: CATALOGUE, checks: [checkSoundness] });
const found = (text: string) => check(text).diagnostics.map(({ code }) => code);

const HEAD = "ham 1\ndim D = 3\nneuron v: [D] as tanh\nlet a0[i] = v[i]\n";
/** `count` definitions, each made of the name of the one before it. */
const chain = (count: number, link: (before: string) => string) =>
  Array.from({ length: count }, (_, n) => `let a${n + 1}[i] = ${link(`a${n}[i]`)}\n`);
const model = (lines: readonly string[]) =>
  `${HEAD}${lines.join("")}energy e = -sum[i] a${lines.length}[i]\n`;

describe("a chain of definitions", () => {
  test("of 1600 lets is refused by its count, where it gets too long", () => {
    const { diagnostics } = check(readFileSync(join(CASE, "deep-lets-1600.ham"), "utf8"));
    expect(diagnostics).toMatchObject([
      {
        code: "E0414",
        message: "with what it reads, this formula is 401 operations deep",
        label: "at most 400",
      },
    ]);
  });

  test("is refused at the same place in whatever order it is written", () => {
    const lines = chain(1600, (before) => `tanh(${before})`);
    const text = `${HEAD}energy e = -sum[i] a1600[i]\n${lines.toReversed().join("")}`;
    const [wrong, ...others] = check(text).diagnostics;
    expect(others).toEqual([]);
    expect(text.slice(wrong.span.start, wrong.span.end)).toBe("tanh(a399[i])");
  });

  test("of 5000 consts is refused, and as many without a chain are not", () => {
    const consts = (link: (n: number) => string) =>
      `${HEAD}const c0 = 1\n${Array.from({ length: 5000 }, (_, n) => `const c${n + 1} = ${link(n)}\n`).join("")}`;
    const energy = "energy e = -c5000 * sum[i] a0[i]\n";
    const codes = found(consts((n) => `c${n} + 1`) + energy);
    expect(codes).toEqual(["E0414"]);
    expect(new Set(found(consts((n) => `${n} + 1`) + energy))).toEqual(new Set(["W0207"]));
  });

  test("of 3000 dims is no formula that is evaluated in depth", () => {
    const dims = Array.from({ length: 3000 }, (_, n) => `dim E${n + 1} = E${n} + 1\n`);
    const { graph, diagnostics } = check(
      `ham 1\ndim E0 = 3\n${dims.join("")}neuron v: [E3000] as tanh\nenergy e = -sum[i] v[i]\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(evaluateScalar(graph.neurons[0].axes[0].size!)).toBe(3003);
  });

  test("that goes round in a circle is told as a circle", () => {
    const lines = chain(300, (before) => `tanh(${before})`);
    const text = model(lines).replace("let a0[i] = v[i]", "let a0[i] = a300[i]");
    expect(found(text)[0]).toBe("E0204");
  });
});

/** How long the text of a graph is; 0 where it is refused, because calls in calls go too deep. */
function textLength(graph: EnergyGraph): number {
  try {
    return toHam(graph).length;
  } catch (error) {
    if (!HamError.isInstance(error) || error.code !== "dsl/not-writable") throw error;
    return 0;
  }
}

describe("definitions that read the one before them twice, 60 times", () => {
  const v = [0.1, -0.2, 0.3];
  const twice: readonly (readonly [string, (x: string) => string, (x: number) => number])[] = [
    ["sums", (x) => `${x} + ${x}`, (x) => x + x],
    ["differences", (x) => `${x} - ${x} / 2`, (x) => x - x / 2],
    ["sums with constants", (x) => `(${x} + 1) + (${x} - 1)`, (x) => x + x],
    ["products", (x) => `${x} * (1 - ${x} * ${x})`, (x) => x * (1 - x * x)],
    ["functions", (x) => `tanh(${x}) + sin(${x})`, (x) => Math.tanh(x) + Math.sin(x)],
    ["powers", (x) => `(${x} * ${x})^0.5`, (x) => Math.abs(x)],
  ];

  test.each(twice)("%s are handled once each", (_, link, value) => {
    const { graph, diagnostics } = check(model(chain(60, link)));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const [{ energy }] = graph.terms;
    const tensors = new Map([[graph.neurons[0].activation, v]]);
    const right = v.map((x) => {
      let y = x;
      for (let n = 0; n < 60; n++) y = value(y);
      return y;
    });
    const sum = right.reduce((a, b) => a + b, 0);
    const [got] = evaluate(energy, { tensors }).data;
    expect(got / -sum).toBeCloseTo(1, 9);
    // The file and the IR of it hold every part once.
    expect(printJson(toJson(graph)).length).toBeLessThan(200_000);
    expect(textLength(graph)).toBeLessThan(200_000);
  });
});
