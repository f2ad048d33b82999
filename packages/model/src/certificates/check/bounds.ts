// Intervals of real numbers, rounded outward: what is computed lies between the ends, whatever rounding does.
//
// Only the five operations of IEEE 754 are relied on, + − × ÷ and the square root; exp, log and the
// like are series with their remainders. The intervals of `@hamlet/graph`, which know open ends but no
// rounding, judge formulas; these judge numbers.

import type { Bounds } from "../certificate.ts";

const { MAX_VALUE } = Number;
const TINY = 5e-324;
const WHOLE: Bounds = [-Infinity, Infinity];

/** The next number below, or one a little further; not a number counts as nothing known. */
export function down(x: number): number {
  const below = x - (Math.abs(x) * Number.EPSILON + TINY);
  if (below === below) return below;
  return x === Infinity ? MAX_VALUE : -Infinity;
}
export const up = (x: number): number => -down(-x);
export const at = (x: number): Bounds => [x, x];
export const minus = ([a, b]: Bounds): Bounds => [-b, -a];

/** a + b, and what rounding lost of it (Knuth): where nothing, an end stays as it is. */
export function plus([a, b]: Bounds, [c, d]: Bounds): Bounds {
  return [addDown(a, c), -addDown(-b, -d)];
}
export function addDown(a: number, b: number): number {
  const sum = a + b;
  const part = sum - a;
  const lost = a - (sum - part) + (b - part);
  return lost === 0 ? sum : lost > 0 ? sum : down(sum);
}

export function times([a, b]: Bounds, [c, d]: Bounds): Bounds {
  if ((a === 0 && b === 0) || (c === 0 && d === 0)) return [0, 0];
  if (a === b && c === d) return [mulDown(a, c), -mulDown(-a, c)];
  if (a === b) return a > 0 ? [mulDown(a, c), -mulDown(-a, d)] : [mulDown(a, d), -mulDown(-a, c)];
  const low = Math.min(mulDown(a, c), mulDown(a, d), mulDown(b, c), mulDown(b, d));
  const high = Math.min(mulDown(-a, c), mulDown(-a, d), mulDown(-b, c), mulDown(-b, d));
  return [low, -high];
}
/** Where a product of two ends is exact it stays as it is. 0 · ∞ is 0: ends stand for the numbers before them. */
function mulDown(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const product = a * b;
  return lostBy(a, b, product) >= 0 ? product : down(product);
}

/** `a b − product` (Dekker), or not a number where a part may leave the range. */
function lostBy(a: number, b: number, product: number): number {
  if (!(Math.abs(a) < 1e140 && Math.abs(b) < 1e140 && Math.abs(product) > 1e-140))
    return Number.NaN;
  const [a1, b1] = [head(a), head(b)];
  const [a2, b2] = [a - a1, b - b1];
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}
function head(x: number): number {
  const large = 134217729 * x;
  return large - (large - x);
}

export function over([a, b]: Bounds, [c, d]: Bounds): Bounds {
  if (c <= 0 && d >= 0) return WHOLE;
  const low = Math.min(divDown(a, c), divDown(a, d), divDown(b, c), divDown(b, d));
  const high = Math.min(divDown(-a, c), divDown(-a, d), divDown(-b, c), divDown(-b, d));
  return [low, -high];
}
function divDown(a: number, c: number): number {
  if (a === 0) return 0;
  const quotient = a / c;
  const isExact = quotient * c === a && lostBy(quotient, c, a) === 0;
  return isExact ? quotient : down(quotient);
}

function whole(x: Bounds, n: number): Bounds {
  if (n < 0) return over(at(1), whole(x, -n));
  if (n === 0) return at(1);
  const to = (end: number) => Array.from({ length: n }, () => at(end)).reduce(times);
  const [low, high] = [to(x[0]), to(x[1])];
  if (n % 2 === 1 || x[0] >= 0) return [low[0], high[1]];
  return x[1] <= 0 ? [high[0], low[1]] : [0, Math.max(low[1], high[1])];
}

const within = (x: Bounds, low: number, high: number): Bounds => [
  Math.min(Math.max(x[0], low), high),
  Math.max(Math.min(x[1], high), low),
];
export const isIn = (inner: Bounds, outer: Bounds): boolean =>
  inner[0] >= outer[0] && inner[1] <= outer[1];
export const size = (x: Bounds): number => Math.max(-x[0], x[1]);
export const middle = ([a, b]: Bounds): number => (a === b ? a : a + (b - a) / 2);

/** f of an interval, where f never decreases, from bounds at its ends. */
const rising =
  (f: (x: number) => Bounds) =>
  ([a, b]: Bounds): Bounds =>
    a === b ? f(a) : [f(a)[0], f(b)[1]];

/** A number written as two: products of the first with a small whole number are exact. */
const LN2: readonly [number, Bounds] = [
  0.6931471803691238,
  [1.9082149292705877e-10, 1.908214929270588e-10],
];
const HALF_PI: readonly [number, Bounds] = [
  1.5707963267341256,
  [6.077100506506192e-11, 6.077100506506194e-11],
];

/** x − k·c. */
const reduced = (x: number, k: number, [head, tail]: readonly [number, Bounds]): Bounds =>
  plus(plus(at(x), at(-k * head)), minus(times(at(k), tail)));

/** `1 + x/a₁ (1 + x/a₂ (1 + …))`, and what the rest of the series may add. */
function series(x: Bounds, divisors: readonly number[], rest: number): Bounds {
  const sum = divisors.reduceRight((s, a) => plus(at(1), over(times(x, s), at(a))), at(1));
  return plus(sum, [-rest, rest]);
}
const EXP_TERMS = Array.from({ length: 18 }, (_, i) => i + 1);
const SIN_TERMS = Array.from({ length: 10 }, (_, i) => -(2 * i + 2) * (2 * i + 3));
const COS_TERMS = Array.from({ length: 10 }, (_, i) => -(2 * i + 1) * (2 * i + 2));

/** |x − k ln 2| < 0.36, so that what is left of the series is below 0.36¹⁹ / 19! · 1.5 < 5e-26. */
export const exp = rising((x) => {
  // e⁷⁰⁹ is 8.2e307, and 2¹⁰²³ the largest power of 2.
  if (x > 709) return [8e307, Infinity];
  if (x < -745.2) return [0, x === -Infinity ? 0 : TINY];
  const k = Math.round(x / Math.LN2);
  const [low, high] = series(reduced(x, k, LN2), EXP_TERMS, 1e-25);
  if (k > -1000) return [low * 2 ** k, high * 2 ** k];
  return [Math.max(0, down(low * 2 ** k)), up(high * 2 ** k)];
});

/** Whatever the guess y is, log x = y + log(1 + t) with t = x e⁻ʸ − 1, and t/(1 + t) ≤ log(1 + t) ≤ t. */
export const log = rising((x) => {
  if (x <= 0) return at(-Infinity);
  if (x === 1 || x === Infinity) return at(x === 1 ? 0 : Infinity);
  const y = Math.log(x);
  const t = plus(times(at(x), exp(at(-y))), at(-1));
  const lower = t[0] > -1 ? over(at(t[0]), plus(at(1), at(t[0])))[0] : -Infinity;
  return plus(at(y), [lower, t[1]]);
});

const root = rising((x) => {
  const near = Math.sqrt(x);
  return near === Math.trunc(near) && near < 2 ** 26 && near * near === x
    ? at(near)
    : [Math.max(0, down(near)), up(near)];
});

/** sin(x + q π/2), from its middle and the fact that its slope is at most 1. */
export function wave([a, b]: Bounds, quarter: number): Bounds {
  const [mid, half] = [middle([a, b]), up(up(b - a) / 2)];
  const k = Math.round(mid / (Math.PI / 2));
  if (!(Math.abs(k) < 2 ** 20 && half < 2)) return [-1, 1];
  const r = reduced(mid, k, HALF_PI);
  const turn = (((k + quarter) % 4) + 4) % 4;
  const square = times(r, r);
  // |r| < 0.8, so that what is left is below 0.8²² / 21!.
  const value =
    turn % 2 === 0 ? times(r, series(square, SIN_TERMS, 1e-20)) : series(square, COS_TERMS, 1e-20);
  const spread = a === b ? 0 : half + 1e-15 * (1 + Math.abs(mid));
  return within(plus(turn >= 2 ? minus(value) : value, [-spread, spread]), -1, 1);
}

export function power(x: Bounds, p: number): Bounds {
  if (Number.isInteger(p) && Math.abs(p) <= 64) return whole(x, p);
  if (x[0] < 0) return WHOLE;
  if (p === 0.5) return root(x);
  if (p < 0) return over(at(1), power(x, -p));
  const to = (end: number) => (end === 0 ? at(0) : exp(times(at(p), log(at(end)))));
  return [Math.max(0, to(x[0])[0]), to(x[1])[1]];
}
