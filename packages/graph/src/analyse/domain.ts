// Where operations have a finite value and a finite slope: one table, for the check before a run
// and for the words after one.

import { apply, lit } from "../expr/expr.ts";
import type { Apply, Expr, Reduce } from "../expr/types.ts";
import { excludesZero, type Interval, isNonNegative, isPositive } from "./interval.ts";
import { type Facts, makeRanges, type Ranges } from "./range.ts";
import { eachPart } from "../expr/parts.ts";

/** What an argument must be. */
export interface Demand {
  /** In words that follow "the argument must be": `above 0`. */
  readonly words: string;
  /** Whether every number of an interval is such a one. */
  readonly holds: (range: Interval) => boolean;
  /** Where an argument is not such a one, as a condition. */
  readonly broken: (argument: Expr) => Expr;
}

/** The domain of one operation, as it stands in an expression. */
export interface Domain {
  /** Its name in a sentence, such as "`log`" or "a division". */
  readonly name: string;
  readonly op: "log" | "sqrt" | "division" | "power" | "exp" | "reduction" | "other";
  /** The part that the demands are about; null where none is. */
  readonly argument: Expr | null;
  /** What the argument must be for a value; null where any number will do. */
  readonly value: Demand | null;
  /** What it must be for a finite slope; null where any number will do. */
  readonly slope: Demand | null;
}

const ABOVE_ZERO: Demand = {
  words: "above 0",
  holds: isPositive,
  broken: (x) => apply("le", x, lit(0)),
};
const NOT_NEGATIVE: Demand = {
  words: "0 or above",
  holds: isNonNegative,
  broken: (x) => apply("lt", x, lit(0)),
};
const NOT_ZERO: Demand = {
  words: "other than 0",
  holds: excludesZero,
  broken: (x) => apply("eq", x, lit(0)),
};
/** About the guard of a reduction: 0 is false. */
const NOT_EMPTY: Demand = {
  words: "true for at least one entry",
  holds: excludesZero,
  broken: (x) => apply("eq", x, lit(0)),
};

/** The domain of the operation at the root of `expr`; `range` knows of exponents that vary. */
export function domainOf(expr: Expr, range: Ranges = makeRanges()): Domain {
  if (expr.kind === "reduce") return domainOfReduction(expr);
  if (expr.kind === "apply") return domainOfFunction(expr, range);
  const name = expr.kind === "softmax" ? "`softmax`" : `a ${expr.kind}`;
  return { name, op: "other", argument: null, value: null, slope: null };
}

function domainOfReduction({ op, where }: Reduce): Domain {
  const name = `\`${op}\``;
  // A sum of nothing is 0 and a product 1; the others have nothing to give.
  const demand = op === "sum" || op === "prod" || where === null ? null : NOT_EMPTY;
  return {
    name,
    op: "reduction",
    argument: where,
    value: demand,
    slope: demand,
  };
}

function domainOfFunction({ op, args }: Apply, range: Ranges): Domain {
  const [argument] = args;
  const plain = { name: `\`${op}\``, argument };
  switch (op) {
    case "log":
      return { ...plain, op, value: ABOVE_ZERO, slope: ABOVE_ZERO };
    case "sqrt":
      return { ...plain, op, value: NOT_NEGATIVE, slope: ABOVE_ZERO };
    case "exp":
      return { ...plain, op, value: null, slope: null };
    case "pow":
      return domainOfPower(argument, args[1], range);
    case "add":
    case "mul": {
      const name = op === "add" ? "a sum" : "a product";
      return { ...plain, name, op: "other", value: null, slope: null };
    }
    default:
      return { ...plain, op: "other", value: null, slope: null };
  }
}

function domainOfPower(argument: Expr, exponent: Expr, range: Ranges): Domain {
  const { low, high } = range(exponent);
  if ((low === high && Number.isInteger(low)) || isWhole(exponent)) {
    if (low >= 0) return { argument, name: "a power", op: "power", value: null, slope: null };
    return { argument, name: "a division", op: "division", value: NOT_ZERO, slope: NOT_ZERO };
  }
  const name =
    low === high ? `a power of ${Number(low.toPrecision(4))}` : "a power that may be broken";
  const value = low < 0 ? ABOVE_ZERO : NOT_NEGATIVE;
  return { argument, name, op: "power", value, slope: low < 1 ? ABOVE_ZERO : value };
}

/** An argument that may leave the domain of its function. */
export interface DomainRisk {
  readonly node: Expr;
  readonly op: "log" | "sqrt" | "division" | "power";
  readonly argument: Expr;
  /** What is known of the argument. */
  readonly range: Interval;
}

/** Every `log`, root, division and power in `expr` whose argument may be outside its domain. */
export function checkDomains(expr: Expr, facts: Facts = new Map()): DomainRisk[] {
  const range = makeRanges(facts);
  const risks: DomainRisk[] = [];
  const judge = (node: Expr): void => {
    const { op, argument, value } = domainOf(node, range);
    if (argument === null || value === null || op === "other" || op === "exp") return;
    // Whether a mask is empty is a matter of the data.
    if (op === "reduction" || value.holds(range(argument))) return;
    risks.push({ node, op, argument, range: range(argument) });
  };
  eachPart([expr], () => true, judge);
  return risks;
}

/** Whether an expression is a whole number whatever the data: `n`, `2 * n + 1` of an `int`. */
export function isWhole(expr: Expr): boolean {
  switch (expr.kind) {
    case "lit":
      return Number.isInteger(expr.value);
    case "get":
      return expr.tensor.elem !== "real";
    case "size":
    case "position":
      return true;
    case "apply":
      return (expr.op === "add" || expr.op === "mul") && expr.args.every(isWhole);
    default:
      return false;
  }
}
