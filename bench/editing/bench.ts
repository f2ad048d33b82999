// What a keystroke costs: from the change of a text to the messages about it, in the language server.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { timingOf } from "../../apps/cli/src/timing.ts";
import { CATALOGUE, NO_FILES } from "../../packages/model/src/check.ts";
import { diagnosticsOf } from "../../packages/language-server/src/diagnostics.ts";
import { findingsOf } from "../../packages/language-server/src/document.ts";
import { Project } from "../../packages/language-server/src/project.ts";

const ROUNDS = 40;
const WARM = 10;
const EXAMPLES = join(import.meta.dirname, "../../examples");
const URI = "file:///models/m.ham";

/** The longest of the examples. */
function largestExample(): string {
  const texts = readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".ham"))
    .map((name) => readFileSync(join(EXAMPLES, name), "utf8"));
  return texts.reduce((most, text) => (text.length > most.length ? text : most));
}

/** One example over and over, each time with names of its own, until there are so many lines. */
function manyModels(lines: number): string {
  const text = readFileSync(join(EXAMPLES, "04-two-layer.ham"), "utf8");
  const body = text.slice(text.indexOf("dim "));
  const names = [...new Set(body.matchAll(/(?:dim|neuron|connect|recall|given) (\w+)/g))]
    .map(([, name]) => name)
    .concat("L", "H");
  let whole = "ham 1\n";
  for (let copy = 0; whole.split("\n").length < lines; copy++) {
    whole += `\n${body.replaceAll(/\b\w+\b/g, (word) => (names.includes(word) ? `${word}${copy}` : word))}`;
  }
  return whole;
}

/**
 * The middle of the milliseconds that keystrokes take in the middle of a text: digits of a number, so
 * that the text stays right and everything about it is looked at.
 */
async function keystrokes(
  text: string,
): Promise<{ first: number; whole: number; messages: number }> {
  const project = new Project(CATALOGUE, {
    around: () => NO_FILES,
    list: () => Promise.resolve([]),
  });
  const half = text.length >> 1;
  const middle = half + text.slice(half).search(/(?<=\d\.\d+)\b/);
  const firsts: number[] = [];
  const wholes: number[] = [];
  let messages = 0;
  for (let round = 0; round < ROUNDS + WARM; round++) {
    const typed = `${text.slice(0, middle)}${"1".repeat(round % 7)}${text.slice(middle)}`;
    const began = performance.now();
    project.open(URI, round, typed);
    const document = (await project.document(URI))!;
    diagnosticsOf(document, (name) => name, document.compilation.diagnostics);
    const first = performance.now() - began;
    messages = diagnosticsOf(document, (name) => name, findingsOf(document)).length;
    if (round < WARM) continue;
    firsts.push(first);
    wholes.push(performance.now() - began);
  }
  return { first: timingOf(firsts).median, whole: timingOf(wholes).median, messages };
}

console.log("\nA keystroke in the language server, in milliseconds\n");
console.log("| text | lines | messages | first told | all told | may take |");
console.log("|---|---:|---:|---:|---:|---:|");
for (const [name, text, limit] of [
  ["the largest example", largestExample(), 30],
  ["1000 lines", manyModels(1000), 100],
  ["10 000 lines", manyModels(10_000), 500],
] as const) {
  const { first, whole, messages } = await keystrokes(text);
  const lines = text.split("\n").length;
  console.log(
    `| ${name} | ${lines} | ${messages} | ${first.toFixed(1)} | ${whole.toFixed(1)} | ${limit} |`,
  );
  if (whole > limit) process.exitCode = 1;
}
