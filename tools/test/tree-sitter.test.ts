// The tree-sitter grammar, read as data: it has the trees that our parser has. What tree-sitter itself
// makes of it is compared by tools/compare-tree-sitter.ts.

import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hamFile } from "../../packages/dsl/test/generate.ts";
import { TOKEN_TABLE } from "../../packages/dsl/src/1-parse/tokens.ts";
import { FOLDER, treeSitterFiles } from "../generate-tree-sitter.ts";
import { law } from "../law.ts";
import { treeSitterGrammar } from "../tree-sitter/grammar.ts";
import { makeReader } from "../tree-sitter/read.ts";
import { parserTree, written } from "../tree-sitter/tree.ts";

const read = makeReader(treeSitterGrammar());

test("its files are up to date (node tools/generate-tree-sitter.ts)", () => {
  for (const [path, text] of Object.entries(treeSitterFiles())) {
    expect(readFileSync(new URL(path, FOLDER), "utf8"), path).toBe(text);
  }
});

test("it has every fixed token of the table, and colours it", () => {
  const { "grammar.js": grammar, "queries/highlights.scm": colours } = treeSitterFiles();
  for (const { pattern } of TOKEN_TABLE) {
    if (typeof pattern !== "string") continue;
    expect(grammar).toContain(JSON.stringify(pattern));
    expect(colours).toContain(JSON.stringify(pattern));
  }
});

test("it reads every example as the parser does", () => {
  const folder = new URL("../../examples/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".ham"));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const text = readFileSync(new URL(name, folder), "utf8");
    expect(written(read(text)!), name).toBe(written(parserTree(text)!));
  }
});

test("it reads any file as the parser does", () => {
  law(
    fc.property(hamFile, (text) => {
      expect(written(read(text)!)).toBe(written(parserTree(text)!));
    }),
    200,
  );
});

test("it reads what is left of a file where a token is lost as the parser does, if that does", () => {
  law(
    fc.property(hamFile, fc.nat(), (text, at) => {
      const parts = text.split(/(?<=\s)/);
      const poorer = parts.toSpliced(2 + (at % Math.max(1, parts.length - 2)), 1).join("");
      const tree = parserTree(poorer);
      if (tree !== null) expect(written(read(poorer)!)).toBe(written(tree));
    }),
    50,
  );
});
