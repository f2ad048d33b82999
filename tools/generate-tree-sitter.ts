// Writes the tree-sitter grammar and its queries from the parser's rules and the token table.
//
//     node tools/generate-tree-sitter.ts

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { TOKEN_TABLE } from "../packages/dsl/src/1-parse/tokens.ts";
import { treeSitterGrammar } from "./tree-sitter/grammar.ts";
import { grammarFile } from "./tree-sitter/print.ts";

/** The folder that editors are pointed to. */
export const FOLDER = new URL("../packages/dsl/tree-sitter/", import.meta.url);

/** Every file of the folder that is generated, by its path in it. */
export function treeSitterFiles(): Readonly<Record<string, string>> {
  const grammar = treeSitterGrammar();
  return {
    "grammar.js": grammarFile(grammar),
    "src/grammar.json": `${JSON.stringify({ ...grammar, conflicts: [], externals: [], inline: [], supertypes: [] }, null, 2)}\n`,
    "queries/highlights.scm": highlights(),
  };
}

/** The colours of tokens: the same kinds as everywhere, by the names that editors know. */
function highlights(): string {
  const words = (highlight: string) =>
    TOKEN_TABLE.filter((entry) => entry.highlight === highlight)
      .map(({ pattern }) => JSON.stringify(pattern))
      .join(" ");
  return [
    "; Written by tools/generate-tree-sitter.ts.",
    "",
    "(name) @variable",
    `[${words("declaration")}] @keyword`,
    `[${words("contextual")}] @keyword.modifier`,
    `[${words("keyword")}] @keyword.operator`,
    `[${words("reducer")}] @function.builtin`,
    `[${words("type")}] @type.builtin`,
    "(number) @number",
    "(string) @string",
    "(comment) @comment",
    "(doc_comment) @comment.documentation",
    `[${words("operator")}] @operator`,
    '["{" "}" "[" "]" "(" ")"] @punctuation.bracket',
    '["," ":" "." "@"] @punctuation.delimiter',
    "",
  ].join("\n");
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(treeSitterFiles())) {
    const file = fileURLToPath(new URL(path, FOLDER));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
