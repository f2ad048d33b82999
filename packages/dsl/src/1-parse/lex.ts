/**
 * Text to tokens. The loop is ours rather than chevrotain's lexer: that one picks patterns by
 * first character, which `\p{L}` defeats, and here a bad character must cost one message that
 * knows what to write instead. It never fails: what is not part of the language is reported and
 * either replaced by what was meant or left out.
 *
 * Comments are kept apart, with their positions, so the parser never sees one and none is lost.
 */
import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source.ts";
import {
  checkEscapes,
  describe,
  powerFix,
  reportBars,
  reportPointNumber,
  reportRange,
  reportUnclosedString,
  reportUnknown,
} from "./bad-text.ts";
import { FOREIGN, type ForeignText } from "./foreign.ts";
import { SYMBOLS, tokenType, WORDS } from "./token-types.ts";
import { NAME_PATTERN, NUMBER_PATTERN, RESERVED } from "./tokens.ts";

/** A line comment as written, with its slashes. `doc` marks `///`. */
export interface Comment {
  readonly doc: boolean;
  readonly text: string;
  readonly span: Span;
}

/** A lexed file. */
export interface LexResult {
  readonly tokens: IToken[];
  readonly comments: Comment[];
  /** Offsets where something was left out, so that the tokens around it may not fit together. */
  readonly spoiled: number[];
}

const sticky = (pattern: RegExp) => new RegExp(pattern.source, `${pattern.flags}y`);
const SPACE = /\s+/y;
const NAME = sticky(NAME_PATTERN);
const NUMBER = sticky(NUMBER_PATTERN);
const POINT_NUMBER = /\.\d+/y;
const STRING = /"(?:[^"\\\r\n]|\\.)*("?)/y;
const SINGLE_QUOTED = /'([^'"\\\r\n]*)'/y;
const LINE_COMMENT = /\/\/[^\r\n]*/y;
const BLOCK_COMMENT = /\/\*[^]*?(?:\*\/|$)/y;
const HASH_COMMENT = /#[^\r\n]*/y;
const UNKNOWN = /(?:(?![\s\p{L}\p{Nd}_"'#()[\]{},.:@=<>~+\-*/^!&|;]).)+/uy;

/** Splits a text into tokens and comments, reporting what belongs to neither. */
export function lex(source: SourceFile, diagnostics: Diagnostics): LexResult {
  const { text } = source;
  const tokens: IToken[] = [];
  const comments: Comment[] = [];
  const spoiled: number[] = [];
  let offset = 0;
  /** Where a `|x|` was opened that is not closed yet. */
  let openBar = -1;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    return pattern.exec(text);
  };
  /** `.5` behind a name or a bracket is no number. */
  const isMember = (image: string): boolean => {
    const last = tokens.at(-1);
    return image.startsWith(".") && last?.endOffset === offset - 1 && endsValue(last);
  };
  const push = (type: TokenType, image: string, length: number): void => {
    // Only offsets are used later; lines and columns are computed when a message needs them.
    tokens.push(createTokenInstance(type, image, offset, offset + length - 1, 1, 1, 1, 1));
  };
  const readForeign = ({ typed, code, message, instead = "", help }: ForeignText): void => {
    const span = { start: offset, end: offset + typed.length };
    const fix = instead === "" ? "delete it" : `use \`${instead}\``;
    diagnostics.report(code, span, {
      message,
      ...(code === "E0104" ? { label: describe(typed) } : {}),
      fix: [typed === "**" ? powerFix(text, tokens, span) : fix],
      ...(help === undefined ? {} : { help: [help] }),
      edits: [{ span, text: instead }],
    });
    if (instead !== "") {
      const replacement = { name: source.name, text: instead };
      for (const token of lex(replacement, diagnostics).tokens) {
        push(token.tokenType, token.image, typed.length);
      }
    }
    offset += typed.length;
  };

  while (offset < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      offset += space[0].length;
      continue;
    }
    const comment = match(LINE_COMMENT);
    if (comment !== null) {
      const doc = /^\/\/\/(?!\/)/.test(comment[0]);
      const span = { start: offset, end: offset + comment[0].length };
      comments.push({ doc, text: comment[0].trimEnd(), span });
      offset = span.end;
      continue;
    }
    const name = match(NAME);
    if (name !== null) {
      const image = name[0].normalize("NFC");
      push(WORDS.get(image) ?? tokenType("Name"), image, name[0].length);
      offset += name[0].length;
      continue;
    }
    const number = match(NUMBER) ?? match(POINT_NUMBER);
    if (number !== null && !isMember(number[0])) {
      const end = offset + number[0].length;
      if (text.startsWith("..", end) && !number[0].startsWith(".")) {
        reportRange(end, diagnostics);
        push(tokenType("Number"), number[0], number[0].length + 2);
        spoiled.push(offset);
        offset = end + 2;
        continue;
      }
      const hasOpenEnd = text[end] === "." && !/[\p{L}\p{Nd}_]/u.test(text[end + 1] ?? "");
      if (number[0].startsWith(".") || hasOpenEnd) {
        const typed = hasOpenEnd ? `${number[0]}.` : number[0];
        reportPointNumber(typed, offset, diagnostics);
        push(tokenType("Number"), typed.replace(/^\./, "0.").replace(/\.$/, ".0"), typed.length);
        offset += typed.length;
        continue;
      }
      push(tokenType("Number"), number[0], number[0].length);
      offset += number[0].length;
      continue;
    }
    const string = match(STRING);
    if (string !== null) {
      const closed = string[1] !== "";
      if (closed) checkEscapes(string[0], offset, diagnostics);
      else reportUnclosedString(string[0].trimEnd(), offset, diagnostics);
      const image = closed ? string[0] : `${string[0].trimEnd()}"`;
      push(tokenType("String"), image, string[0].trimEnd().length);
      if (!closed) spoiled.push(offset);
      offset += string[0].length;
      continue;
    }
    const foreignComment = match(BLOCK_COMMENT) ?? match(HASH_COMMENT);
    if (foreignComment !== null) {
      const start = { start: offset, end: offset + (text[offset] === "#" ? 1 : 2) };
      diagnostics.report("E0107", start, {
        message: `comments are written \`//\`, not \`${text.slice(start.start, start.end)}\``,
        help: ["a comment goes from `//` to the end of its line"],
      });
      offset += foreignComment[0].length;
      continue;
    }
    const quoted = match(SINGLE_QUOTED);
    if (quoted !== null) {
      const span = { start: offset, end: offset + quoted[0].length };
      const instead = `"${quoted[1]}"`;
      diagnostics.report("E0107", span, {
        message: "texts are written in double quotes",
        fix: [`\`${instead}\``],
        edits: [{ span, text: instead }],
      });
      push(tokenType("String"), instead, quoted[0].length);
      offset = span.end;
      continue;
    }
    const last = tokens.at(-1);
    if (text[offset] === "!" && text[offset + 1] !== "=" && last !== undefined) {
      if (endsValue(last)) {
        readForeign(NOT_EQUAL);
        continue;
      }
    }
    if (text[offset] === "|") {
      const isDouble = text.startsWith("||", offset);
      const isClosing = openBar !== -1 && !/[\r\n]/.test(text.slice(openBar, offset));
      const isOr = isDouble && last !== undefined && endsValue(last);
      if (isClosing || !isOr) {
        if (!isClosing) reportBars(isDouble ? "||" : "|", offset, diagnostics);
        openBar = isClosing ? -1 : offset;
        spoiled.push(offset);
        offset += isDouble ? 2 : 1;
        continue;
      }
    }
    const symbol = SYMBOLS.find(([image]) => text.startsWith(image, offset));
    const foreign = FOREIGN.find(({ typed }) => text.startsWith(typed, offset));
    if (foreign !== undefined && foreign.typed.length > (symbol?.[0].length ?? 0)) {
      readForeign(foreign);
      continue;
    }
    if (symbol !== undefined) {
      push(symbol[1], symbol[0], symbol[0].length);
      offset += symbol[0].length;
      continue;
    }
    const unknown = match(UNKNOWN)?.[0] ?? String.fromCodePoint(text.codePointAt(offset)!);
    reportUnknown(unknown, offset, diagnostics);
    spoiled.push(offset);
    offset += unknown.length;
  }
  return { tokens, comments, spoiled };
}

/** Whether a value can end with this token. */
function endsValue({ image }: IToken): boolean {
  return /[\p{L}\p{Nd}_)\]]$/u.test(image) && !RESERVED.has(image);
}

/** A `!` between two values: half of `!=`. */
const NOT_EQUAL: ForeignText = {
  typed: "!",
  code: "E0107",
  message: "things that differ are compared with `!=`, not `!`",
  instead: "!=",
};
