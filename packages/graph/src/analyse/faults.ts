// Where does a formula ask for a value or a slope that does not exist, at a given state?
//
// The answers are conditions and numbers, to be evaluated at the state. What each operation asks
// for is in `domain.ts`.

import { apply, children, isLit, lit, reduce, select } from "../expr/expr.ts";
import type { Expr } from "../expr/types.ts";
import { and, not, somewhere, TRUE, truth } from "./conditions.ts";
import { domainOf } from "./domain.ts";

/** A part of a formula that may be asked for what it does not have. */
export interface PossibleFault {
  /**
   * `value`: no value for this argument. `slope`: the value exists, its derivative does not, as of a
   * root at 0. `empty`: a `where` leaves nothing. `overflow`: more than a number of its format holds. `input`: an
   * entry of a tensor that is itself not finite.
   */
  readonly kind: "value" | "slope" | "empty" | "overflow" | "input";
  readonly node: Expr;
  /** The operation in a sentence, such as "`log`" or "a division". */
  readonly name: string;
  /** What is asked of the argument, in words that follow "only where it is"; empty for others. */
  readonly demand: string;
  /** What it is asked of; the guard where that leaves nothing. */
  readonly argument: Expr;
  /** 1 where it happens in some entry that counts. */
  readonly happens: Expr;
  /** The smallest argument for which it happens; null where a number says nothing. */
  readonly found: Expr | null;
  /** The parts around it, from the inside out. */
  readonly within: readonly Expr[];
}

/** The largest number of each format, a little less, and the largest with an exponential. */
export const NUMBER_FORMATS = {
  float32: { largest: 3.4e38, largestExponent: 88.722 },
  float64: { largest: 1.79e308, largestExponent: 709.78 },
} as const;

/** What numbers are computed in. */
export type NumberFormat = keyof typeof NUMBER_FORMATS;

/**
 * Every part of a formula that has no finite value, or no finite slope, for some arguments:
 * innermost first, so that the first that happens is where things go wrong.
 * @param format - what it is computed in; default float32.
 */
export function possibleFaults(root: Expr, format: NumberFormat = "float32"): PossibleFault[] {
  const found: PossibleFault[] = [];
  const seen = new Set<Expr>();
  const visit = (node: Expr, reached: Expr, within: readonly Expr[]): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const around = [node, ...within];
    if (node.kind === "reduce" || node.kind === "softmax") {
      visit(node.body, and(reached, truth(node.where)), around);
      if (node.where !== null) visit(node.where, reached, around);
    } else if (node.kind === "select") {
      visit(node.condition, reached, around);
      visit(node.whenTrue, and(reached, truth(node.condition)), around);
      visit(node.whenFalse, and(reached, not(truth(node.condition))), around);
    } else for (const child of children(node)) visit(child, reached, around);
    for (const { broken, counts, ...fault } of faultsOf(node, format)) {
      const happens = and(reached, broken);
      const smallest = select(happens, fault.argument, lit(Infinity));
      found.push({
        ...fault,
        node,
        happens: somewhere(happens.free, happens),
        found: counts ? lowest(smallest) : null,
        within,
      });
    }
  };
  visit(root, TRUE, []);
  return found;
}

function lowest(expr: Expr): Expr {
  return expr.free.length === 0 ? expr : reduce("min", expr.free, expr);
}

interface OwnFault extends Pick<PossibleFault, "kind" | "name" | "demand" | "argument"> {
  readonly broken: Expr;
  /** Whether the argument that was found says something. */
  readonly counts: boolean;
}

function faultsOf(node: Expr, format: NumberFormat): OwnFault[] {
  const { largest, largestExponent } = NUMBER_FORMATS[format];
  if (node.kind === "get") {
    const broken = not(apply("le", apply("abs", node), lit(largest)));
    const name = `\`${node.tensor.name}\``;
    return [{ kind: "input", name, demand: "", argument: node, broken, counts: false }];
  }
  const { name, op, argument, value, slope } = domainOf(node);
  if (argument === null) return [];
  if (node.kind === "reduce") {
    if (value === null) return [];
    const broken = not(somewhere(node.over, truth(argument)));
    return [{ kind: "empty", name, demand: "", argument, broken, counts: false }];
  }
  if (op === "exp") {
    const broken = apply("lt", lit(largestExponent), argument);
    return [{ kind: "overflow", name, demand: "", argument, broken, counts: true }];
  }
  const counted = op === "division" ? countedBy(argument) : null;
  if (counted !== null) {
    const broken = apply("eq", argument, lit(0));
    return [
      { kind: "empty", name: "`mean`", demand: "", argument: counted, broken, counts: false },
    ];
  }
  const own = (kind: "value" | "slope", demand: typeof value): OwnFault[] =>
    demand === null
      ? []
      : [
          {
            kind,
            name,
            demand: demand.words,
            argument,
            broken: demand.broken(argument),
            counts: true,
          },
        ];
  return [...own("value", value), ...(slope === value ? [] : own("slope", slope))];
}

/** The guard whose entries an expression counts, as a mean does; null for another expression. */
function countedBy(expr: Expr): Expr | null {
  const counts = expr.kind === "reduce" && expr.op === "sum" && isLit(expr.body);
  return counts ? expr.where : null;
}
