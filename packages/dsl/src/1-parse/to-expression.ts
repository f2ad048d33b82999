/** Concrete to abstract syntax: expressions, names and everything that holds them. */
import type { CstNode, IToken } from "chevrotain";
import { type Span, spanOver } from "../source.ts";
import type {
  Arg,
  Binary,
  Binder,
  Expression,
  Index,
  Name,
  NumberLiteral,
  Path,
  Reference,
  Shape,
  StringLiteral,
  Target,
} from "./ast.ts";
import {
  maybeNode,
  maybeToken,
  nodes,
  nodeSpan,
  oneOf,
  theNode,
  theToken,
  tokens,
  tokenSpan,
} from "./cst.ts";

const COMPARISONS = ["EqualsEquals", "NotEquals", "Less", "LessEquals", "Greater", "GreaterEquals"];
const BINARY_OPS = [
  "+",
  "-",
  "*",
  "/",
  "^",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
] as const;
const REDUCE_OPS = ["sum", "mean", "prod", "logsumexp", "max", "min"] as const;
const REDUCERS = ["Sum", "Mean", "Prod", "Logsumexp", "Max", "Min"];

/** A name from its token. */
export function toName(token: IToken): Name {
  return { text: token.image, span: tokenSpan(token) };
}

/** A dotted name from a `path` node. */
export function toPath(node: CstNode): Path {
  return { segments: tokens(node, "Name").map(toName), span: nodeSpan(node) };
}

/** A number from its token. */
export function toNumber(token: IToken): NumberLiteral {
  const raw = token.image;
  return { kind: "number", value: Number(raw.replaceAll("_", "")), raw, span: tokenSpan(token) };
}

/** A text from its token. */
export function toString(token: IToken): StringLiteral {
  return { kind: "string", value: unquote(token.image), raw: token.image, span: tokenSpan(token) };
}

/** The value of a quoted text. Unknown escapes were reported by the lexer and stand for themselves. */
export function unquote(raw: string): string {
  const escapes: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
  return raw
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gu, (_, hex?: string, letter?: string) =>
      hex === undefined ? (escapes[letter!] ?? letter!) : String.fromCharCode(parseInt(hex, 16)),
    );
}

/** The expression under an `expression` node. */
export function toExpression(node: CstNode): Expression {
  return chain(nodes(node, "conjunction").map(toConjunction), tokens(node, "Or"));
}

function toConjunction(node: CstNode): Expression {
  return chain(nodes(node, "negation").map(toNegation), tokens(node, "And"));
}

function toNegation(node: CstNode): Expression {
  return tokens(node, "Not").reduceRight<Expression>(
    (operand, not) => {
      const opSpan = tokenSpan(not);
      return { kind: "unary", op: "not", operand, opSpan, span: spanOver(opSpan, operand.span) };
    },
    toComparison(theNode(node, "comparison")),
  );
}

function toComparison(node: CstNode): Expression {
  return chain(nodes(node, "sum").map(toSum), tokens(node, ...COMPARISONS));
}

function toSum(node: CstNode): Expression {
  return chain(nodes(node, "product").map(toProduct), tokens(node, "Plus", "Minus"));
}

function toProduct(node: CstNode): Expression {
  return chain(nodes(node, "unary").map(toUnary), tokens(node, "Times", "Over"));
}

/** Operands and the operators between them, associated to the left. */
function chain(operands: Expression[], operators: IToken[]): Expression {
  return operators.reduce(
    (left, operator, index) => binary(left, operator, operands[index + 1]),
    operands[0],
  );
}

function binary(left: Expression, operator: IToken, right: Expression): Binary {
  return {
    kind: "binary",
    op: oneOf(BINARY_OPS, operator),
    left,
    right,
    opSpan: tokenSpan(operator),
    span: spanOver(left.span, right.span),
  };
}

function toUnary(node: CstNode): Expression {
  const minus = maybeToken(node, "Minus");
  if (minus !== undefined) {
    const operand = toUnary(theNode(node, "unary"));
    return { kind: "unary", op: "-", operand, opSpan: tokenSpan(minus), span: nodeSpan(node) };
  }
  const reduce = maybeNode(node, "reduce");
  return reduce === undefined ? toPower(theNode(node, "power")) : toReduce(reduce);
}

function toReduce(node: CstNode): Expression {
  const operator = tokens(node, ...REDUCERS)[0];
  const where = maybeNode(node, "expression");
  return {
    kind: "reduce",
    op: oneOf(REDUCE_OPS, operator),
    binders: toBinders(theNode(node, "binders")),
    ...(where === undefined ? {} : { where: toExpression(where) }),
    body: toProduct(theNode(node, "product")),
    opSpan: tokenSpan(operator),
    span: nodeSpan(node),
  };
}

function toPower(node: CstNode): Expression {
  const base = toPrimary(theNode(node, "primary"));
  const caret = maybeToken(node, "Caret");
  return caret === undefined ? base : binary(base, caret, toUnary(theNode(node, "unary")));
}

function toPrimary(node: CstNode): Expression {
  const span = nodeSpan(node);
  const number = maybeToken(node, "Number");
  if (number !== undefined) return toNumber(number);
  const string = maybeToken(node, "String");
  if (string !== undefined) return toString(string);
  if (maybeToken(node, "LParen") !== undefined) {
    return { ...toExpression(theNode(node, "expression")), span };
  }
  if (maybeToken(node, "LSquare") !== undefined) {
    return { kind: "list", elements: nodes(node, "expression").map(toExpression), span };
  }
  return toReference(node, span);
}

function toReference(node: CstNode, span: Span): Reference {
  const path = maybeNode(node, "path");
  const word = maybeToken(node, "Max", "Min");
  const indices = maybeNode(node, "indices");
  const before = maybeToken(node, "Before");
  return {
    kind: "reference",
    ...(before === undefined ? {} : { before: tokenSpan(before) }),
    path:
      word === undefined || path !== undefined
        ? toPath(path!)
        : { segments: [toName(word)], span: tokenSpan(word) },
    ...toArgs(maybeNode(node, "args")),
    ...(indices === undefined
      ? {}
      : { indices: toIndices(indices), indicesSpan: nodeSpan(indices) }),
    span,
  };
}

/** Arguments and their span, or nothing without parentheses. */
export function toArgs(node: CstNode | undefined): { args?: Arg[]; argsSpan?: Span } {
  if (node === undefined) return {};
  const args = nodes(node, "arg").map((arg): Arg => {
    const name = maybeToken(arg, "Name");
    return {
      kind: "arg",
      ...(name === undefined ? {} : { name: toName(name) }),
      value: toExpression(theNode(arg, "expression")),
      span: nodeSpan(arg),
    };
  });
  return { args, argsSpan: nodeSpan(node) };
}

function toIndices(node: CstNode): Index[] {
  return nodes(node, "index").map((index): Index => {
    const span = nodeSpan(index);
    const number = maybeToken(index, "Number");
    if (number !== undefined) {
      const { value, raw } = toNumber(number);
      return { kind: "number", value, raw, span };
    }
    const name = toName(theToken(index, "Name"));
    return name.text === "_" ? { kind: "whole", span } : { kind: "name", name, span };
  });
}

/** Bound indices from a `binders` node. */
export function toBinders(node: CstNode): Binder[] {
  return nodes(node, "binder").map((binder) => {
    const dim = maybeNode(binder, "path");
    return {
      kind: "binder",
      name: toName(theToken(binder, "Name")),
      ...(dim === undefined ? {} : { dim: toPath(dim) }),
      span: nodeSpan(binder),
    };
  });
}

/** A shape from a `shape` node. */
export function toShape(node: CstNode): Shape {
  return { kind: "shape", axes: nodes(node, "sum").map(toSum), span: nodeSpan(node) };
}

/** What a recall or test line acts on, from a `target` node. */
export function toTarget(node: CstNode): Target {
  const indices = maybeNode(node, "indices");
  return {
    kind: "target",
    path: toPath(theNode(node, "path")),
    ...(indices === undefined ? {} : { indices: toIndices(indices) }),
    span: nodeSpan(node),
  };
}
