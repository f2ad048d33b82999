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
import { FOREIGN, type ForeignText, SIGN_NAMES } from "./foreign.ts";
import { NAME_PATTERN, NUMBER_PATTERN, RESERVED, SYMBOLS, tokenType, WORDS } from "./tokens.ts";

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

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    return pattern.exec(text);
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
    const number = match(NUMBER);
    if (number !== null) {
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
      if (/[\p{L}\p{Nd}_)\]]$/u.test(last.image) && !RESERVED.has(last.image)) {
        readForeign(NOT_EQUAL);
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

/** A `!` between two values: half of `!=`. */
const NOT_EQUAL: ForeignText = {
  typed: "!",
  code: "E0107",
  message: "things that differ are compared with `!=`, not `!`",
  instead: "!=",
};

/** `U+00D7 MULTIPLICATION SIGN`; signs without a familiar name get the number alone. */
function describe(character: string): string {
  const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const name = SIGN_NAMES.get(character);
  return name === undefined ? `U+${number}` : `U+${number} ${name}`;
}

function reportUnknown(image: string, start: number, diagnostics: Diagnostics): void {
  const characters = Array.from(image);
  const printable = characters
    .slice(0, 12)
    .join("")
    .replace(/[\p{C}]/gu, "\uFFFD");
  const more = characters.length > 12 ? "…" : "";
  diagnostics.report(
    "E0104",
    { start, end: start + image.length },
    {
      message: `\`${printable}${more}\` is not part of the language`,
      ...(characters.length === 1 ? { label: describe(image) } : {}),
      ...(image === "√" ? { help: ["square roots are written `sqrt(x)`"] } : {}),
      ...(/^[\u201c\u201d]/.test(image)
        ? { help: ['texts are written in plain quotes, `"…"`'] }
        : {}),
      ...(image === "%"
        ? { help: ["there is no remainder operator; comments are written `//`"] }
        : {}),
    },
  );
}

function reportUnclosedString(image: string, start: number, diagnostics: Diagnostics): void {
  const end = start + image.length;
  diagnostics.report(
    "E0102",
    { start, end: start + 1 },
    {
      message: "this text is never closed",
      label: "opened here",
      fix: ['add `"` where the text ends; a text stays on one line'],
      edits: [{ span: { start: end, end }, text: '"' }],
    },
  );
}

/** Strings follow JSON: `\n`, `\"`, `\\`, `\u03be` and so on. */
function checkEscapes(image: string, start: number, diagnostics: Diagnostics): void {
  for (const escape of image.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/gu)) {
    if (/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/.test(escape[0])) continue;
    const at = start + escape.index;
    diagnostics.report(
      "E0104",
      { start: at, end: at + escape[0].length },
      {
        message: `\`${escape[0]}\` is not an escape of the language`,
        help: ['escapes are those of JSON: `\\"`, `\\\\`, `\\n`, `\\t`, `\\u03be`'],
      },
    );
  }
}

/** The power as it should be written, with the operands as typed. */
function powerFix(text: string, tokens: readonly IToken[], operator: Span): string {
  const last = tokens.at(-1);
  if (last === undefined || last.endOffset! + 1 !== operator.start) return "use `^`";
  let first = tokens.length - 1;
  let depth = 0;
  // A base of more than a few dozen tokens would not fit on the line anyway.
  for (; first >= Math.max(0, tokens.length - 40); first--) {
    const { image } = tokens[first];
    if (image === ")" || image === "]") depth++;
    else if (image === "(" || image === "[") depth--;
    else if (depth === 0) break;
    if (depth < 0) break;
  }
  const exponent = /^\s*(-?(?:[\p{L}_][\p{L}\p{Nd}_]*|[\d_.]+))/u.exec(text.slice(operator.end));
  const base = tokens[first];
  if (base === undefined || exponent === null) return "use `^`";
  return `\`${text.slice(base.startOffset, operator.start)}^${exponent[1]}\``;
}
