// Where in a text a cursor stands, told from the tokens before it: a half-typed line has no tree.

import { type ast, type SourceFile } from "@hamlet/dsl";
import { isComment, type TextToken, tokensOf, VOCABULARY } from "@hamlet/dsl/editor";

/** A bracket that is open at the cursor. */
export interface Bracket {
  readonly sign: "(" | "[" | "{";
  /** Its position among the tokens. */
  readonly at: number;
}

/** A cursor among the tokens of its declaration. */
export interface Place {
  /** What it stands in. */
  readonly inside: "code" | "comment" | "text";
  /** The word or text that is being typed, as far as it stands before the cursor. */
  readonly typed: string;
  /** The whole stretch that a proposal replaces. */
  readonly span: ast.Name["span"];
  /** The tokens of the declaration before what is being typed. */
  readonly tokens: readonly TextToken[];
  /** Open brackets, the innermost last. */
  readonly brackets: readonly Bracket[];
  /** True where nothing stands before it on its line. */
  readonly isFirst: boolean;
}

const DECLARATIONS: ReadonlySet<string> = new Set(VOCABULARY.declarations);
const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Finds the place of an offset. */
export function placeAt(source: SourceFile, offset: number): Place {
  const { text } = source;
  const all = tokensOf(source);
  const at = all.find(({ span }) => span.start < offset && offset <= span.end);
  const inComment = at !== undefined && isComment(at);
  const isText = at?.highlight === "string" && !(offset === at.span.end && isClosed(at));
  const isWord = at !== undefined && /^[\p{L}_]/u.test(text.slice(at.span.start, at.span.end));
  const span =
    isText && at !== undefined
      ? { start: at.span.start + 1, end: at.span.end - (isClosed(at) ? 1 : 0) }
      : isWord && at !== undefined
        ? at.span
        : { start: offset, end: offset };
  const isOwn = isText || isWord;
  const before = all.filter(
    (token) => !isComment(token) && token.span.end <= offset && !(isOwn && token === at),
  );
  const tokens = before.slice(startOf(before, text));
  const line = text
    .slice(0, span.start)
    .split(/\r\n|\n|\r/)
    .at(-1)!;
  return {
    inside: inComment ? "comment" : isText ? "text" : "code",
    typed: text.slice(span.start, offset),
    span: { start: Math.min(span.start, offset), end: Math.max(span.end, offset) },
    tokens,
    brackets: openIn(tokens),
    isFirst: line.trim() === "",
  };

  function isClosed({ span: own }: TextToken): boolean {
    return own.end - own.start > 1 && text[own.end - 1] === '"';
  }
}

/** Where the declaration begins that the last token belongs to. */
function startOf(tokens: readonly TextToken[], text: string): number {
  let start = 0;
  let depth = 0;
  for (const [at, { text: word, span }] of tokens.entries()) {
    const line = text.slice(text.lastIndexOf("\n", span.start - 1) + 1, span.start);
    const isFirst = line.trim() === "";
    if (DECLARATIONS.has(word) && isFirst && (line === "" || depth === 0)) {
      start = at;
      depth = 0;
    }
    if (/^[([{]$/.test(word)) depth++;
    if (/^[)\]}]$/.test(word)) depth = Math.max(0, depth - 1);
  }
  return start;
}

function openIn(tokens: readonly TextToken[]): Bracket[] {
  const open: Bracket[] = [];
  for (const [at, { text, highlight }] of tokens.entries()) {
    if (highlight === "string") continue;
    if (/^[([{]$/.test(text)) open.push({ sign: text as Bracket["sign"], at });
    const partner = open.findLastIndex(({ sign }) => sign === CLOSING[text]);
    if (CLOSING[text] !== undefined && partner >= 0) open.length = partner;
  }
  return open;
}

/** What begins a line of a block, by the word of the block. */
const STEPS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["recall", namesOf(VOCABULARY.recall)],
  ["train", namesOf(VOCABULARY.train)],
  ["test", namesOf(VOCABULARY.test)],
  ["neuron", namesOf(VOCABULARY.neuron)],
  ["lagrangian", new Set(["dim", "const", "param", "let", "assert", "value"])],
  ["synapse", new Set(["dim", "const", "param", "let", "assert", "energy"])],
]);

function namesOf(words: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(words.map(({ name }) => name));
}

/** The tokens of the line of a block that the cursor stands in; several may stand side by side. */
export function stepOf({ tokens, brackets }: Place, text: string): readonly TextToken[] {
  const brace = brackets.findLast(({ sign }) => sign === "{");
  if (brace === undefined) return tokens;
  const block = tokens.find(({ text: word }) => STEPS.has(word))?.text ?? "";
  const words = STEPS.get(block) ?? new Set();
  let start = brace.at + 1;
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const { text: word, span } = tokens[at];
    const line = text.slice(text.lastIndexOf("\n", span.start - 1) + 1, span.start);
    const isBeside = words.has(word) && /[\p{L}\p{N}_)\]}"]$/u.test(tokens[at - 1].text);
    if (depth === 0 && (line.trim() === "" || isBeside)) start = at;
    if (/^[([{]$/.test(word)) depth++;
    if (/^[)\]}]$/.test(word)) depth = Math.max(0, depth - 1);
  }
  return tokens.slice(start);
}

/** The dotted path that ends before a position: `vision.pool` before its `(`. */
export function pathBefore(tokens: readonly TextToken[], end: number): TextToken[] {
  const path: TextToken[] = [];
  let at = end - 1;
  while (at >= 0 && isWord(tokens[at])) {
    path.unshift(tokens[at]);
    if (tokens[at - 1]?.text !== ".") break;
    at -= 2;
  }
  return path;
}

/** Whether a token is a word. */
export function isWord(token: TextToken | undefined): boolean {
  return token !== undefined && /^[\p{L}_]/u.test(token.text);
}
