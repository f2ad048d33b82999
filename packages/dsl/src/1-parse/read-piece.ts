/** One piece of a file to the declarations in it: one, unless something does not fit. */
import type { IRecognitionException, IToken } from "chevrotain";
import { lineAt } from "../source.ts";
import type { Item } from "./ast.ts";
import { attempt } from "./attempt.ts";
import { broken } from "./broken.ts";
import { tokenSpan } from "./cst.ts";
import { guessWord } from "./explain/unknown-word.ts";
import { tooDeep } from "./nesting.ts";
import { cutLines, isName, type Piece } from "./outline.ts";
import { blockOf, closed, hasBlock, readBlock } from "./read-block.ts";
import { toItem } from "./to-ast.ts";
import { WORDS } from "./token-types.ts";
import { DECLARATION_WORDS, OPENING_WORDS } from "./tokens.ts";
import { columnOf, explainHere, isSpoiled, type Work } from "./work.ts";

/** The declarations of a piece: one, or several when words of no declaration follow it. */
export function readPiece(piece: Piece, work: Work): Item[] {
  const { kept, source, docs } = work;
  const isPlain = kept !== null && piece.unclosedBrace === undefined;
  const known = isPlain ? kept.find(piece, source.text, docs) : undefined;
  if (known !== undefined) return [known];
  const first = piece.tokens[0];
  if (first.image === "ham") return readLateEdition(piece, work);
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
  if (error === undefined) {
    const item = toItem(tree, docs);
    if (isPlain) kept.keep(piece, source.text, docs, item);
    return [item];
  }

  const lines = recut(piece, work);
  if (lines.length > 1) {
    // Past the last message there is nothing left to explain.
    return lines.flatMap((line) => (work.isFull() ? [broken(line.tokens)] : readPiece(line, work)));
  }
  const at = tokens.indexOf(error.token);
  if (error.name === "NotAllInputParsedException" && startsAnew(tokens, at, work)) {
    const whole = attempt("item", tokens.slice(0, at));
    const rest = partOf(piece, piece.tokens.slice(at), piece.next);
    if (whole.error === undefined) return [toItem(whole.tree, work.docs), ...readPiece(rest, work)];
  }
  const block = blockOf(tokens);
  if (block !== undefined && (at === -1 || at > block.open)) {
    const item = readBlock(piece, tokens, block, work);
    if (item !== undefined) return [item];
  }
  const guessed = guessItem(piece, tokens, error, work);
  if (guessed !== undefined) return [guessed];
  // A `{` that is never closed and belongs to no block is what does not fit, and was reported.
  const isBrace = piece.unclosedBrace !== undefined && !hasBlock(piece.tokens);
  if (!isBrace && !isSpoiled(tokens, work))
    explainHere({ rule: "item", error }, tokens, piece, "", work);
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
  return lines.map((tokens, index) => partOf(piece, tokens, lines[index + 1]?.[0] ?? piece.next));
}

/** Some of the tokens of a piece, with its open brace if that is among them. */
function partOf(piece: Piece, tokens: readonly IToken[], next: IToken | undefined): Piece {
  const hasBrace = tokens.some((token) => token === piece.unclosedBrace);
  return { ...piece, tokens, next, unclosedBrace: hasBrace ? piece.unclosedBrace : undefined };
}

/** Whether a token that fits nowhere starts something of its own: after a block, or a line's first word. */
function startsAnew(tokens: readonly IToken[], at: number, { lineStarts }: Work): boolean {
  const token = tokens[at];
  const before = tokens[at - 1];
  if (before.image === "}") return true;
  if (!isName(token) && !DECLARATION_WORDS.has(token.image)) return false;
  return lineAt(lineStarts, before.startOffset) < lineAt(lineStarts, token.startOffset);
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
  const word = guessWord(first.image, [...DECLARATION_WORDS, ...OPENING_WORDS]);
  const type = word === undefined ? undefined : WORDS.get(word);
  if (word === undefined || type === undefined) return undefined;
  const meant = { ...first, image: word, tokenType: type, tokenTypeIdx: type.tokenTypeIdx! };
  const { tree, error: still } = attempt("item", [meant, ...tokens.slice(1)]);
  if (still !== undefined) return undefined;
  explainHere({ rule: "item", error }, tokens, piece, "", work);
  return toItem(tree, work.docs);
}

function readLateEdition(piece: Piece, work: Work): Item[] {
  work.diagnostics.report("E0105", tokenSpan(piece.tokens[0]), {
    message: "`ham 1` stands once, at the top of the file",
    label: "too late here",
    help: ["it must come before every declaration"],
  });
  return piece.tokens.length > 2 ? [broken(piece.tokens.slice(2))] : [];
}
