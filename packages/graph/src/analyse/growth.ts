// How fast an expression can grow in the activations of layers that are not bounded.
//
// Growth is a list of monomials: "x̂^a ŷ^b" bounds the expression by C(1 + Σ |x̂|^a |ŷ|^b). It is
// followed upwards (how fast the expression can rise) and downwards (how fast it can fall)
// separately, because only a fall can take the energy below every bound. What reads no growing layer
// is fixed, but for the logarithms and negative powers that a bounded layer can bring to 0.

import { moves } from "../expr/depends.ts";
import { mul } from "../expr/expr.ts";
import type { Apply, Expr, Tensor } from "../expr/types.ts";
import { entropyIn } from "./entropy.ts";
import { isNonNegative, isNonPositive } from "./interval.ts";
import type { Ranges } from "./range.ts";

/** The exponent of each tensor. The empty monomial is a constant. */
export type Monomial = ReadonlyMap<Tensor, number>;

/** How fast an expression rises and falls; null where no power bounds it. */
export interface Growth {
  readonly up: readonly Monomial[] | null;
  readonly down: readonly Monomial[] | null;
}

const CONSTANT: readonly Monomial[] = [new Map()];

/** Longer lists are given up: nothing is promised then. */
const MOST = 200;

/** The growth of an expression in the tensors that `growing` accepts; all others are fixed. */
export function growthOf(expr: Expr, growing: (tensor: Tensor) => boolean, range: Ranges): Growth {
  const done = new Map<Expr, Growth>();
  const visit = (node: Expr): Growth => {
    let result = done.get(node);
    if (result === undefined) {
      const { up, down } = growthOfNode(node, visit, growing, range);
      const { low, high } = range(node);
      result = {
        up: Number.isFinite(high) ? CONSTANT : up,
        down: Number.isFinite(low) ? CONSTANT : down,
      };
      done.set(node, result);
    }
    return result;
  };
  return visit(expr);
}

function growthOfNode(
  node: Expr,
  visit: (node: Expr) => Growth,
  growing: (tensor: Tensor) => boolean,
  range: Ranges,
): Growth {
  switch (node.kind) {
    case "get": {
      const own = growing(node.tensor) ? [new Map([[node.tensor, 1]])] : CONSTANT;
      return { up: own, down: own };
    }
    case "select":
      return either([visit(node.whenTrue), visit(node.whenFalse)]);
    case "reduce": {
      const body = visit(node.body);
      // Of no entries the largest is −∞ and the least ∞.
      if (node.op !== "sum" && node.op !== "prod" && node.where !== null && moves(node.where)) {
        return node.op === "min" ? { ...body, up: null } : { ...body, down: null };
      }
      // A product of n entries has n times their degree, and n is not known here.
      if (node.op !== "prod" || isFixed(body)) return body;
      return { up: null, down: null };
    }
    case "apply":
      break;
    default:
      return { up: CONSTANT, down: CONSTANT };
  }
  const parts = node.args.map(visit);
  const [x] = parts;
  if (parts.every(isFixed)) {
    if (!hasPole(node, range)) return { up: CONSTANT, down: CONSTANT };
    return { up: node.op === "log" ? CONSTANT : null, down: null };
  }
  switch (node.op) {
    case "add":
    case "max":
    case "min":
      return either(parts);
    case "mul": {
      const args = node.args.length > 2 ? withEntropies(node.args) : node.args;
      return product(args, args.map(visit), range);
    }
    case "pow": {
      const [, exponent] = node.args;
      const { low, high } = range(exponent);
      if (low !== high && !Number.isFinite(high)) return { up: null, down: null };
      const size = power(absolute(x), high);
      // Near a zero of the base a negative power has no bound; the range says so where it has one.
      return low > 0 ? { up: size, down: size } : { up: null, down: null };
    }
    case "sqrt":
      return { up: power(x.up, 0.5), down: CONSTANT };
    case "log":
      // log x < x^ε for any ε; from below only the range can help.
      return { up: power(x.up, 1e-3), down: null };
    case "exp":
      return { up: isConstant(x.up) ? CONSTANT : null, down: CONSTANT };
    case "relu":
    case "softplus":
      return { up: x.up, down: CONSTANT };
    case "abs":
    case "logcosh":
      return { up: absolute(x), down: CONSTANT };
    case "ceil":
      return x;
    default:
      return { up: CONSTANT, down: CONSTANT };
  }
}

/** Whether a layer can bring a logarithm, or the base of a negative power, to 0. */
function hasPole({ op, args: [x, exponent] }: Apply, range: Ranges): boolean {
  const { low, high } = range(x);
  if (op === "log") return low <= 0 && moves(x);
  if (op !== "pow" || range(exponent).low >= 0) return false;
  return low <= 0 && high >= 0 && (moves(x) || moves(exponent));
}

/** Factors with every x and log x in one, of which more is known than of both: x log x ≥ −1/e. */
function withEntropies(args: readonly Expr[]): readonly Expr[] {
  const pair = entropyIn(args);
  if (pair === null) return args;
  const rest = args.filter((arg) => !pair.includes(arg));
  return [mul(...pair), ...withEntropies(rest)];
}

function isConstant(monomials: Growth["up"]): boolean {
  return monomials !== null && monomials.every((monomial) => monomial.size === 0);
}

function isFixed({ up, down }: Growth): boolean {
  return isConstant(up) && isConstant(down);
}

function union(parts: readonly Growth["up"][]): Growth["up"] {
  const all: Monomial[] = [];
  for (const part of parts) {
    if (part === null) return null;
    all.push(...part.filter((monomial) => !all.some((known) => covers(known, monomial))));
  }
  return all.length > MOST ? null : all;
}

function covers(a: Monomial, b: Monomial): boolean {
  return [...b].every(([tensor, exponent]) => (a.get(tensor) ?? 0) >= exponent);
}

function either(parts: readonly Growth[]): Growth {
  return { up: union(parts.map(({ up }) => up)), down: union(parts.map(({ down }) => down)) };
}

function absolute({ up, down }: Growth): Growth["up"] {
  return union([up, down]);
}

/** (m₁ + m₂ + …)ⁿ is bounded by m₁ⁿ + m₂ⁿ + …, up to a constant. */
function power(monomials: Growth["up"], n: number): Growth["up"] {
  return (
    monomials?.map(
      (monomial) => new Map([...monomial].map(([t, exponent]) => [t, exponent * n])),
    ) ?? null
  );
}

function times(a: Growth["up"], b: Growth["up"]): Growth["up"] {
  if (a === null || b === null || a.length * b.length > MOST) return null;
  return union([
    a.flatMap((left) =>
      b.map((right) => {
        const both = new Map(left);
        for (const [tensor, exponent] of right) {
          both.set(tensor, (both.get(tensor) ?? 0) + exponent);
        }
        return both;
      }),
    ),
  ]);
}

function product(args: readonly Expr[], parts: readonly Growth[], range: Ranges): Growth {
  return args.slice(1).reduce((left, arg, k) => {
    const right = parts[k + 1];
    const before = signOf(args.slice(0, k + 1).map(range));
    const sign = signOf([range(arg)]);
    if (before === null || sign === null) {
      const size = times(absolute(left), absolute(right));
      // A factor of one sign keeps the two directions of the other apart.
      if (before !== null) return oneSided(right, absolute(left), before);
      return sign === null ? { up: size, down: size } : oneSided(left, absolute(right), sign);
    }
    const size = times(absolute(left), absolute(right));
    return before * sign > 0 ? { up: size, down: CONSTANT } : { up: CONSTANT, down: size };
  }, parts[0]);
}

function oneSided({ up, down }: Growth, factor: Growth["up"], sign: number): Growth {
  const [rising, falling] = sign > 0 ? [up, down] : [down, up];
  return { up: times(rising, factor), down: times(falling, factor) };
}

/** 1 or −1 where all factors keep their sign, else null. */
function signOf(ranges: readonly ReturnType<Ranges>[]): number | null {
  return ranges.reduce<number | null>((sign, x) => {
    if (sign === null) return null;
    if (isNonNegative(x)) return sign;
    return isNonPositive(x) ? -sign : null;
  }, 1);
}
