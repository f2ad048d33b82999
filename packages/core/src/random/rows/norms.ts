// How long rows are.
//
// A vector of P independent normal numbers has a length that follows the χ distribution with P
// degrees of freedom. Rows of random direction and such a length are normal vectors again, so the
// kernel stays unbiased; with the one length √P it does not, and the bias adds up over memories.

import { chiQuantile } from "../../numbers/gamma.ts";
import { bits } from "../bits.ts";
import { foldIn, type Key } from "../key.ts";
import { uniform } from "../uniform.ts";

/** Rows ω of random features, which are not independent: how many, how long and from which key. */
export interface RowOptions {
  /** Entries of a row. */
  readonly D: number;
  /** Number of rows. */
  readonly Y: number;
  readonly key: Key;
  /**
   * `chi`: as long as normal vectors are, so that features are unbiased; the default.
   * `quasi-monte-carlo`: the same lengths spread evenly over their distribution. `fixed`: all `√D`.
   */
  readonly norms?: "chi" | "quasi-monte-carlo" | "fixed";
}

/** The norms of `Y` rows in `P` dimensions. */
export function rowNorms({ Y, key, norms = "chi" }: RowOptions, P: number): Float64Array {
  if (norms === "fixed") return new Float64Array(Y).fill(Math.sqrt(P));
  const levels = norms === "chi" ? independentLevels(Y, foldIn(key, 1)) : evenLevels(Y, key);
  return levels.map((level) => chiQuantile(P, level));
}

/** Uniform numbers inside (0, 1). */
function independentLevels(count: number, key: Key): Float64Array {
  return new Float64Array(uniform(key, count)).map((u) => u + 2 ** -24);
}

/**
 * Uniform numbers that fill (0, 1) evenly: the sequence of van der Corput (digits of the position
 * in base 2, reversed), shifted as a whole by a random amount.
 */
function evenLevels(count: number, key: Key): Float64Array {
  const [shift] = bits(foldIn(key, 1), 1);
  return Float64Array.from({ length: count }, (_, i) => {
    return (((reversed(i) + shift) >>> 0) + 0.5) / 2 ** 32;
  });
}

/** The 32 binary digits of a number in reverse order. */
function reversed(n: number): number {
  let rest = n;
  let result = 0;
  for (let digit = 0; digit < 32; digit++, rest >>>= 1) result = (result << 1) | (rest & 1);
  return result >>> 0;
}
