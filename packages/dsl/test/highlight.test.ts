import { readdirSync, readFileSync } from "node:fs";
import { StringStream } from "@codemirror/language";
import { codeMirrorMode, textMateGrammar } from "@hamlet/dsl/highlight";
import { expect, test } from "vitest";
import { RESERVED } from "../src/1-parse/tokens.ts";

const FILE = new URL("../highlight/ham.tmLanguage.json", import.meta.url);

/** The tagged pieces of one line. */
function tokens(line: string): [string, string | null][] {
  const { token } = codeMirrorMode();
  const stream = new StringStream(line, 2, 2);
  const found: [string, string | null][] = [];
  while (!stream.eol()) {
    stream.start = stream.pos;
    const tag = token(stream);
    expect(stream.pos).toBeGreaterThan(stream.start);
    found.push([stream.current(), tag]);
  }
  return found.filter(([text]) => text.trim() !== "");
}

test("the TextMate file is up to date (node tools/generate-highlighting.ts)", () => {
  expect(JSON.parse(readFileSync(FILE, "utf8"))).toEqual(textMateGrammar());
});

test("every reserved word is in the TextMate grammar", () => {
  const all = JSON.stringify(textMateGrammar());
  for (const word of RESERVED) expect(all).toMatch(new RegExp(`[(|:]${word}[)|]`));
});

test("the CodeMirror mode tells words, names, numbers and comments apart", () => {
  expect(tokens("param ξ: real[K] ~ normal(0, 1e-3)  // drawn")).toEqual([
    ["param", "definitionKeyword"],
    ["ξ", "variableName"],
    [":", "punctuation"],
    ["real", "typeName"],
    ["[", "punctuation"],
    ["K", "variableName"],
    ["]", "punctuation"],
    ["~", "operator"],
    ["normal", "variableName"],
    ["(", "punctuation"],
    ["0", "number"],
    [",", "punctuation"],
    ["1e-3", "number"],
    [")", "punctuation"],
    ["// drawn", "lineComment"],
  ]);
  expect(tokens("/// doc")).toEqual([["/// doc", "docComment"]]);
  expect(tokens("sum[i where a >= 2] dataset")).toContainEqual(["dataset", "variableName"]);
});

test("the CodeMirror mode gets through every fixture, and through an unclosed text", () => {
  const folder = new URL("./fixtures/examples/", import.meta.url);
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(new URL(name, folder), "utf8").split("\n")) tokens(line);
  }
  expect(tokens('use "unclosed')).toEqual([
    ["use", "definitionKeyword"],
    ['"unclosed', "string"],
  ]);
});
