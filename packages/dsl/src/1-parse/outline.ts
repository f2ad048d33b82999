/**
 * Where declarations begin and end, found without parsing them. Every declaration starts with a
 * word that can be nothing else, so the tokens are cut there and each piece is parsed alone: a
 * mistake in one declaration cannot reach the next. In a correct file the cuts are exact; layout
 * (lines, indentation) is looked at only where something is already wrong.
 */
import type { IToken } from "chevrotain";
import { lineAt } from "../source.ts";
import { DECLARATION_WORDS, OPENING_WORDS } from "./tokens.ts";

/** The tokens of one declaration, as far as can be told. */
export interface Piece {
  readonly tokens: readonly IToken[];
  /** The first token after it, if any. */
  readonly next: IToken | undefined;
  /** A `{` without its `}`; the piece ends before `next`. */
  readonly unclosedBrace: IToken | undefined;
  /** `(` and `[` without a partner. */
  readonly unclosed: ReadonlySet<IToken>;
}

/** The cut tokens, and the `}` that close nothing and belong to no piece. */
export interface Outline {
  readonly pieces: readonly Piece[];
  readonly strayBraces: readonly IToken[];
}

/** A token list with the line starts of its text, to ask what stands first on its line. */
export interface TokenLines {
  readonly tokens: readonly IToken[];
  readonly lineStarts: readonly number[];
}

/** Brackets inside brackets beyond this are not followed; the parser refuses them anyway. */
const MAX_DEPTH = 200;
/** So many attributes in a row are looked through to find the declaration they belong to. */
const MAX_ATTRIBUTES = 16;
const BODY_WORDS = new Set(["dim", "const", "param", "let", "assert"]);
const BLOCK_OWNERS = new Set(["recall", "train", "test", "neuron", "synapse", "lagrangian"]);
const CLOSERS = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
/** After these a reserved word is a name in the wrong place, not the start of a declaration. */
const AFTER_A_NAME = /^(?:[:=,.)\]~[(+\-*/^<>]|==|!=|<=|>=)$/;

/** Names and words that can never be the first of a line of a block. */
const CONTINUES = /^(?:where|and|or|from|stored|take|every|when|as|share)$/;
/** After these something is still to come. */
const UNFINISHED =
  /^(?:[-+*/^=~<>,.:([@]|==|!=|<=|>=|where|and|or|not|from|stored|take|every|when|as)$/;
/** No declaration follows one of these on the same line. */
const OPERATOR = /^(?:[-+*/^=~<>,([:.]|==|!=|<=|>=)$/;
const VERBS = /^(?:start|clamp|stop|record|schedule|return|feed|run|expect|metric)$/;

/** Cuts a file into declarations. `from` is the first token after the edition. */
export function outline(lines: TokenLines, from: number): Outline {
  const { tokens, lineStarts } = lines;
  const pieces: Piece[] = [];
  const strayBraces: IToken[] = [];
  let start = from;
  let stack: number[] = [];
  let unclosed = new Set<IToken>();
  let dropped = new Set<IToken>();
  let hasBrace = false;

  const finish = (end: number, brace: IToken | undefined): void => {
    const piece = tokens.slice(start, end).filter((token) => !dropped.has(token));
    if (piece.length > 0) {
      pieces.push({ tokens: piece, next: tokens[end], unclosedBrace: brace, unclosed });
    }
    start = end;
    stack = [];
    unclosed = new Set();
    dropped = new Set();
    hasBrace = false;
  };
  const openBrace = (): IToken | undefined =>
    stack.map((position) => tokens[position]).find(({ image }) => image === "{");

  for (let position = from; position <= tokens.length; position++) {
    const token = tokens[position];
    const atEnd = token === undefined;
    if (!atEnd && position > start && !startsItem(lines, position)) {
      track(token, position);
      continue;
    }
    if (position > start || atEnd) {
      const brace = openBrace();
      if (!atEnd && (onlyAttributes(tokens, start, position) || belongsInside(position, brace))) {
        track(token, position);
        continue;
      }
      for (const open of stack) {
        if (tokens[open].image !== "{") unclosed.add(tokens[open]);
      }
      // Body words also start declarations of the file: what is not indented belongs to the file.
      const cut = brace === undefined ? position : outdented(start, position, brace);
      finish(cut, brace);
      position = cut;
    }
    if (tokens[position] !== undefined) track(tokens[position], position);
  }
  return { pieces, strayBraces };

  function track(token: IToken, position: number): void {
    const { image } = token;
    if (image === "(" || image === "[" || image === "{") {
      if (image === "{") hasBrace = true;
      if (stack.length < MAX_DEPTH) stack.push(position);
      return;
    }
    const opener = CLOSERS.get(image);
    if (opener === undefined) return;
    const match = stack.findLastIndex((open) => tokens[open].image === opener);
    const brace = stack.findLastIndex((open) => tokens[open].image === "{");
    if (match !== -1 && match >= brace) {
      for (const open of stack.splice(match).slice(1)) unclosed.add(tokens[open]);
    } else if (image === "}" && (hasBrace || !BLOCK_OWNERS.has(ownerOf(tokens, start)))) {
      // In a block without any `{`, the missing `{` is the mistake, not the `}`.
      strayBraces.push(token);
      dropped.add(token);
    }
  }

  /** Whether what would start a declaration is a line of the block that the piece is in. */
  function belongsInside(position: number, brace: IToken | undefined): boolean {
    const owner = ownerOf(tokens, start);
    // Without its `{`, a block still goes on for as long as its lines are indented.
    const lacksBrace = BLOCK_OWNERS.has(owner) && owner !== "neuron" && !hasBrace;
    if (brace === undefined && !lacksBrace) return false;
    // `energy x` is also the end of one line of a block and the start of the next.
    if (OPENING_WORDS.includes(tokens[position].image)) return !opens(position);
    if (!startsBodyItem(tokens, position)) return false;
    const isBody = owner === "synapse" || owner === "lagrangian";
    if (isBody && brace !== undefined) return true;
    const isRun = owner === "recall" || owner === "train" || owner === "test";
    return !isRun && column(position) > column(start);
  }

  function column(position: number): number {
    const { startOffset } = tokens[position];
    return startOffset - lineStarts[lineAt(lineStarts, startOffset) - 1];
  }

  function opens(position: number): boolean {
    const before = tokens[position - 1].image;
    return (
      isFirstOnLine(lines, position) &&
      opensAt(tokens, position) &&
      !UNFINISHED.test(before) &&
      !VERBS.test(before)
    );
  }

  function outdented(first: number, end: number, brace: IToken): number {
    for (let position = first + 1; position < end; position++) {
      const inside = tokens[position].startOffset > brace.startOffset;
      if (!inside || !startsItem(lines, position)) continue;
      if (isFirstOnLine(lines, position) && column(position) <= column(first)) {
        return position;
      }
    }
    return end;
  }
}

/** The word a piece declares with: `recall`, `energy`, … or the empty text. */
export function ownerOf(tokens: readonly IToken[], start: number): string {
  const position = afterAttributes(tokens, start);
  const image = tokens[position]?.image ?? "";
  if (image === "extern") return "synapse";
  return DECLARATION_WORDS.has(image) || OPENING_WORDS.includes(image) ? image : "";
}

/** Whether `energy` or `drive` has behind it what follows in a declaration: `e =`, `v[`, `fast.`. */
function opensAt(tokens: readonly IToken[], position: number): boolean {
  const [word, name, after] = tokens.slice(position, position + 3);
  const follows = word.image === "drive" ? /^[=[.]$/ : /^=$/;
  return name !== undefined && isName(name) && follows.test(after?.image ?? "");
}

/** Whether a token starts a declaration of a file, or the attributes before one. */
function startsItem(lines: TokenLines, position: number): boolean {
  const { tokens } = lines;
  const token = tokens[position];
  if (token.image === "@") {
    const after = afterAttributes(tokens, position);
    return tokens[after] !== undefined && tokens[after].image !== "@" && startsItem(lines, after);
  }
  if (token.tokenType.name === "String") return false;
  const previous = tokens[position - 1]?.image ?? "";
  const next = tokens[position + 1];
  if (token.image === "drive") {
    // Elsewhere it is a name, as of an energy or at the end of a formula.
    const isNamed = previous === "energy" || DECLARATION_WORDS.has(previous);
    return !isNamed && opensAt(tokens, position);
  }
  if (token.image === "energy") {
    if (next === undefined || DECLARATION_WORDS.has(previous)) return false;
    if (next.image === "=") return !/^(?:|energy)$/.test(previous) && !UNFINISHED.test(previous);
    if (!isName(next)) return false;
    // `… as energy` and then `energy e = …`: the second one is the declaration.
    const afterNext = tokens[position + 2];
    return !(next.image === "energy" && afterNext !== undefined && isName(afterNext));
  }
  if (!DECLARATION_WORDS.has(token.image)) return false;
  if (OPERATOR.test(previous) && !isFirstOnLine(lines, position)) return false;
  if (token.image === "synapse" && previous === "extern") return false;
  if (token.image === "assert" && !/^[=:,.]$/.test(next?.image ?? "")) return true;
  return !AFTER_A_NAME.test(next?.image ?? "");
}

function startsBodyItem(tokens: readonly IToken[], position: number): boolean {
  return BODY_WORDS.has(tokens[afterAttributes(tokens, position)]?.image ?? "");
}

/** The position after the attributes that start at a position. */
function afterAttributes(tokens: readonly IToken[], position: number): number {
  let at = position;
  for (let count = 0; count < MAX_ATTRIBUTES && tokens[at]?.image === "@"; count++) {
    at = afterAttribute(tokens, at);
  }
  return at;
}

/** The position after `@name(…)`, without a space after `@`; the end when the attribute is not complete. */
function afterAttribute(tokens: readonly IToken[], position: number): number {
  const name = tokens[position + 1];
  const isAttribute =
    name !== undefined && isName(name) && name.startOffset === tokens[position].endOffset! + 1;
  if (!isAttribute) return tokens.length;
  if (tokens[position + 2]?.image !== "(") return position + 2;
  let at = position + 3;
  while (at < tokens.length && (isName(tokens[at]) || tokens[at].image === ",")) at++;
  return tokens[at]?.image === ")" ? at + 1 : tokens.length;
}

/** Whether these tokens are attributes, each complete, and nothing else. */
export function onlyAttributes(tokens: readonly IToken[], start: number, end: number): boolean {
  let at = start;
  while (at < end && tokens[at].image === "@") at = afterAttribute(tokens, at);
  return at === end && end > start;
}

/** Whether a token can be a name: contextual words can, reserved ones cannot. */
export function isName(token: IToken): boolean {
  const { name, CATEGORIES } = token.tokenType;
  return name === "Name" || (CATEGORIES ?? []).some((category) => category.name === "Name");
}

/** Whether nothing but space stands before a token on its line. */
export function isFirstOnLine({ tokens, lineStarts }: TokenLines, position: number): boolean {
  const before = tokens[position - 1];
  if (before === undefined) return true;
  return lineAt(lineStarts, before.endOffset!) < lineAt(lineStarts, tokens[position].startOffset);
}

/**
 * Cuts the inside of a block that does not parse into its lines, so that one wrong line does not
 * take the others with it.
 */
export function cutLines(lines: TokenLines, unclosed: ReadonlySet<IToken>): IToken[][] {
  const { tokens } = lines;
  const cuts: number[] = [];
  let depth = 0;
  for (const [position, token] of tokens.entries()) {
    if (
      depth === 0 &&
      (!isUnfinished(position) || followsComma(position)) &&
      startsLine(position)
    ) {
      cuts.push(position);
    }
    if (token.tokenType.name === "String" || unclosed.has(token)) continue;
    if (/^[([{]$/.test(token.image)) depth++;
    if (/^[)\]}]$/.test(token.image)) depth = Math.max(0, depth - 1);
  }
  if (cuts[0] !== 0) cuts.unshift(0);
  return cuts
    .map((start, index) => tokens.slice(start, cuts[index + 1]))
    .filter((line) => line.length > 0);

  function isUnfinished(position: number): boolean {
    return UNFINISHED.test(tokens[position - 1]?.image ?? "{");
  }

  /** Lines do not end in commas, but from other languages they do. */
  function followsComma(position: number): boolean {
    const isLine = tokens[position + 1]?.image === "=" || VERBS.test(tokens[position].image);
    return isLine && tokens[position - 1].image === "," && isFirstOnLine(lines, position);
  }

  function startsLine(position: number): boolean {
    const token = tokens[position];
    if (position === 0) return true;
    const lineStart = cuts.at(-1) ?? 0;
    if (onlyAttributes(tokens, lineStart, position)) return false;
    if (isFirstOnLine(lines, position)) {
      return (
        (isName(token) || token.image === "@" || DECLARATION_WORDS.has(token.image)) &&
        !CONTINUES.test(token.image)
      );
    }
    const next = tokens[position + 1];
    const word = tokens[lineStart].image;
    const takesName = VERBS.test(word) || BODY_WORDS.has(word) || /^(?:energy|value)$/.test(word);
    const afterVerb = position - 1 === lineStart && takesName;
    if (!isName(token) || afterVerb || next === undefined) return false;
    return next.image === "=" || (VERBS.test(token.image) && isName(next));
  }
}
