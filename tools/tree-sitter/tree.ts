// A tree as tree-sitter would print it, with the place of every named node, and the tree that our own
// parser has of a text, in the same form.

import { attempt } from "../../packages/dsl/src/1-parse/attempt.ts";
import { lex } from "../../packages/dsl/src/1-parse/lex.ts";
import { outline } from "../../packages/dsl/src/1-parse/outline.ts";
import { parse } from "../../packages/dsl/src/1-parse/parse.ts";
import { collectDiagnostics } from "../../packages/dsl/src/diagnostics/diagnostic.ts";
import { lineStarts } from "../../packages/dsl/src/source.ts";
import { LEVELS, nodeName } from "./grammar.ts";

type CstNode = NonNullable<ReturnType<typeof attempt>["tree"]>;
type IToken = Parameters<typeof attempt>[1][number];

/** A named node; offsets are of UTF-16, the end is the first one that no longer belongs. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly Node[];
}

/** A tree in one line, by which trees are compared: without the span of the file, which is everybody's own. */
export function written({ type, start, end, children }: Node): string {
  const place = type === "source_file" ? "" : ` ${start}-${end}`;
  return `(${[`${type}${place}`, ...children.map(written)].join(" ")})`;
}

/** The tree that our parser has of a text; null for one with syntax errors. */
export function parserTree(text: string): Node | null {
  const source = { name: "m.ham", text };
  if (parse(source).diagnostics.length > 0) return null;
  const { tokens } = lex(source, collectDiagnostics(source));
  const { pieces } = outline({ tokens, lineStarts: lineStarts(text) }, 2);
  const items = pieces.flatMap(({ tokens: piece }) =>
    nodesOf("item", attempt("item", piece).tree!),
  );
  const number = tokenNode("number", tokens[1]);
  return {
    type: "source_file",
    start: tokens[0].startOffset,
    end: tokens.at(-1)!.endOffset! + 1,
    children: [number, ...items],
  };
}

const TOKENS: Readonly<Record<string, string>> = {
  Name: "name",
  Number: "number",
  String: "string",
};

/** A node; a level of expressions that adds nothing is its child. */
function nodesOf(rule: string, { children, location }: CstNode): Node[] {
  const parts = Object.entries(children).flatMap(([name, all]) =>
    all.map((part) => {
      if ("children" in part) return nodesOf(name, part);
      return name in TOKENS ? [tokenNode(TOKENS[name], part)] : [];
    }),
  );
  const named = parts.flat().toSorted((a, b) => a.start - b.start);
  if (LEVELS.includes(rule) && parts.length === 1) return named;
  const { startOffset, endOffset } = location!;
  return [{ type: nodeName(rule), start: startOffset, end: endOffset! + 1, children: named }];
}

function tokenNode(type: string, { startOffset, endOffset }: IToken): Node {
  return { type, start: startOffset, end: endOffset! + 1, children: [] };
}
