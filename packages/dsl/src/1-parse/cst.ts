/**
 * Typed access to chevrotain's concrete syntax tree, whose children are lists of tokens and nodes
 * under the names of their kinds. Only trees without errors are read, so what the grammar demands
 * is there.
 */
import { invariant } from "@hamlet/graph";
import type { CstElement, CstNode, IToken } from "chevrotain";
import type { Span } from "../source.ts";

const isNode = (element: CstElement): element is CstNode => "children" in element;

/** All child nodes of a rule, in order. */
export function nodes(node: CstNode, rule: string): CstNode[] {
  return (node.children[rule] ?? []).filter(isNode);
}

/** The first child node of a rule, if any. */
export function maybeNode(node: CstNode, rule: string): CstNode | undefined {
  return nodes(node, rule)[0];
}

/** The `position`-th child node of a rule, which the grammar demands. */
export function theNode(node: CstNode, rule: string, position = 0): CstNode {
  const child = nodes(node, rule)[position];
  invariant(child !== undefined, `no ${rule} in the syntax of ${node.name}`);
  return child;
}

/** All child tokens of the given types, in the order of the text. */
export function tokens(node: CstNode, ...types: string[]): IToken[] {
  return types
    .flatMap((type) => node.children[type] ?? [])
    .filter((element): element is IToken => !isNode(element))
    .sort((a, b) => a.startOffset - b.startOffset);
}

/** The first child token of the given types, if any. */
export function maybeToken(node: CstNode, ...types: string[]): IToken | undefined {
  return tokens(node, ...types)[0];
}

/** The `position`-th child token of a type, which the grammar demands. */
export function theToken(node: CstNode, type: string, position = 0): IToken {
  const child = tokens(node, type)[position];
  invariant(child !== undefined, `no ${type} in the syntax of ${node.name}`);
  return child;
}

/** The only child, for rules that are a choice between others. */
export function onlyNode(node: CstNode): CstNode {
  const child = Object.values(node.children).flat().find(isNode);
  invariant(child !== undefined, `the syntax of ${node.name} is empty`);
  return child;
}

/** The text of a token as one of the texts it can have. */
export function oneOf<T extends string>(choices: readonly T[], token: IToken): T {
  const choice = choices.find((text) => text === token.image);
  invariant(choice !== undefined, `the parser took ${token.image} for one of ${choices.join(" ")}`);
  return choice;
}

/** Where a token stands. */
export function tokenSpan(token: IToken): Span {
  return { start: token.startOffset, end: token.endOffset! + 1 };
}

/** Where a node stands. */
export function nodeSpan(node: CstNode): Span {
  const { startOffset, endOffset } = node.location!;
  return { start: startOffset, end: endOffset! + 1 };
}
