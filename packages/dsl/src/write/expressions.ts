// Expressions and shapes of a graph as text that compiles to them again.

import {
  contains,
  type Dim,
  type Expr,
  freshNames,
  HamError,
  type Index,
  printText,
  signed,
} from "@hamlet/graph";
import { isNeverTrue } from "../2-lower/never-true.ts";
import type { FileNames } from "./names.ts";

/** Functions of the graph that the language has no word for. */
const UNWRITABLE = new Set(["sign", "step"]);

/** Writes expressions of one declaration; indices keep their names throughout it. */
export interface ExpressionWriter {
  /** The text of an expression; `where` says what it belongs to, for a message. */
  readonly text: (expr: Expr) => string;
  readonly index: (index: Index) => string;
}

/** A writer for one declaration. */
export function expressionWriter(names: FileNames, owner: string): ExpressionWriter {
  const index = freshNames(names.taken);
  return {
    index,
    text(expr) {
      assertWritable(expr, owner);
      return printText(expr, {
        index,
        tensor: (tensor) => names.tensor(tensor),
        dim: (dim) => dimName(dim, names),
      });
    },
  };
}

/** A condition; one whose value is known already is no comparison any more, but has to look like one. */
export function conditionText(condition: Expr, text: ExpressionWriter["text"]): string {
  if (condition.kind !== "lit") return text(condition);
  return condition.value === 0 ? "1 < 0" : "0 < 1";
}

function assertWritable(expr: Expr, owner: string): void {
  contains(expr, (node) => {
    const what = unwritable(node);
    if (what !== null) cannotWrite(owner, what);
    return false;
  });
}

function unwritable(node: Expr): string | null {
  switch (node.kind) {
    case "select":
      return "a choice between two values (`select`)";
    case "reduce":
      return node.where !== null && isNeverTrue(node.where) ? "a guard that is never true" : null;
    case "softmax":
      return "a normalised exponential (`softmax[…]`)";
    case "lit":
      return Number.isFinite(node.value) ? null : `the number ${node.value}`;
    case "apply":
      return UNWRITABLE.has(node.op) ? `the function \`${node.op}\`` : null;
    default:
      return null;
  }
}

/** Says that a graph has no `.ham` text. */
export function cannotWrite(owner: string, what: string): never {
  throw new HamError(
    "dsl/not-writable",
    `This model cannot be written as one .ham file: ${owner} uses ${what}, which the language has no notation for. Print it as JSON instead.`,
    { owner },
  );
}

/** `[K, D]`, or nothing for a number. */
export function shapeText(axes: readonly Dim[], names: FileNames): string {
  if (axes.length === 0) return "";
  return `[${axes.map((dim) => dimName(dim, names)).join(", ")}]`;
}

/** The name of a dim, or its size where it has none. */
function dimName(dim: Dim, names: FileNames): string {
  return names.dim(dim) ?? dimFormula(dim, names);
}

/** A size as shapes and dims may have it: whole powers are written as products. */
export function sizeText(size: Expr, names: FileNames): string {
  return sizeParts(size, names).text;
}

function dimFormula(dim: Dim, names: FileNames): string {
  if (dim.size === null) cannotWrite(`the axis "${dim.name}"`, "a size without a declaration");
  return sizeText(dim.size, names);
}

/** A size, and whether it can be a factor as it is. */
function sizeParts(size: Expr, names: FileNames): { text: string; tight: boolean } {
  if (size.kind === "lit" && size.value >= 0) return { text: String(size.value), tight: true };
  if (size.kind === "size") {
    const name = names.dim(size.dim);
    if (name !== undefined) return { text: name, tight: true };
    return { text: dimFormula(size.dim, names), tight: false };
  }
  if (size.kind === "apply") {
    const [first] = size.args;
    if (size.op === "add") return { text: sumOfSizes(size.args, names), tight: false };
    if (size.op === "ceil") return { text: `ceil(${sizeText(first, names)})`, tight: true };
    if (size.op === "mul" || size.op === "pow") {
      return { text: productOfSizes([size], names), tight: false };
    }
  }
  cannotWrite("a dim", "a size that is no arithmetic of dims");
}

/** Sizes have no sign of their own: what is subtracted follows what is added. */
function sumOfSizes(terms: readonly Expr[], names: FileNames): string {
  const parts = terms.map(signed).sort((a, b) => Number(a.minus) - Number(b.minus));
  return parts
    .map(({ minus, size }, i) => {
      const text = sizeText(size, names);
      const shown = minus && size.kind === "apply" && size.op === "add" ? `(${text})` : text;
      if (i === 0) return minus ? `0 - ${shown}` : shown;
      return `${minus ? "-" : "+"} ${shown}`;
    })
    .join(" ");
}

/** Whole powers are written out, for a size knows no `^`. */
function productOfSizes(factors: readonly Expr[], names: FileNames): string {
  const above: string[] = [];
  const below: string[] = [];
  const visit = (factor: Expr): void => {
    if (factor.kind === "apply" && factor.op === "mul") factor.args.forEach(visit);
    else if (factor.kind === "apply" && factor.op === "pow") {
      const [base, exponent] = factor.args;
      const times = exponent.kind === "lit" ? exponent.value : Number.NaN;
      if (!Number.isInteger(times)) cannotWrite("a dim", "a size that is no arithmetic of dims");
      for (let n = 0; n < Math.abs(times); n++) (times > 0 ? above : below).push(atom(base));
    } else above.push(atom(factor));
  };
  const atom = (expr: Expr) => {
    const { text, tight } = sizeParts(expr, names);
    return tight ? text : `(${text})`;
  };
  factors.forEach(visit);
  return [above.join(" * ") || "1", ...below].join(" / ");
}
