// The TextMate grammar of the language, for VS Code, Shiki and everything that reads such files.
//
// It is computed from the token table; `highlight/ham.tmLanguage.json` is this value written to a
// file, and a test fails when the two differ.

import {
  type Highlight,
  NAME_PATTERN,
  NUMBER_PATTERN,
  RESERVED,
  TOKEN_TABLE,
} from "../1-parse/tokens.ts";

/** A rule of a TextMate grammar. */
export interface TextMateRule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly TextMateRule[];
}

/** A TextMate grammar as data. */
export interface TextMateGrammar {
  readonly name: string;
  readonly displayName: string;
  readonly scopeName: string;
  readonly fileTypes: readonly string[];
  readonly patterns: readonly TextMateRule[];
}

/** Declarations that name something: the name gets a scope of its own. */
const NAMING = [
  "const",
  "param",
  "data",
  "given",
  "let",
  "lagrangian",
  "synapse",
  "neuron",
  "part",
];

const NAME = NAME_PATTERN.source;

function fixed(highlight: Highlight): string[] {
  return TOKEN_TABLE.filter((entry) => entry.highlight === highlight).map(({ pattern }) =>
    String(pattern),
  );
}

/** One of the words, whole; `group` says whether it is captured. */
function anyWord(words: readonly string[], group = "?:"): string {
  return `(?<![\\p{L}\\p{Nd}_])(${group}${words.join("|")})(?![\\p{L}\\p{M}\\p{Nd}_])`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The grammar. */
export function textMateGrammar(): TextMateGrammar {
  const naming = [...NAMING, "connect", "energy", "recall", "train"];
  return {
    name: "ham",
    displayName: "Hamlet",
    scopeName: "source.ham",
    fileTypes: ["ham"],
    patterns: [
      { name: "comment.line.documentation.ham", match: "///.*$" },
      { name: "comment.line.double-slash.ham", match: "//.*$" },
      {
        name: "string.quoted.double.ham",
        begin: '"',
        end: '"|$',
        patterns: [{ name: "constant.character.escape.ham", match: "\\\\." }],
      },
      {
        match: `${anyWord(naming, "")}\\s+(?!${anyWord([...RESERVED])})(${NAME})`,
        captures: { "1": { name: "keyword.declaration.ham" }, "2": { name: "entity.name.ham" } },
      },
      { name: "keyword.declaration.ham", match: anyWord(fixed("declaration")) },
      { name: "support.function.reduction.ham", match: anyWord(fixed("reducer")) },
      { name: "keyword.operator.word.ham", match: anyWord(fixed("keyword")) },
      { name: "support.type.ham", match: anyWord(fixed("type")) },
      { name: "keyword.other.ham", match: anyWord(fixed("contextual")) },
      { name: "entity.name.function.ham", match: `${NAME}(?=\\()` },
      { name: "constant.numeric.ham", match: `(?<![\\p{L}_])${NUMBER_PATTERN.source}` },
      { name: "keyword.operator.ham", match: fixed("operator").map(escaped).join("|") },
      { name: "punctuation.ham", match: fixed("punctuation").map(escaped).join("|") },
    ],
  };
}
