import { parse } from "@hamlet/dsl";
import { describe, expect, test } from "vitest";
import { NAME_PATTERN, NUMBER_PATTERN, RESERVED, TOKEN_TABLE } from "../src/1-parse/tokens.ts";

test("28 words are reserved, and no more", () => {
  expect([...RESERVED].join(" ")).toBe(
    "ham use dim const param data given let lagrangian synapse extern neuron part connect recall train test assert sum mean prod logsumexp max min where and or not",
  );
});

test.each([...RESERVED])("`%s` cannot name a neuron, and one message says so", (word) => {
  const { diagnostics } = parse({ name: "m.ham", text: `ham 1\nneuron ${word}: [D] as tanh\n` });
  expect(diagnostics.map(({ code }) => code)).toEqual(["E0103"]);
});

const contextual = TOKEN_TABLE.filter(
  ({ highlight }) => highlight === "contextual" || highlight === "type",
).map(({ pattern }) => String(pattern));

describe("every contextual word can be a name", () => {
  test.each(contextual)("%s", (word) => {
    const text = [
      "ham 1",
      `dim ${word}`,
      `const ${word} = ${word} + 1`,
      `param ${word}: [${word}] from "w.npz" take ${word}`,
      `neuron ${word}: [${word}] as ${word}`,
      `energy ${word} = -sum[${word}] ${word}[${word}]`,
      `connect ${word}: ${word}(${word}, ${word} = ${word}) share ${word}`,
      `recall ${word} {`,
      `  start ${word} = ${word}`,
      `  stop when ${word}`,
      `  record ${word}`,
      `  return ${word}, ${word}`,
      `  ${word} = 1`,
      "}",
    ].join("\n");
    expect(parse({ name: "m.ham", text }).diagnostics).toEqual([]);
  });
});

test("the table has one row for each name and each text", () => {
  const names = TOKEN_TABLE.map(({ name }) => name);
  const texts = TOKEN_TABLE.map(({ pattern }) => String(pattern));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(texts).size).toBe(texts.length);
});

test("a longer symbol comes before its prefixes", () => {
  const symbols = TOKEN_TABLE.filter(
    ({ highlight }) => highlight === "operator" || highlight === "punctuation",
  ).map(({ pattern }) => String(pattern));
  for (const [index, symbol] of symbols.entries()) {
    for (const later of symbols.slice(index + 1)) expect(later.startsWith(symbol)).toBe(false);
  }
});

test("the patterns of names and numbers take what the language takes", () => {
  const whole = (pattern: RegExp, text: string) => pattern.exec(text)?.[0] === text;
  for (const name of ["x", "_", "W_1", "ξ", "β2", "記憶", "число"]) {
    expect(whole(NAME_PATTERN, name)).toBe(true);
  }
  for (const number of ["7", "12_000", "0.138", "1e-3", "2.5E+10"]) {
    expect(whole(NUMBER_PATTERN, number)).toBe(true);
  }
  for (const number of ["1_", "1.", ".5", "1e"]) expect(whole(NUMBER_PATTERN, number)).toBe(false);
});
