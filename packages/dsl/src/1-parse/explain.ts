/**
 * From "the parser stopped here" to a sentence for the person who wrote it. The parser tells what
 * it wanted (the key made in `grammar.ts`) and where it stopped; this file looks at the tokens
 * around the place and says what is wrong, what was probably meant, and what to write.
 */
import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { lineAt, type Span } from "../source.ts";
import { tokenSpan } from "./cst.ts";
import { BLOCKS, type Expected, expectedAt, KINDS, placeOfName } from "./expected.ts";
import { isFirstOnLine, isName, ownerOf } from "./outline.ts";
import { DECLARATION_WORDS, RESERVED } from "./tokens.ts";

/** A piece of a file that does not parse, and how the parser stopped. */
export interface Mistake {
  readonly error: IRecognitionException;
  /** The tokens that were parsed: a declaration, or a line of a block. */
  readonly tokens: readonly IToken[];
  /** The token after them in the file. */
  readonly next: IToken | undefined;
  readonly unclosed: ReadonlySet<IToken>;
  /** The kind of block the line is in, or the empty text for a declaration. */
  readonly block: string;
}

/** The text a message quotes from, and where messages go. */
export interface Explainer {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly diagnostics: Diagnostics;
}

/** Words after which an expression has to go on. */
const OPERATORS = /^(?:[-+*/^=~<>,([:]|==|!=|<=|>=|and|or|not|where|when|expect|take|assert)$/;

/** Reports exactly one diagnostic for a mistake. */
export function explain(mistake: Mistake, explainer: Explainer): void {
  const { error, tokens, unclosed } = mistake;
  const [kind = "", rule = "", wanted = ""] = error.message.split(":");
  const found = tokens.find((token) => token === error.token);
  const at = found === undefined ? tokens.length : tokens.indexOf(found);
  const opener = tokens.slice(0, at).findLast((token) => unclosed.has(token));
  const place: Place = { ...mistake, ...explainer, kind, rule, wanted, found, at };

  if (opener !== undefined) return reportUnclosed(place, opener);
  if (kind === "choice" && rule === "item") return reportUnknownStart(place);
  if (found !== undefined && isMisusedWord(place)) return reportReserved(place, found);
  if (isBracketedReduce(place)) return reportReduceParentheses(place);
  if (kind === "rest") return reportRest(place);
  if (kind === "choice" && BLOCKS.has(rule)) return reportUnknownLine(place);
  if (kind === "choice" && rule === "unary") return reportNoValue(place);
  if (kind === "choice" && rule === "type" && ownerOf(tokens, 0) === "const") {
    if (/^[-\d("]/.test(found?.image ?? "")) return reportUntypedConst(place);
  }
  return reportExpected(place);
}

interface Place extends Mistake, Explainer {
  readonly kind: string;
  readonly rule: string;
  readonly wanted: string;
  /** The token that does not fit; undefined at the end of the piece. */
  readonly found: IToken | undefined;
  readonly at: number;
}

/** E0102, for `(` and `[`; a missing `}` shows in the outline already. */
function reportUnclosed(place: Place, opener: IToken): void {
  const { found, tokens, at, next } = place;
  const closer = opener.image === "(" ? ")" : "]";
  const previous = tokens[at - 1];
  const insertAt = found === undefined ? next : found;
  const isWrongCloser = found !== undefined && /^[)\]}]$/.test(found.image);
  const end = previous.endOffset! + 1;
  const edit =
    isWrongCloser && found.image !== "}"
      ? { span: tokenSpan(found), text: closer }
      : { span: { start: end, end }, text: closer };
  place.diagnostics.report("E0102", tokenSpan(opener), {
    message: `this \`${opener.image}\` is never closed`,
    label: "opened here",
    related:
      insertAt === undefined
        ? []
        : [{ span: tokenSpan(insertAt), label: `expected \`${closer}\` before this` }],
    fix: [`\`${patched(place, edit.span, edit.text)}\``],
    edits: [edit],
  });
}

/** A reserved word where only a name fits, or where a value should stand. */
function isMisusedWord({ kind, rule, wanted, found }: Place): boolean {
  if (!RESERVED.has(found!.image)) return false;
  if (
    wanted === "Name" ||
    kind === "repeat" ||
    rule === "path" ||
    rule === "binders" ||
    rule === "index"
  )
    return true;
  return kind === "choice" && rule === "unary" && DECLARATION_WORDS.has(found!.image);
}

function reportReserved(place: Place, found: IToken): void {
  const what = placeOfName(place.error.context.ruleStack, place.tokens);
  place.diagnostics.report("E0103", tokenSpan(found), {
    message: `\`${found.image}\` is a word of the language, so it cannot ${what}`,
    label: "reserved",
    help: [`add a letter or an underscore, for example \`${found.image}_\``],
  });
}

/** `sum(i) …`: sums take their indices in square brackets. */
function isBracketedReduce({ rule, wanted, found }: Place): boolean {
  return rule === "reduce" && wanted === "LSquare" && found?.image === "(";
}

function reportReduceParentheses(place: Place): void {
  const { tokens, at, found } = place;
  const word = tokens[at - 1].image;
  const close = tokens.findIndex((token, index) => index > at && token.image === ")");
  const inside = tokens.slice(at + 1, close);
  const areNames = close > at && inside.every((token) => isName(token) || token.image === ",");
  const span =
    close > at
      ? { start: found!.startOffset, end: tokens[close].endOffset! + 1 }
      : tokenSpan(found!);
  const text = `[${place.text.slice(span.start + 1, span.end - 1)}]`;
  place.diagnostics.report("E0107", span, {
    message: `\`${word}\` takes its indices in square brackets`,
    ...(areNames && tokens[close + 1] !== undefined
      ? { fix: [`\`${word}${text}\``], edits: [{ span, text }] }
      : { help: [`say what it runs over: \`${word}[i] v[i]\``] }),
  });
}

/** The declaration is complete, but something follows. */
function reportRest(place: Place): void {
  const { found, tokens, at } = place;
  if (found === undefined) return reportExpected(place);
  const previous = tokens[at - 1];
  const { image } = found;
  const span = tokenSpan(found);
  const startsSetting =
    image === "=" &&
    isName(previous) &&
    isFirstOnLine(place, at - 1) &&
    OPERATORS.test(tokens[at - 2]?.image ?? "");
  if (startsSetting) {
    return reportStops(place, tokens[at - 2], {
      span: tokenSpan(previous),
      label: "a new line starts here",
    });
  }
  if (/^[)\]}]$/.test(image)) {
    return place.diagnostics.report("E0101", span, {
      message: `this \`${image}\` closes nothing`,
      label: "nothing is open here",
      fix: ["delete it"],
      edits: [{ span, text: "" }],
    });
  }
  if (tokens[0].image === "dim" && /^:$|^\d/.test(image) && isName(previous)) {
    const edit =
      image === ":"
        ? { span, text: " =" }
        : { span: { start: span.start, end: span.start }, text: "= " };
    return place.diagnostics.report("E0101", span, {
      message: "expected `=` before the size",
      label: image === ":" ? "write `=`" : "`=` goes here",
      fix: [`\`${patched(place, edit.span, edit.text)}\``],
      edits: [edit],
    });
  }
  if (/^(?:==|!=|<=|>=|<|>)$/.test(image) && !/^(?:dim|use)$/.test(tokens[0].image)) {
    return place.diagnostics.report("E0101", span, {
      message: "comparisons cannot be chained",
      label: "a second comparison",
      help: ["join them with `and`: `0 < a and a < 1`"],
    });
  }
  const startsValue = isName(found) || /^[\d("[]/.test(image) || RESERVED.has(image);
  const endsValue = isName(previous) || /^[)\]]$|^[\d"]/.test(previous.image);
  if (startsValue && endsValue && holdsExpression(tokens)) {
    return place.diagnostics.report("E0101", span, {
      message: `expected an operator between \`${shortOf(previous)}\` and \`${shortOf(found)}\``,
      label: "an operator is missing before this",
      help: ["products are written with `*`"],
    });
  }
  return place.diagnostics.report("E0101", span, {
    message: `\`${shortOf(found)}\` does not belong here`,
    label: `the ${nameOfPiece(place)} ends before this`,
  });
}

/** A line that starts with no word of the language: a misspelt `neuron`, a missing `param`. */
function reportUnknownStart(place: Place): void {
  const { tokens, at, diagnostics } = place;
  const first = tokens[at];
  if (first === undefined) {
    return diagnostics.report("E0101", tokenSpan(tokens.at(-1)!), {
      message: "expected a declaration after the attribute",
    });
  }
  const words = [...DECLARATION_WORDS, "energy"].filter((word) => word !== "ham");
  const near = guessWord(first.image, words);
  if (BLOCK_WORDS.test(first.image) && tokens.length > at + 1) {
    return diagnostics.report("E0101", tokenSpan(first), {
      message: `\`${first.image}\` stands inside a recall, train or test block only`,
      label: "outside of any block",
    });
  }
  const call = isName(first) || RESERVED.has(first.image);
  diagnostics.report("E0101", tokenSpan(first), {
    message: call
      ? `no declaration starts with \`${shortOf(first)}\``
      : `expected a declaration, found \`${shortOf(first)}\``,
    label: "expected a word such as `neuron` or `energy`",
    help: [
      near === undefined
        ? `declarations start with ${words.join(", ")}`
        : `did you mean \`${near}\`?`,
    ],
    ...(near === undefined ? {} : { edits: [{ span: tokenSpan(first), text: near }] }),
  });
}

const BLOCK_WORDS = /^(?:start|clamp|stop|record|schedule|return|feed|run|expect|solver|steps)$/;

/** Words of other languages, and the declaration they probably mean. */
const OTHER_WORDS = new Map([
  ["import", "use"],
  ["include", "use"],
  ["def", "let"],
  ["var", "let"],
  ["layer", "neuron"],
  ["hypersynapse", "synapse"],
  ["connection", "connect"],
  ["parameter", "param"],
  ["weight", "param"],
  ["constant", "const"],
  ["dimension", "dim"],
  ["input", "given"],
]);

/** The declaration word somebody meant, if it can be guessed. */
export function guessWord(typed: string, words: Iterable<string>): string | undefined {
  const lower = typed.toLowerCase();
  const known = [...words];
  if (known.includes(lower)) return lower;
  return OTHER_WORDS.get(lower) ?? suggest(lower, known);
}

/** A line of a block that is none of the lines the block can hold. */
function reportUnknownLine(place: Place): void {
  const { tokens, rule, diagnostics } = place;
  const block = BLOCKS.get(rule)!;
  const at = Math.min(place.at, tokens.length - 1);
  const first = tokens[at];
  const second = tokens[at + 1];
  const near = suggest(first.image, block.words);
  const span = tokenSpan(first);
  if (
    second?.image === ":" &&
    isName(first) &&
    (block.hasSettings || block.words.includes(first.image))
  ) {
    const edit = { span: tokenSpan(second), text: " =" };
    return diagnostics.report("E0101", tokenSpan(second), {
      message: `expected \`=\` after \`${first.image}\``,
      label: "write `=`",
      fix: [`\`${patched(place, edit.span, edit.text)}\``],
      edits: [edit],
    });
  }
  const after = second !== undefined && isOnLineOf(place, first, second) ? second : undefined;
  if (
    after !== undefined &&
    block.words.includes(first.image) &&
    DECLARATION_WORDS.has(after.image)
  ) {
    return reportReserved(place, after);
  }
  if (first.image === "stop" && block.words.includes("stop")) {
    return reportExpected({ ...place, rule: "stop", wanted: "When", found: second, at: at + 1 });
  }
  if (block.words.includes(first.image)) {
    const found = second ?? place.next;
    return diagnostics.report("E0101", found === undefined ? span : tokenSpan(found), {
      message: `\`${first.image}\` is written \`${block.forms[first.image]}\``,
      label: "this does not fit",
    });
  }
  if (near === undefined && block.hasSettings && isName(first) && after !== undefined) {
    if (isName(after) || /^[-\d("[]/.test(after.image)) {
      return reportExpected({
        ...place,
        rule: "setting",
        wanted: "Equals",
        found: second,
        at: at + 1,
      });
    }
  }
  const isCall = near === undefined && isName(first) && block.hasSettings;
  diagnostics.report("E0101", span, {
    message: `${block.name} has no line that starts with \`${shortOf(first)}\``,
    ...(isCall ? { label: "neither a setting (`name = value`) nor a word of the language" } : {}),
    help: [near === undefined ? `it holds ${block.holds}` : `did you mean \`${near}\`?`],
  });
}

/** A value is missing: E0106 when something was begun, E0101 when something else stands there. */
function reportNoValue(place: Place): void {
  const { found, tokens, at, next, diagnostics } = place;
  const previous = tokens[at - 1];
  const isEnd = found === undefined || /^[)\]},]$/.test(found.image);
  if (
    isEnd &&
    (OPERATORS.test(previous.image) || (found === undefined && previous.image === "]"))
  ) {
    const isDeclaration = next !== undefined && DECLARATION_WORDS.has(next.image);
    const label =
      isDeclaration || ownerOf([next!], 0) !== ""
        ? "a new declaration starts here"
        : "a new line starts here";
    return reportStops(
      place,
      previous,
      found === undefined && next !== undefined && next.image !== "}"
        ? { span: tokenSpan(next), label }
        : undefined,
    );
  }
  if (found === undefined) {
    return diagnostics.report("E0106", after(previous), {
      message: `the expression stops after \`${shortOf(previous)}\``,
      label: "something must follow",
    });
  }
  const isOperator = /^(?:[*/^=<>+~]|==|!=|<=|>=|and|or|where)$/.test(found.image);
  diagnostics.report("E0101", tokenSpan(found), {
    message: `expected a value, found \`${shortOf(found)}\``,
    label: isOperator ? "something is missing before this" : "a number, a name or `(` fits here",
  });
}

function reportStops(
  place: Place,
  previous: IToken,
  related: { span: Span; label: string } | undefined,
): void {
  place.diagnostics.report("E0106", tokenSpan(previous), {
    message: `the expression stops after \`${shortOf(previous)}\``,
    label: "something must follow",
    related: related === undefined ? [] : [related],
  });
}

/** `const a: 3`: the colon is for a type. */
function reportUntypedConst(place: Place): void {
  const colon = place.tokens[place.at - 1];
  const edit = { span: tokenSpan(colon), text: " =" };
  place.diagnostics.report("E0101", edit.span, {
    message: "expected `=` before the value",
    label: "write `=`",
    fix: [`\`${patched(place, edit.span, edit.text)}\``],
    edits: [edit],
  });
}

/** One particular thing was needed: the table in `expected.ts` knows how to say it. */
function reportExpected(place: Place): void {
  const { found, tokens, at, kind, rule, wanted, diagnostics } = place;
  const previous = tokens[at - 1] ?? tokens[0];
  const stack = place.error.context.ruleStack;
  const expected = expectedAt(rule, kind === "repeat" ? "Name" : wanted, {
    found: found?.image,
    previous: previous.image,
    parent: stack.at(-2) ?? "",
    owner: ownerOf(tokens, 0) || stack[0],
    subject: tokens.length > 1 && isName(tokens[1]) ? tokens[1].image : undefined,
  });
  const isBehind =
    found === undefined || (expected.follows === true && !isOnLineOf(place, previous, found));
  const span = isBehind ? after(previous) : tokenSpan(found);
  const edit = expected.insert === undefined ? undefined : editFor(expected, previous, found);
  diagnostics.report("E0101", span, {
    message: expected.message,
    ...(expected.label === undefined ? {} : { label: expected.label }),
    ...(edit === undefined || found === undefined
      ? {}
      : { fix: [`\`${patched(place, edit.span, edit.text)}\``], edits: [edit] }),
    ...(expected.help === undefined ? {} : { help: [expected.help] }),
  });
}

/** The edit that puts in what was needed. */
function editFor(
  { insert = "", replaces, follows }: Expected,
  previous: IToken,
  found: IToken | undefined,
): { span: Span; text: string } {
  const start = previous.endOffset! + 1;
  if (found === undefined) return { span: { start, end: start }, text: ` ${insert}` };
  if (replaces === true) {
    return {
      span: { start, end: found.endOffset! + 1 },
      text: follows === true ? insert : ` ${insert}`,
    };
  }
  if (follows === true) return { span: { start, end: start }, text: insert };
  return { span: { start: found.startOffset, end: found.startOffset }, text: `${insert} ` };
}

/** The place right behind a token. */
function after(token: IToken): Span {
  const end = token.endOffset! + 1;
  return { start: end, end };
}

/** The line of the piece around a place, with an edit applied: what the fix shows. */
function patched({ text, lineStarts, tokens }: Place, span: Span, insert: string): string {
  const line = lineAt(lineStarts, span.start);
  const onLine = tokens.filter(
    (token) =>
      lineAt(lineStarts, token.startOffset) === line || token.endOffset! + 1 === span.start,
  );
  const start = Math.min(onLine[0]?.startOffset ?? span.start, span.start);
  const end = Math.max((onLine.at(-1)?.endOffset ?? span.end - 1) + 1, span.end);
  return text.slice(start, span.start) + insert + text.slice(span.end, end);
}

/** A token as messages quote it: long texts are cut. */
function shortOf({ image }: IToken): string {
  const characters = Array.from(image);
  return characters.length > 30 ? `${characters.slice(0, 30).join("")}…` : image;
}

/** Declarations that hold an expression, where a missing operator is the likely mistake. */
function holdsExpression(tokens: readonly IToken[]): boolean {
  return tokens.some(({ image }) => /^(?:=|when|expect|assert|where|take)$/.test(image));
}

function isOnLineOf({ lineStarts }: Place, a: IToken, b: IToken): boolean {
  return lineAt(lineStarts, a.startOffset) === lineAt(lineStarts, b.startOffset);
}

function nameOfPiece({ tokens, block }: Place): string {
  if (block !== "") return "line";
  return KINDS.get(ownerOf(tokens, 0))?.replace(/^an? /, "") ?? "declaration";
}
