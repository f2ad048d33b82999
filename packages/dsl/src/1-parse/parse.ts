/**
 * Text to syntax tree. The file is cut into declarations (`outline.ts`), each is parsed alone with
 * chevrotain (`grammar.ts`), and each that does not fit gives one message (`explain.ts`) and a
 * `broken` item that keeps the names it would have declared. Nothing here throws for any input.
 */
import type { CstNode, IRecognitionException, IToken } from "chevrotain";
import {
  collectDiagnostics,
  type Diagnostic,
  type Diagnostics,
} from "../diagnostics/diagnostic.ts";
import { lineAt, lineStarts as findLineStarts, type SourceFile } from "../source.ts";
import type { BrokenItem, BrokenStep, Edition, FileAst, Item } from "./ast.ts";
import { tokenSpan } from "./cst.ts";
import { collectDocs } from "./docs.ts";
import { explain, guessWord } from "./explain.ts";
import { KINDS } from "./expected.ts";
import { HamParser } from "./grammar.ts";
import { dropHabits } from "./habits.ts";
import { type Comment, lex } from "./lex.ts";
import { tooDeep } from "./nesting.ts";
import { cutLines, isName, outline, ownerOf, type Piece } from "./outline.ts";
import {
  type Docs,
  toBodyItem,
  toItem,
  toNeuronSetting,
  toRecallStep,
  toTestStep,
  toTrainStep,
} from "./to-ast.ts";
import { DECLARATION_WORDS, tokenType, WORDS } from "./tokens.ts";

/** What `parse` gives: always a tree, with every syntax error and every comment. */
export interface ParseResult {
  readonly file: FileAst;
  readonly diagnostics: Diagnostic[];
  readonly comments: readonly Comment[];
}

/** The edition this package reads. */
export const EDITION = 1;

/** A file that is not a `.ham` file at all would fill screens; the first messages are enough. */
const MAX_DIAGNOSTICS = 100;

/** What the steps below share. */
interface Work {
  readonly source: SourceFile;
  readonly lineStarts: readonly number[];
  readonly diagnostics: Diagnostics;
  readonly docs: Docs;
  /** True when no further message will be kept. */
  readonly isFull: () => boolean;
  /** Offsets where something was reported and left out. */
  readonly spoiled: readonly number[];
}

/** Parses a file. Never throws: mistakes are in `diagnostics`, one for each. */
export function parse(source: SourceFile): ParseResult {
  const diagnostics = atMost(MAX_DIAGNOSTICS, collectDiagnostics(source));
  const lexed = lex(source, diagnostics);
  const { comments, spoiled } = lexed;
  const tokens = dropHabits(lexed.tokens, spoiled, diagnostics);
  const lineStarts = findLineStarts(source.text);
  const { edition, from } = readEdition(source, tokens, diagnostics);
  const docs = collectDocs(
    source.text,
    comments,
    tokens,
    tokens[from]?.startOffset ?? source.text.length,
  );
  const work: Work = {
    source,
    lineStarts,
    diagnostics,
    docs: docs.byToken,
    isFull: diagnostics.isFull,
    spoiled,
  };
  const { pieces, strayBraces } = outline({ tokens, lineStarts }, from);
  for (const brace of strayBraces) {
    diagnostics.report("E0101", tokenSpan(brace), {
      message: "this `}` closes nothing",
      label: "no block is open here",
      fix: ["delete it"],
      edits: [{ span: tokenSpan(brace), text: "" }],
    });
  }
  const items = pieces.flatMap((piece) => readPiece(piece, work));
  return {
    file: {
      kind: "file",
      source,
      edition,
      doc: docs.file,
      items,
      span: { start: 0, end: source.text.length },
    },
    diagnostics: diagnostics.list(),
    comments,
  };
}

/** A collector that keeps the first messages only. */
function atMost(
  limit: number,
  diagnostics: Diagnostics,
): Diagnostics & { readonly isFull: () => boolean } {
  let count = 0;
  return {
    ...diagnostics,
    isFull: () => count >= limit,
    report(code, span, details) {
      if (count++ < limit) diagnostics.report(code, span, details);
    },
  };
}

/** `ham 1`, and the position of the first token after it. */
function readEdition(
  source: SourceFile,
  tokens: readonly IToken[],
  diagnostics: Diagnostics,
): { edition: Edition | undefined; from: number } {
  const [word, number] = tokens;
  const later = tokens.findIndex(
    (token, at) => at > 0 && token.image === "ham" && tokens[at + 1]?.tokenType.name === "Number",
  );
  if (word?.image === "ham") {
    const from = number?.tokenType.name === "Number" ? 2 : 1;
    if (from === 2 && Number(number.image) === EDITION) {
      return {
        edition: { value: EDITION, span: { start: word.startOffset, end: number.endOffset! + 1 } },
        from,
      };
    }
    const span = from === 2 ? tokenSpan(number) : tokenSpan(word);
    diagnostics.report("E0105", span, {
      message:
        from === 2
          ? `there is no edition ${number.image} of the language`
          : "`ham` needs the number of an edition",
      label: "this program reads edition 1",
      fix: ["`ham 1`"],
      edits: [{ span: { start: word.startOffset, end: span.end }, text: "ham 1" }],
    });
    return { edition: undefined, from };
  }
  if (word?.tokenType.name === "Number") {
    diagnostics.report("E0105", tokenSpan(word), {
      message: "the file does not say which edition it is written in",
      label: "`ham` goes before this",
      fix: ["`ham 1`"],
      edits: [{ span: tokenSpan(word), text: "ham 1" }],
    });
    return { edition: undefined, from: 1 };
  }
  if (later === -1) {
    const end = word === undefined ? 0 : word.endOffset! + 1;
    const span = { start: word?.startOffset ?? 0, end };
    diagnostics.report("E0105", span, {
      message: "the file does not say which edition it is written in",
      label: "expected `ham 1` first",
      fix: ["insert `ham 1` at the top (`ham fmt` does this)"],
      edits: [{ span: { start: 0, end: 0 }, text: source.text === "" ? "ham 1\n" : "ham 1\n\n" }],
    });
  }
  return { edition: undefined, from: 0 };
}

/** The declarations of a piece: one, or several when words of no declaration follow it. */
function readPiece(piece: Piece, work: Work): Item[] {
  const first = piece.tokens[0];
  if (first.image === "ham") return readLateEdition(piece, work);
  if (piece.unclosedBrace !== undefined) reportUnclosedBrace(piece, piece.unclosedBrace, work);
  const deep = tooDeep(piece.tokens);
  if (deep !== undefined) {
    work.diagnostics.report("E0101", tokenSpan(deep), {
      message: "this expression is nested too deep",
      label: "too many brackets and operators up to here",
      help: ["give its parts names with `let`"],
    });
    return [broken(piece.tokens)];
  }
  const tokens = closed(piece);
  const { tree, error } = attempt("item", tokens);
  if (error === undefined) return [toItem(tree, work.docs)];

  const lines = recut(piece, work);
  if (lines.length > 1) {
    // Past the last message there is nothing left to explain.
    return lines.flatMap((line) => (work.isFull() ? [broken(line.tokens)] : readPiece(line, work)));
  }
  const at = tokens.indexOf(error.token);
  if (error.name === "NotAllInputParsedException" && startsAnew(tokens, at, work)) {
    const whole = attempt("item", tokens.slice(0, at));
    const rest = { ...piece, tokens: piece.tokens.slice(at), unclosedBrace: undefined };
    if (whole.error === undefined) return [toItem(whole.tree, work.docs), ...readPiece(rest, work)];
  }
  const block = blockOf(tokens);
  if (block !== undefined && (at === -1 || at > block.open)) {
    const item = readBlock(piece, tokens, block, work);
    if (item !== undefined) return [item];
  }
  const guessed = guessItem(piece, tokens, error, work);
  if (guessed !== undefined) return [guessed];
  if (!isSpoiled(tokens, work)) explainHere(error, tokens, piece, "", work);
  return [broken(tokens)];
}

/**
 * Something does not fit, so layout may be asked: what starts a line and is not indented is a
 * declaration of its own, even if its word is misspelt.
 */
function recut(piece: Piece, work: Work): Piece[] {
  const column = columnOf(piece.tokens[0], work);
  const lines: IToken[][] = [];
  for (const line of cutLines({ ...work, tokens: piece.tokens }, piece.unclosed)) {
    const last = lines.at(-1);
    if (last !== undefined && columnOf(line[0], work) > column) last.push(...line);
    else lines.push([...line]);
  }
  return lines.map((tokens, index) => ({
    ...piece,
    tokens,
    next: lines[index + 1]?.[0] ?? piece.next,
    unclosedBrace: undefined,
  }));
}

function readLateEdition(piece: Piece, work: Work): Item[] {
  work.diagnostics.report("E0105", tokenSpan(piece.tokens[0]), {
    message: "`ham 1` stands once, at the top of the file",
    label: "too late here",
    help: ["it must come before every declaration"],
  });
  return piece.tokens.length > 2 ? [broken(piece.tokens.slice(2))] : [];
}

function reportUnclosedBrace(
  piece: Piece,
  brace: IToken,
  { diagnostics, lineStarts, source }: Work,
): void {
  const last = piece.tokens.at(-1)!;
  const end = last.endOffset! + 1;
  const line = lineAt(lineStarts, last.startOffset);
  const owner = ownerOf(piece.tokens, 0);
  const inside =
    owner === "neuron" ? "a neuron's block" : `a ${owner === "" ? "declaration" : owner} block`;
  const { next } = piece;
  diagnostics.report("E0102", tokenSpan(brace), {
    message: "this `{` is never closed",
    label: "opened here",
    related:
      next === undefined
        ? []
        : [{ span: tokenSpan(next), label: `\`${next.image}\` cannot start inside ${inside}` }],
    fix: [next === undefined ? "add `}` at the end of the file" : `add \`}\` after line ${line}`],
    edits: [{ span: { start: end, end }, text: source.text.includes("\n") ? "\n}" : " }" }],
  });
}

/** The tokens of a piece, with the `}` it lacks. */
function closed({ tokens, unclosedBrace }: Piece): readonly IToken[] {
  if (unclosedBrace === undefined) return tokens;
  const last = tokens.at(-1)!;
  const type = tokenType("RBrace");
  const brace = { ...last, image: "}", tokenType: type, tokenTypeIdx: type.tokenTypeIdx! };
  return [...tokens, { ...brace, startOffset: last.endOffset! + 1, endOffset: last.endOffset! }];
}

/** Whether the braces from `open` to `at` balance. */
function isOuter(tokens: readonly IToken[], open: number, at: number): boolean {
  const inside = tokens.slice(open, at + 1).map(({ tokenType }) => tokenType.name);
  const count = (name: string) => inside.filter((each) => each === name).length;
  return count("LBrace") === count("RBrace");
}

/** `{` and `}` of a declaration with a block. */
function blockOf(tokens: readonly IToken[]): { open: number; close: number } | undefined {
  const open = tokens.findIndex(
    ({ image, tokenType }) => image === "{" && tokenType.name === "LBrace",
  );
  const close = tokens.findIndex(
    ({ tokenType }, at) => at > open && tokenType.name === "RBrace" && isOuter(tokens, open, at),
  );
  return open === -1 || close !== tokens.length - 1 ? undefined : { open, close };
}

/** The rules that are parsed on their own: declarations, and the lines of their blocks. */
type Rule = "item" | "recallItem" | "trainItem" | "testItem" | "neuronItem" | "bodyItem";

const LINE_RULES: ReadonlyMap<string, Rule> = new Map([
  ["recall", "recallItem"],
  ["train", "trainItem"],
  ["test", "testItem"],
  ["neuron", "neuronItem"],
  ["lagrangian", "bodyItem"],
  ["synapse", "bodyItem"],
]);

/** A declaration whose head is right and some of whose lines are not: every right line is kept. */
function readBlock(
  piece: Piece,
  tokens: readonly IToken[],
  { open, close }: { open: number; close: number },
  work: Work,
): Item | undefined {
  const owner = ownerOf(tokens, 0);
  const rule = LINE_RULES.get(owner);
  if (rule === undefined) return undefined;
  const head = attempt("item", [...tokens.slice(0, open + 1), ...tokens.slice(close)]);
  if (head.error !== undefined) return undefined;
  const item = toItem(head.tree, work.docs);
  const inside = tokens.slice(open + 1, close);
  const lines = cutLines({ tokens: inside, lineStarts: work.lineStarts }, piece.unclosed);
  const read = <T>(
    toLine: (tree: CstNode, docs: Docs) => T,
    lost: (line: readonly IToken[]) => T,
  ): T[] =>
    lines.map((line, index) => {
      if (work.isFull()) return lost(line);
      const { tree, error } = attempt(rule, line);
      if (error === undefined) return toLine(tree, work.docs);
      if (!isSpoiled(line, work)) {
        const next = lines[index + 1]?.[0] ?? tokens[close];
        explainHere(error, line, { ...piece, next }, owner, work);
      }
      return lost(line);
    });
  switch (item.kind) {
    case "recall":
      return { ...item, steps: read(toRecallStep, brokenStep) };
    case "train":
      return { ...item, steps: read(toTrainStep, brokenStep) };
    case "test":
      return { ...item, steps: read(toTestStep, brokenStep) };
    case "neuron":
      return { ...item, settings: read(toNeuronSetting, brokenStep) };
    case "lagrangian":
    case "synapse":
      return { ...item, body: read(toBodyItem, broken) };
    default:
      return undefined;
  }
}

/** `neurons v: …`: reported, and then read as the declaration that was probably meant. */
function guessItem(
  piece: Piece,
  tokens: readonly IToken[],
  error: IRecognitionException,
  work: Work,
): Item | undefined {
  const first = tokens[0];
  if (error.token !== first || !isName(first) || isSpoiled(tokens, work)) return undefined;
  const word = guessWord(first.image, [...DECLARATION_WORDS, "energy"]);
  const type = word === undefined ? undefined : WORDS.get(word);
  if (word === undefined || type === undefined) return undefined;
  const meant = { ...first, image: word, tokenType: type, tokenTypeIdx: type.tokenTypeIdx! };
  const { tree, error: still } = attempt("item", [meant, ...tokens.slice(1)]);
  if (still !== undefined) return undefined;
  explainHere(error, tokens, piece, "", work);
  return toItem(tree, work.docs);
}

/** Whether a token that fits nowhere starts something of its own: after a block, or a line's first word. */
function startsAnew(tokens: readonly IToken[], at: number, { lineStarts }: Work): boolean {
  const token = tokens[at];
  const before = tokens[at - 1];
  if (before.image === "}") return true;
  if (!isName(token) && !DECLARATION_WORDS.has(token.image)) return false;
  return lineAt(lineStarts, before.startOffset) < lineAt(lineStarts, token.startOffset);
}

function columnOf({ startOffset }: IToken, { lineStarts }: Work): number {
  return startOffset - lineStarts[lineAt(lineStarts, startOffset) - 1];
}

/** Something was left out inside these tokens, and was reported where it stood. */
function isSpoiled(tokens: readonly IToken[], { spoiled }: Work): boolean {
  const start = tokens[0].startOffset;
  const end = tokens.at(-1)!.endOffset! + 1;
  return spoiled.some((offset) => offset >= start && offset <= end + 1);
}

function explainHere(
  error: IRecognitionException,
  tokens: readonly IToken[],
  { next, unclosed }: Pick<Piece, "next" | "unclosed">,
  block: string,
  { source, lineStarts, diagnostics }: Work,
): void {
  explain({ error, tokens, next, unclosed, block }, { text: source.text, lineStarts, diagnostics });
}

/** The names a declaration would have declared: the one after its word, or those of a `dim` list. */
function broken(tokens: readonly IToken[]): BrokenItem {
  const owner = ownerOf(tokens, 0);
  const at = tokens.findIndex(({ image }) => image === owner);
  const names: IToken[] = [];
  const first = tokens[at + 1];
  if (
    KINDS.has(owner) &&
    owner !== "assert" &&
    owner !== "use" &&
    first !== undefined &&
    isName(first)
  ) {
    names.push(first);
  }
  if (owner === "dim") {
    names.push(
      ...tokens.filter((token, index) => isName(token) && tokens[index - 1]?.image === ","),
    );
  }
  if (owner === "use") {
    names.push(
      ...tokens.filter((token, index) => isName(token) && tokens[index - 1]?.image === "as"),
    );
  }
  if (owner === "" && tokens[0] !== undefined) {
    // No known word: `neurons v: …` would declare `v`, and `v: …` as well.
    const candidate = [tokens[1], tokens[0]].find((token) => token !== undefined && isName(token));
    if (candidate !== undefined) names.push(candidate);
  }
  return {
    kind: "broken",
    ...(owner === "" ? {} : { keyword: owner }),
    names: names.map((token) => ({ text: token.image, span: tokenSpan(token) })),
    attributes: [],
    span: spanOf(tokens),
  };
}

function brokenStep(tokens: readonly IToken[]): BrokenStep {
  const name = tokens.find(isName);
  return {
    kind: "broken",
    names: name === undefined ? [] : [{ text: name.image, span: tokenSpan(name) }],
    span: spanOf(tokens),
  };
}

function spanOf(tokens: readonly IToken[]) {
  return { start: tokens[0].startOffset, end: tokens.at(-1)!.endOffset! + 1 };
}

type Attempt =
  | { readonly tree: CstNode; readonly error: undefined }
  | { readonly tree: undefined; readonly error: IRecognitionException };

/** Runs one rule of the grammar over all of the tokens. The parser is made on first use and kept. */
const attempt = (() => {
  let parser: HamParser | undefined;
  return (rule: Rule, tokens: readonly IToken[]): Attempt => {
    parser ??= new HamParser();
    parser.input = [...tokens];
    const tree = parser[rule]();
    const [error] = parser.errors;
    return error === undefined ? { tree, error } : { tree: undefined, error };
  };
})();
