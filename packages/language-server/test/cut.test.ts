// Half-typed files: whatever is missing, every feature answers, and what is whole stays in sight.

import { expect, describe, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { codeLenses } from "../src/code-lenses.ts";
import { completion } from "../src/completion.ts";
import { definition } from "../src/definition.ts";
import { diagnosticsOf } from "../src/diagnostics.ts";
import type { Document } from "../src/document.ts";
import { explanationOf } from "../src/explanation.ts";
import { foldingRanges } from "../src/folding.ts";
import { formatDocument, formatOnType, formatRange } from "../src/formatting.ts";
import { hover } from "../src/hover.ts";
import { inlayHints } from "../src/inlay-hints.ts";
import { offsetOf, positionOf } from "../src/positions.ts";
import { nearby } from "../src/nearby.ts";
import { quickFixes } from "../src/quick-fixes.ts";
import { highlights, referencesTo } from "../src/references.ts";
import { renamable, rename } from "../src/rename.ts";
import { semanticTokens } from "../src/semantic-tokens.ts";
import { signatureHelp } from "../src/signature-help.ts";
import { documentSymbols, workspaceSymbols } from "../src/symbols.ts";
import { examples, FOLDER, projectOf } from "./analysing.ts";

const uriOf = (name: string) => name;

/** Asks every feature at a place. */
async function askAll(text: string, offset = text.length): Promise<Document> {
  const project = projectOf({ "m.ham": text });
  const document = (await project.document(`${FOLDER}/m.ham`))!;
  const position = positionOf(document.source, offset);
  const range = {
    start: { line: 0, character: 0 },
    end: positionOf(document.source, document.source.text.length),
  };
  diagnosticsOf(document, uriOf);
  hover(document, position);
  await completion(document, position, nearby(project, document.source.name, [FOLDER]));
  signatureHelp(document, position);
  definition(document, position, uriOf);
  highlights(document, position);
  const found = renamable(document, position);
  if (typeof found !== "string") {
    await rename(project, [], found.thing, "other");
    referencesTo(found.thing, [document.names], uriOf, { includeDeclaration: true });
  }
  documentSymbols(document);
  workspaceSymbols(document.names, "a", uriOf);
  quickFixes(document, range, uriOf);
  codeLenses(document, document.source.name, ["ham.runTest", "ham.explain"]);
  formatDocument(document);
  formatRange(document, range);
  formatOnType(document, position);
  semanticTokens(document);
  foldingRanges(document);
  inlayHints(document, range);
  explanationOf(document);
  return document;
}

async function analysed(text: string): Promise<Document> {
  return (await projectOf({ "m.ham": text }).document(`${FOLDER}/m.ham`))!;
}

const named = (document: Document) => documentSymbols(document).map(({ name }) => name);

/** Some of the places of a text, others with every seed; all of them with enough samples. */
function places(length: number): number[] {
  const step = Math.max(1, Math.floor(length / samples(6)));
  return Array.from({ length: Math.ceil(length / step) }, (_, n) => n * step + (seed() % step));
}

describe("a file that ends in the middle", () => {
  test.each(examples())("$name", async ({ text }) => {
    const right = await analysed(text);
    for (const offset of places(text.length)) {
      const document = await askAll(text.slice(0, offset));
      const whole = documentSymbols(right)
        .filter(({ range }) => offsetOf(right.source, range.end) < offset)
        .map(({ name }) => name);
      expect(named(document), text.slice(0, offset)).toEqual(expect.arrayContaining(whole));
    }
  });
});

describe("a line that ends in the middle", () => {
  test.each(examples())("$name", async ({ text }) => {
    const whole = named(await analysed(text));
    for (const offset of places(text.length)) {
      const end = text.indexOf("\n", offset);
      const damaged = text.slice(0, offset) + (end < 0 ? "" : text.slice(end));
      const document = await askAll(damaged, offset);
      const left = new Set(named(document));
      const lost = whole.filter((name) => !left.has(name));
      // The names of the line itself: a `dim` has several, the title of a test has words.
      const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, end < 0 ? undefined : end);
      const words = new Set(line.split(/[^\p{L}\p{Nd}_]+/u));
      const others = lost.filter((name) => !words.has(name) && !line.includes(`"${name}"`));
      expect(others, damaged).toEqual([]);
    }
  });
});

test("other texts of all kinds are answered", async () => {
  for (const text of [
    "",
    "\uFEFF",
    "ham",
    "ham 1",
    "\0",
    "{{{{",
    "((((",
    '"',
    "@",
    "use",
    'use "',
    "energy",
    "recall {",
    "neuron v: [D] as",
    "\r\r\n\n",
    "ham 1\nneuron 🎉: [D] as tanh",
    "a.b.c.",
    "connect :",
  ]) {
    await askAll(text);
  }
});
