// Every grammar of an editor against the lexer: the same tokens, in the same colours.

import { StringStream } from "@codemirror/language";
import { codeMirrorMode, textMateGrammar } from "@hamlet/dsl/highlight";
import * as fc from "fast-check";
import { createHighlighterCore } from "shiki/core";
import { createOnigurumaEngine } from "shiki/engine/oniguruma";
import { expect, test } from "vitest";
import { law } from "../../../tools/law.ts";
import { lex } from "../src/1-parse/lex.ts";
import { type Highlight, TOKEN_TABLE } from "../src/1-parse/tokens.ts";
import { collectDiagnostics } from "../src/diagnostics/diagnostic.ts";
import { examples, shippedExamples } from "./fixtures.ts";
import { hamFile } from "./generate.ts";

/** A stretch of text, and what kind of token it is. */
type Coloured = readonly [text: string, kind: string];

const KINDS = new Map(TOKEN_TABLE.map(({ name, highlight }) => [name, highlight]));

/** What the lexer says, by which everything else is measured. */
function byLexer(text: string): [string, Highlight][] {
  const source = { name: "m.ham", text };
  const { tokens, comments } = lex(source, collectDiagnostics(source));
  const found = tokens.map(({ tokenType, startOffset, endOffset }) => ({
    span: { start: startOffset, end: endOffset! + 1 },
    kind: KINDS.get(tokenType.name)!,
  }));
  const notes = comments.map(({ span, text: note }) => ({
    span: { start: span.start, end: span.start + note.length },
    kind: note.startsWith("///") ? ("docComment" as const) : ("comment" as const),
  }));
  return [...found, ...notes]
    .toSorted((a, b) => a.span.start - b.span.start)
    .map(({ span, kind }) => [text.slice(span.start, span.end), kind]);
}

const linesOf = (text: string) => text.split(/\r\n|\n/);
const visible = ([text]: Coloured) => text.trim() !== "";

const TAGS: Readonly<Record<string, Highlight>> = {
  definitionKeyword: "declaration",
  operatorKeyword: "keyword",
  keyword: "reducer",
  modifier: "contextual",
  typeName: "type",
  variableName: "name",
  number: "number",
  string: "string",
  operator: "operator",
  punctuation: "punctuation",
  lineComment: "comment",
  docComment: "docComment",
};

function byCodeMirror(text: string): Coloured[] {
  const { token } = codeMirrorMode();
  return linesOf(text).flatMap((line) => {
    const stream = new StringStream(line, 2, 2);
    const found: Coloured[] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const tag = token(stream);
      found.push([stream.current().trimEnd(), TAGS[tag ?? ""] ?? String(tag)]);
    }
    return found.filter(visible);
  });
}

const highlighter = await createHighlighterCore({
  langs: [textMateGrammar() as never],
  themes: [{ name: "bare", type: "light", settings: [] }],
  engine: createOnigurumaEngine(import("shiki/wasm")),
});

/** The last of these that a stretch of text has among its scopes tells its kind. */
const SCOPES: readonly (readonly [scope: string, kind: Highlight])[] = [
  ["comment.line.documentation", "docComment"],
  ["comment.line.double-slash", "comment"],
  ["string.quoted", "string"],
  ["keyword.declaration", "declaration"],
  ["support.function.reduction", "reducer"],
  ["keyword.operator.word", "keyword"],
  ["support.type", "type"],
  ["keyword.other", "contextual"],
  ["constant.numeric", "number"],
  ["keyword.operator.ham", "operator"],
  ["punctuation.ham", "punctuation"],
];

const WHOLE_STRING = /^"(?:[^"\\]|\\.)*"$/;

function byTextMate(text: string): Coloured[] {
  const lines = highlighter.codeToTokensBase(text, {
    lang: "ham",
    theme: "bare",
    includeExplanation: "scopeName",
  });
  return lines.flatMap((line) => {
    const pieces: [string, string][] = [];
    for (const { content, scopes } of line.flatMap(({ explanation }) => explanation ?? [])) {
      const names = scopes.map(({ scopeName }) => scopeName).join(" ");
      const kind = SCOPES.find(([scope]) => names.includes(scope))?.[1] ?? "name";
      const last = pieces.at(-1);
      // An escape, and the quote at the end, have scopes of their own within their text.
      if (last?.[1] === "string" && !WHOLE_STRING.test(last[0])) last[0] += content;
      else pieces.push([content, kind]);
    }
    return pieces
      .flatMap(([content, kind]): Coloured[] =>
        kind === "name"
          ? content
              .trim()
              .split(/\s+/)
              .map((name) => [name, kind])
          : [[content.trim(), kind]],
      )
      .filter(visible);
  });
}

/** Words that may be names: a grammar of patterns cannot always know which they are. */
const MAY_BE_NAMES = new Set(
  TOKEN_TABLE.filter(({ highlight }) => highlight === "contextual" || highlight === "type").map(
    ({ pattern }) => pattern,
  ),
);

const settled = (tokens: readonly Coloured[]) =>
  tokens.map(([text, kind]) => [text, MAY_BE_NAMES.has(text) ? "name" : kind]);

const EXAMPLES = [...shippedExamples(), ...examples()].map(({ text }) => text);

const OTHERS = { CodeMirror: byCodeMirror, TextMate: byTextMate };

test.for(Object.entries(OTHERS))("%s colours every example as the lexer reads it", ([, colour]) => {
  expect(EXAMPLES.length).toBeGreaterThan(12);
  for (const text of EXAMPLES) expect(settled(colour(text))).toEqual(settled(byLexer(text)));
});

test.for(Object.entries(OTHERS))("%s colours any file as the lexer reads it", ([, colour]) => {
  law(
    fc.property(hamFile, (text) => {
      expect(settled(colour(text))).toEqual(settled(byLexer(text)));
    }),
    100,
  );
});

test("CodeMirror gives words that may be names the colour of words", () => {
  for (const text of EXAMPLES) expect(byCodeMirror(text)).toEqual(byLexer(text));
});
