/**
 * Declarations with a block that do not parse as a whole: the head and every line are read alone,
 * so one wrong line costs one message and the other lines stay.
 */
import type { CstNode, IToken } from "chevrotain";
import { lineAt } from "../source.ts";
import type { Item } from "./ast.ts";
import { attempt, type Rule } from "./attempt.ts";
import { broken, brokenStep } from "./broken.ts";
import { tokenSpan } from "./cst.ts";
import { cutLines, ownerOf, type Piece } from "./outline.ts";
import {
  type Docs,
  toBodyItem,
  toItem,
  toNeuronSetting,
  toRecallStep,
  toTestStep,
  toTrainStep,
} from "./to-ast.ts";
import { tokenType } from "./token-types.ts";
import { explainHere, isSpoiled, type Work } from "./work.ts";

const LINE_RULES: ReadonlyMap<string, Rule> = new Map([
  ["recall", "recallItem"],
  ["train", "trainItem"],
  ["test", "testItem"],
  ["neuron", "neuronItem"],
  ["lagrangian", "bodyItem"],
  ["synapse", "bodyItem"],
]);

/** A declaration whose head is right and some of whose lines are not: every right line is kept. */
export function readBlock(
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
        explainHere({ rule, error }, line, { ...piece, next }, owner, work);
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

/** Whether a declaration of this kind has a block. */
export function hasBlock(tokens: readonly IToken[]): boolean {
  return LINE_RULES.has(ownerOf(tokens, 0));
}

/** `{` and `}` of a declaration with a block. */
export function blockOf(tokens: readonly IToken[]): { open: number; close: number } | undefined {
  const open = tokens.findIndex(
    ({ image, tokenType }) => image === "{" && tokenType.name === "LBrace",
  );
  const close = tokens.findIndex(
    ({ tokenType }, at) => at > open && tokenType.name === "RBrace" && isOuter(tokens, open, at),
  );
  return open === -1 || close !== tokens.length - 1 ? undefined : { open, close };
}

/** Whether the braces from `open` to `at` balance. */
function isOuter(tokens: readonly IToken[], open: number, at: number): boolean {
  const inside = tokens.slice(open, at + 1).map(({ tokenType }) => tokenType.name);
  const count = (name: string) => inside.filter((each) => each === name).length;
  return count("LBrace") === count("RBrace");
}

/** The tokens of a piece, with the `}` it lacks. */
export function closed({ tokens, unclosedBrace }: Piece): readonly IToken[] {
  if (unclosedBrace === undefined) return tokens;
  const last = tokens.at(-1)!;
  const type = tokenType("RBrace");
  const brace = { ...last, image: "}", tokenType: type, tokenTypeIdx: type.tokenTypeIdx! };
  return [...tokens, { ...brace, startOffset: last.endOffset! + 1, endOffset: last.endOffset! }];
}

/** E0102 for a `{`: what follows cannot be inside of it. */
export function reportUnclosedBrace(
  piece: Piece,
  brace: IToken,
  { diagnostics, lineStarts, source }: Work,
): void {
  if (!hasBlock(piece.tokens)) {
    return diagnostics.report("E0102", tokenSpan(brace), {
      message: "this `{` is never closed",
      label: "opened here",
      help: [
        "formulas are grouped with `(`; only recall, train, test, neuron, synapse and lagrangian have a block",
      ],
    });
  }
  const last = piece.tokens.at(-1)!;
  const end = last.endOffset! + 1;
  const line = lineAt(lineStarts, last.startOffset);
  const owner = ownerOf(piece.tokens, 0);
  const inside = owner === "neuron" ? "a neuron's block" : `a ${owner} block`;
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
