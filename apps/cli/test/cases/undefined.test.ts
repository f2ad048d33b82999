// Cases 17 and 23: values and slopes that are not there.

import { compile, type Diagnostic } from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { CATALOGUE } from "@hamlet/model";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const CASES = new URL("../../../../fixtures/cases/", import.meta.url);

function checked(text: string): readonly Diagnostic[] {
  return compile({ name: "m.ham", text }, { registry: CATALOGUE, checks: [checkSoundness] })
    .diagnostics;
}

describe("check", () => {
  const codesOf = (name: string) =>
    checked(readFileSync(new URL(name, CASES), "utf8")).map(({ code }) => code);

  test.each([
    ["a norm that can be 0", "norm.ham", ["W0613"]],
    ["a norm that is 0 when training begins", "grad.ham", ["W0613"]],
    ["the square of a norm, which has a slope everywhere", "squared.ham", []],
    ["data that is divided by its norm", "zerocol.ham", []],
    ["layers that keep a norm away from 0", "zerostart.ham", []],
  ])("%s", (_, name, codes) => {
    // What bounds an energy is another matter.
    const found = codesOf(`17-norm-at-zero/${name}`).filter((code) => code !== "W0603");
    expect(found).toEqual(codes);
  });

  test("powers and signs are all right", () => {
    expect(codesOf("23-powers-and-signs/all.ham")).toEqual([]);
  });

  const model = (head: string, term = "v[0]^2") =>
    ["ham 1", "dim D = 2", head, "neuron v: [D] as tanh", `energy e = ${term}`].join("\n");

  test.each([
    "1/0",
    "sqrt(-1)",
    "log(0)",
    "1e39",
    "-1/0",
    "0/0",
    "2 * (1/0)",
    "0^-1",
    "1e300 * 1e10",
  ])("%s is no constant", (constant) => {
    for (const text of [
      model(`const c = ${constant}`, "c * v[0]^2"),
      model("", `(${constant}) * v[0]^2`),
      model(`let c = ${constant}`, "c * v[0]^2"),
    ]) {
      const mistakes = checked(text).filter(({ severity }) => severity === "error");
      expect(mistakes.map(({ code }) => code)).toEqual(["E0611"]);
      const { span } = mistakes[0];
      expect(`(${constant})`).toContain(text.slice(span.start, span.end));
    }
  });

  test.each([
    ["a const that follows from a 0", model("const z = 0\nconst c = 1 / z", "c * v[0]^2"), "E0611"],
    ["a const that overflows", model("const z = 1e30\nconst c = z^2", "c * v[0]^2"), "E0611"],
    ["a division by a const that is 0", model("const z = 0", "v[0]^2 / z"), "W0604"],
    ["a number that float32 loses", model("const z = 1e-60", "v[0]^2 + z * v[1]"), "W0614"],
    [
      "a logarithm of exponentials",
      "ham 1\ndim D = 2\nneuron v: [D] as identity\nenergy e = sum[i] log(1 + exp(v[i]))",
      "W0615",
    ],
  ])("%s", (_, text, code) => {
    expect(checked(text).map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  test("what the messages propose is free of them", () => {
    for (const [before, after] of [
      ["sqrt(sum[i] v[i]^2)", "sqrt(sum[i] v[i]^2 + 1e-12)"],
      ["log(1 + exp(v[0]))", "softplus(v[0])"],
      ["log(sum[i] exp(2 * v[i] + 1)) + v[0]^4", "(logsumexp[i] (2 * v[i] + 1)) + v[0]^4"],
    ]) {
      const text = (energy: string) =>
        `ham 1\ndim D = 2\nneuron v: [D] as identity\n@allow(unbounded_energy)\nenergy e = ${energy}`;
      const [message] = checked(text(before));
      expect(after).toContain((message.fix ?? ["none"])[0].replaceAll("`", ""));
      expect(checked(text(after))).toEqual([]);
    }
  });
});
