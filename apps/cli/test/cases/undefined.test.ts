// Needs from outside about values and slopes that are not there; see fixtures/cases/README.md.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type Diagnostic } from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { CATALOGUE } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { endingsText } from "../../src/endings.ts";

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

  test("powers and signs are all right, and a whole number that float32 changes is told of", () => {
    expect(codesOf("23-powers-and-signs/all.ham")).toEqual(["W0903"]);
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

  describe("Lagrangians of the file's own", () => {
    const own = (value: string, more = "") =>
      `ham 1\ndim D = 2\n@assume(convex)\nlagrangian l(x) {\n  value = ${value}\n}\nneuron v: [D] as l\n${more}energy e = v[0]`;

    test.each([
      ["-log(x)", ["W0604"]],
      ["-log(2 * x)", ["W0604"]],
      ["x^1.5", ["W0604"]],
      ["-sqrt(x)", ["W0604"]],
      ["log(1 + exp(x))", ["W0615"]],
      ["-log(max(x, 0.1)) + x^2", []],
      ["softplus(2 * x) / 2", []],
      ["sqrt(1 + x^2)", []],
    ])("%s", (value, codes) => {
      const found = checked(own(value)).filter(({ code }) => code !== "W0603");
      expect(found.map(({ code }) => code)).toEqual(codes);
    });

    test.each([...CATALOGUE.lagrangians.keys()])("%s of the catalogue is left alone", (name) => {
      const options = name === "repu" ? "(n = 3)" : "";
      const text = `ham 1\ndim D = 2\nneuron v: [D] as ${name}${options}\nenergy e = -v[0]`;
      const found = checked(text).filter(({ code }) => code !== "W0603");
      expect(found).toEqual([]);
    });

    test("are told of once, where they are written", () => {
      const text = own("-log(x)", "neuron w: [D] as l\nenergy f = w[0]\n");
      const found = checked(text).filter(({ code }) => code === "W0604");
      expect(found.map(({ span }) => text.slice(span.start, span.end))).toEqual(["-log(x)"]);
    });
  });

  test.each([
    ["log(exp(v[0]))", "(v[0])"],
    ["log(mean[i] exp(v[i]))", null],
    ["log(2 * sum[i] exp(v[i]))", null],
    ["log(1 + exp(v[0])^2)", null],
    ["log(sum[i] (1 + i) * exp(v[i]))", null],
  ])("%s overflows too", (formula, instead) => {
    const found = checked(model("", `${formula} + v[1]^2`).replace("tanh", "identity"));
    const overflow = found.find(({ code }) => code === "W0615")!;
    expect(overflow.message).toContain(formula);
    expect(overflow.help ?? null).toEqual(instead === null ? null : [`write \`${instead}\``]);
    const bounded = checked(model("", `${formula} + v[1]^2`));
    expect(bounded.filter(({ code }) => code === "W0615")).toEqual([]);
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
      const [, proposed] = /`(.*)`/.exec(message.help![0])!;
      expect(after).toContain(proposed);
      expect(checked(text(after))).toEqual([]);
    }
  });
});

beforeAll(() => startBackend("wasm"));

const at = (path: string) => fileURLToPath(new URL(path, CASES));

async function outcomesOf(
  path: string,
  options: Parameters<typeof loadModelFile>[1] = {},
  recall?: string,
) {
  using model = await loadModelFile(at(path), options);
  using result = await model.recall(recall === undefined ? {} : { recall });
  return result.outcomes;
}

describe("recall", () => {
  const q = { q: `${at("15-all-masked-row/m.npz")}#q` };

  test.each(["go", "fast", "adapt"])(
    "a mask that leaves nothing is named, and other rows go their way (%s)",
    async (recall) => {
      const outcomes = await outcomesOf("15-all-masked-row/m.ham", { data: q }, recall);
      const broken = outcomes.filter(({ ending }) => ending === "non-finite");
      const fine = outcomes.filter(({ ending }) => ending !== "non-finite");
      expect(broken).toHaveLength(1);
      expect(fine.map(({ energyAfter }) => energyAfter).toSorted((a, b) => a - b)).toEqual([
        expect.closeTo(-3.7806577, 4),
        expect.closeTo(-0.2272025, 4),
      ]);
      expect(broken[0].fault).toMatchObject({
        kind: "empty",
        step: 0,
        part: { what: "energy", name: "lse" },
        argument: "known[m]",
        formula: "logsumexp[m where known[m]] sum[i] X[m, i] * v[i]",
      });
      expect(broken[0].fault!.place).toMatch(/m\.ham:8:15$/);
      expect(endingsText(outcomes)).toContain("`where known[m]` leaves nothing");
    },
  );

  test("a norm without a slope at the start is named", async () => {
    const [{ ending, fault }] = await outcomesOf("17-norm-at-zero/norm.ham");
    expect(ending).toBe("non-finite");
    expect(fault).toMatchObject({
      kind: "slope",
      step: 1,
      part: { what: "energy", name: "e" },
      formula: "sqrt(sum[i] v[i]^2)",
      argument: "sum[i] v[i]^2",
      found: 0,
    });
    expect(fault!.place).toMatch(/norm\.ham:4:12$/);
  });

  test("a memory that is divided by its length of 0 is named", async () => {
    const [{ ending, fault }] = await outcomesOf("17-norm-at-zero/zerocol.ham");
    expect(ending).toBe("non-finite");
    expect(fault).toMatchObject({ kind: "value", part: { what: "energy", name: "lse" }, found: 0 });
    expect(fault!.reason).toContain("a division");
    expect(fault!.argument).toContain("sqrt(");
  });

  test("the square of a norm is smooth at 0", async () => {
    const [{ ending, fault }] = await outcomesOf("17-norm-at-zero/squared.ham");
    expect([ending, fault]).toEqual(["converged", null]);
  });
});
