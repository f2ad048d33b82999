// An expression as text, written as in a `.ham` file.

import { contains } from "../expr/depends.ts";
import { isLit, isValue, lit, mul, pow } from "../expr/expr.ts";
import type { Apply, Dim, Expr, Index, Lit, Reduce, Softmax, Tensor } from "../expr/types.ts";

/** How tightly an operator binds; a part that binds less is put in parentheses. */
const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  sum: 5,
  product: 6,
  unary: 7,
  power: 8,
  atom: 9,
};

interface Printed {
  readonly text: string;
  readonly level: number;
}

const INFIX: Partial<Record<Apply["op"], [string, number]>> = {
  or: ["or", LEVEL.or],
  and: ["and", LEVEL.and],
  eq: ["==", LEVEL.compare],
  ne: ["!=", LEVEL.compare],
  lt: ["<", LEVEL.compare],
  le: ["<=", LEVEL.compare],
};

/** What things are called, for a text that is to be compiled again. */
export interface TextOptions {
  /** Different indices must get different names; see {@link freshNames}. */
  readonly index: (index: Index) => string;
  readonly tensor: (tensor: Tensor) => string;
  /** A name, or a formula for a dim that has none. */
  readonly dim: (dim: Dim) => string;
}

/** The text of an expression, in the notation of the language. */
export function printText(expr: Expr, options?: TextOptions): string {
  return print(expr, options === undefined ? forPeople() : { ...options, compiles: true }).text;
}

interface Names extends TextOptions {
  /** Whether every index must have a dim that the text tells. */
  readonly compiles: boolean;
}

/** Two different indices of one name are told apart by primes, which only people can read. */
function forPeople(): Names {
  return {
    index: namer((name) => `${name}′`),
    tensor: ({ name }) => name,
    dim: ({ name }) => name,
    compiles: false,
  };
}

/** Names indices so that no two have one name, and none has a name that is `taken`. */
export function freshNames(taken: ReadonlySet<string>): (index: Index) => string {
  return namer((_, first, attempt) => `${first}${attempt}`, taken);
}

function namer(
  next: (name: string, first: string, attempt: number) => string,
  taken: ReadonlySet<string> = new Set(),
): (index: Index) => string {
  const names = new Map<Index, string>();
  const used = new Set(taken);
  return (index) => {
    let name = names.get(index);
    if (name === undefined) {
      name = index.name;
      for (let attempt = 2; used.has(name); attempt++) name = next(name, index.name, attempt);
      names.set(index, name);
      used.add(name);
    }
    return name;
  };
}

/** `i`, or `i: D` where nothing that it walks says so. */
function binderText(index: Index, node: Reduce | Softmax, names: Names): string {
  const name = names.index(index);
  if (!names.compiles || walks(node.body, index)) return name;
  if (node.where !== null && walks(node.where, index)) return name;
  return `${name}: ${names.dim(index.dim)}`;
}

function walks(expr: Expr, index: Index): boolean {
  return contains(expr, (node) => node.kind === "get" && node.at.includes(index));
}

function wrap({ text, level }: Printed, atLeast: number): string {
  return level < atLeast ? `(${text})` : text;
}

function print(expr: Expr, names: Names): Printed {
  const part = (child: Expr, atLeast: number) => wrap(print(child, names), atLeast);
  switch (expr.kind) {
    case "lit":
      return { text: String(expr.value), level: expr.value < 0 ? LEVEL.unary : LEVEL.atom };
    case "size": {
      const text = names.dim(expr.dim);
      const plain = !names.compiles || /^[^\s()]+$/.test(text);
      return { text, level: plain ? LEVEL.atom : LEVEL.sum };
    }
    case "time":
      return { text: "t", level: LEVEL.atom };
    case "position":
      return { text: names.index(expr.index), level: LEVEL.atom };
    case "get": {
      const at = expr.at.map((index) => (typeof index === "number" ? index : names.index(index)));
      const name = names.tensor(expr.tensor);
      return { text: at.length === 0 ? name : `${name}[${at.join(", ")}]`, level: LEVEL.atom };
    }
    case "select":
      return {
        text: `select(${[expr.condition, expr.whenTrue, expr.whenFalse].map((e) => part(e, 0)).join(", ")})`,
        level: LEVEL.atom,
      };
    case "reduce":
    case "softmax": {
      const op = expr.kind === "softmax" ? "softmax" : expr.op;
      const guard = expr.where === null ? "" : ` where ${part(expr.where, 0)}`;
      const binders = expr.over.map((index) => binderText(index, expr, names)).join(", ");
      return {
        text: `${op}[${binders}${guard}] ${part(expr.body, LEVEL.product)}`,
        level: LEVEL.product,
      };
    }
    case "apply":
      return printApply(expr, part);
  }
}

function printApply(expr: Apply, part: (child: Expr, atLeast: number) => string): Printed {
  const infix = INFIX[expr.op];
  if (infix !== undefined) {
    const [sign, level] = infix;
    return { text: expr.args.map((arg) => part(arg, level + 1)).join(` ${sign} `), level };
  }
  switch (expr.op) {
    case "add":
      return { text: printSum(expr.args, part), level: LEVEL.sum };
    case "mul":
      return { text: printProduct(expr.args, part), level: LEVEL.product };
    case "pow": {
      const [base, exponent] = expr.args;
      if (isDivisor(exponent)) {
        return { text: printProduct([expr], part), level: LEVEL.product };
      }
      return {
        text: `${part(base, LEVEL.atom)}^${part(exponent, LEVEL.unary)}`,
        level: LEVEL.power,
      };
    }
    case "not":
      return { text: `not ${part(expr.args[0], LEVEL.compare)}`, level: LEVEL.not };
    default:
      return {
        text: `${expr.op}(${expr.args.map((arg) => part(arg, 0)).join(", ")})`,
        level: LEVEL.atom,
      };
  }
}

/** A term and whether it is subtracted. */
export function signed(term: Expr): { minus: boolean; size: Expr } {
  if (term.kind === "lit" && term.value < 0) {
    return { minus: true, size: lit(-term.value) };
  }
  if (term.kind === "apply" && term.op === "mul") {
    const factor = term.args[0];
    if (isLit(factor) && factor.value < 0) return { minus: true, size: mul(lit(-1), term) };
  }
  return { minus: false, size: term };
}

function printSum(terms: readonly Expr[], part: (child: Expr, atLeast: number) => string): string {
  // A leading plus reads better than a leading minus.
  const parts = terms.map(signed).sort((a, b) => Number(a.minus) - Number(b.minus));
  return parts
    .map(({ minus, size }, i) => {
      const text = part(size, LEVEL.product);
      if (i === 0) return minus ? `-${text}` : text;
      return `${minus ? "-" : "+"} ${text}`;
    })
    .join(" ");
}

/** Whole negative powers are divisions; `x^-0.5` is no whole power of anything. */
function isDivisor(exponent: Expr): exponent is Lit {
  return isLit(exponent) && exponent.value < 0 && Number.isInteger(exponent.value);
}

/** Splits a product into what stands above and below the fraction bar. */
export function fraction(
  factors: readonly Expr[],
  divides: (exponent: Expr) => exponent is Lit = isDivisor,
): { above: Expr[]; below: Expr[] } {
  const above: Expr[] = [];
  const below: Expr[] = [];
  for (const factor of factors) {
    const [base, exponent] =
      factor.kind === "apply" && factor.op === "pow" ? factor.args : [factor, lit(1)];
    if (divides(exponent)) below.push(pow(base, lit(-exponent.value)));
    else above.push(factor);
  }
  return { above, below };
}

function printProduct(
  factors: readonly Expr[],
  part: (child: Expr, atLeast: number) => string,
): string {
  const { above, below } = fraction(factors);
  let sign = "";
  if (above.length > 0 && isValue(above[0], -1)) {
    sign = "-";
    above.shift();
  }
  // A reduction swallows everything to its right, so it goes last or into parentheses.
  const open = (e: Expr) => e.kind === "reduce" || e.kind === "softmax";
  const ordered =
    below.length > 0 ? above : [...above.filter((e) => !open(e)), ...above.filter(open)];
  const tops = ordered.map((factor, i) =>
    part(
      factor,
      open(factor) && (i < ordered.length - 1 || below.length > 0) ? LEVEL.atom : LEVEL.product,
    ),
  );
  let text = sign + (tops.length === 0 ? "1" : tops.join(" * "));
  for (const factor of below) text += ` / ${part(factor, LEVEL.unary)}`;
  return text;
}
