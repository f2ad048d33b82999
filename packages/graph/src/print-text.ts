// An expression as text, written as in a `.ham` file.

import { isLit, isValue, lit, mul, pow } from "./expr.ts";
import type { Apply, Expr, Index } from "./types.ts";

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

/** The text of an expression, in the notation of the language. */
export function printText(expr: Expr): string {
  return print(expr, namer()).text;
}

type Name = (index: Index) => string;

/** Names indices; two different indices of one name are told apart by primes. */
function namer(): Name {
  const names = new Map<Index, string>();
  return (index) => {
    let name = names.get(index);
    if (name === undefined) {
      name = index.name;
      while ([...names.values()].includes(name)) name += "′";
      names.set(index, name);
    }
    return name;
  };
}

function wrap({ text, level }: Printed, atLeast: number): string {
  return level < atLeast ? `(${text})` : text;
}

function print(expr: Expr, name: Name): Printed {
  const part = (child: Expr, atLeast: number) => wrap(print(child, name), atLeast);
  switch (expr.kind) {
    case "lit":
      return { text: String(expr.value), level: expr.value < 0 ? LEVEL.unary : LEVEL.atom };
    case "size":
      return { text: expr.dim.name, level: LEVEL.atom };
    case "time":
      return { text: "t", level: LEVEL.atom };
    case "position":
      return { text: name(expr.index), level: LEVEL.atom };
    case "get": {
      const at = expr.at.map((index) => (typeof index === "number" ? index : name(index)));
      const text = at.length === 0 ? expr.tensor.name : `${expr.tensor.name}[${at.join(", ")}]`;
      return { text, level: LEVEL.atom };
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
      const binders = expr.over.map(name).join(", ");
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
      if (isLit(exponent) && exponent.value < 0) {
        return { text: printProduct([expr], part), level: LEVEL.product };
      }
      return {
        text: `${part(base, LEVEL.atom)}^${part(exponent, LEVEL.unary)}`,
        level: LEVEL.power,
      };
    }
    case "not":
      return { text: `not ${part(expr.args[0], LEVEL.not)}`, level: LEVEL.not };
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

/** Splits a product into what stands above and below the fraction bar. */
export function fraction(factors: readonly Expr[]): { above: Expr[]; below: Expr[] } {
  const above: Expr[] = [];
  const below: Expr[] = [];
  for (const factor of factors) {
    const [base, exponent] =
      factor.kind === "apply" && factor.op === "pow" ? factor.args : [factor, lit(1)];
    if (isLit(exponent) && exponent.value < 0) below.push(pow(base, lit(-exponent.value)));
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
