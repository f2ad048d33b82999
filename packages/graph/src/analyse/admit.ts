// What the entries of a tensor must be. One home for two sides: the range analysis assumes exactly
// what stands here, and every road by which entries enter a model refuses everything else.
//
// Entries are held as float32, so an entry and its bound are compared as float32.

import type { Bound, Elem, Tensor } from "../expr/types.ts";
import { both, EVERYTHING, type Interval, interval } from "./interval.ts";

/** What a declaration says about every entry. */
export type Declared = Pick<Tensor, "elem" | "bound">;

const RANGES: Readonly<Record<Elem, Interval>> = {
  real: EVERYTHING,
  int: EVERYTHING,
  bool: interval(0, 1),
  bit: interval(0, 1),
  sign: interval(-1, 1),
};

const IS_ELEMENT: Readonly<Record<Elem, (value: number) => boolean>> = {
  real: Number.isFinite,
  int: Number.isInteger,
  bool: (value) => value === 0 || value === 1,
  bit: (value) => value === 0 || value === 1,
  sign: (value) => value === -1 || value === 1,
};

/** The range of every entry that {@link refusalOf} admits. */
export function declaredRange({ elem, bound }: Declared): Interval {
  return bound === null ? RANGES[elem] : both(RANGES[elem], rangeOfBound(bound));
}

function rangeOfBound({ op, value }: Bound): Interval {
  const limit = Math.fround(value);
  return op.startsWith("<")
    ? interval(-Infinity, limit, { highOpen: op === "<" })
    : interval(limit, Infinity, { lowOpen: op === ">" });
}

/** Whether an interval holds a number, both as float32. NaN is in none. */
export function holds({ low, high, lowOpen, highOpen }: Interval, value: number): boolean {
  const [held, from, to] = [value, low, high].map(Math.fround);
  return (lowOpen ? held > from : held >= from) && (highOpen ? held < to : held <= to);
}

/**
 * Why a value cannot be an entry: it is no `element` of the type (or not finite), it breaks the
 * `bound`, or it is a whole number that float32 would change (`rounding`).
 */
export type Refusal = "element" | "bound" | "rounding";

/** Why a tensor that is declared so does not take this entry; null where it does. */
export function refusalOf({ elem, bound }: Declared, value: number | bigint): Refusal | null {
  const number = Number(value);
  const held = Math.fround(number);
  if (!IS_ELEMENT[elem](number) || !Number.isFinite(held)) return "element";
  if (elem === "int" && !isExact(value, held)) return "rounding";
  return bound === null || holds(rangeOfBound(bound), held) ? null : "bound";
}

/** Whether a value is the same as a float32; from 2²⁴ on not every whole number is. */
export function isExact(
  value: number | bigint,
  held: number = Math.fround(Number(value)),
): boolean {
  if (typeof value === "number") return value === held;
  return Number.isFinite(held) && BigInt(held) === value;
}

/**
 * Whether a whole number has digits that float32 changes: 16777217 has, and 2e37 has not, which is
 * as near to it as any number of its size.
 */
export function losesDigits(value: number | bigint): boolean {
  const number = Number(value);
  if (!Number.isInteger(number) || isExact(value)) return false;
  return Number(number.toPrecision(7)) !== number || !isSame(value, number);
}

function isSame(value: number | bigint, number: number): boolean {
  if (typeof value === "number" || BigInt(number) === value) return true;
  return /^-?\d{1,7}0*$/.test(String(value));
}

/** An entry that a tensor does not take. */
export interface RefusedEntry {
  /** Its place among the entries, row-major. */
  readonly offset: number;
  readonly value: number | bigint;
  readonly because: Refusal;
}

/** The first entry that a tensor does not take; null where it takes all. */
export function firstRefused(
  declared: Declared,
  entries: ArrayLike<number | bigint>,
): RefusedEntry | null {
  const { elem, bound } = declared;
  const isElement = IS_ELEMENT[elem];
  const isWhole = elem === "int";
  const range = bound === null ? EVERYTHING : rangeOfBound(bound);
  const { low, high, lowOpen, highOpen } = range;
  for (let offset = 0; offset < entries.length; offset++) {
    const value = entries[offset];
    // The same as below in one pass of plain comparisons, for all but those that are refused.
    if (typeof value === "number" && isElement(value)) {
      const held = Math.fround(value);
      const fits = (lowOpen ? held > low : held >= low) && (highOpen ? held < high : held <= high);
      if (fits && Number.isFinite(held) && (!isWhole || held === value)) continue;
    }
    const because = refusalOf(declared, value);
    if (because !== null) return { offset, value, because };
  }
  return null;
}

const ELEMENTS: Readonly<Record<Elem, string>> = {
  real: "finite numbers",
  int: "whole numbers",
  bool: "0 and 1 (or false and true)",
  sign: "-1 and +1 (or 0 and 1, which become -1 and +1)",
  bit: "0 and 1",
};

/** What a tensor takes, in words: `whole numbers < 10`. */
export function demandOf({ elem, bound }: Declared): string {
  if (bound === null) return ELEMENTS[elem];
  const numbers = elem === "real" ? "numbers" : ELEMENTS[elem];
  return `${numbers} ${bound.op} ${bound.value}`;
}

/** The indices of an entry of a row-major array. */
export function placeOf(offset: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = offset;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
