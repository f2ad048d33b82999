// How long rows are.
//
// A vector of P independent normal numbers has a length that follows the χ distribution with P
// degrees of freedom. Rows of random direction and such a length are normal vectors again, so the
// kernel stays unbiased; with the one length √P it does not, and the bias adds up over memories.

import { bits, foldIn, uniform } from "@hamlet/core";
import { chiQuantile } from "@hamlet/core/numbers";
import type { FeatureDescription } from "./description.ts";

/** The norms of `Y` rows in `P` dimensions. */
export function rowNorms({ Y, key, norms }: FeatureDescription, P: number): Float64Array {
  if (norms === "fixed") return new Float64Array(Y).fill(Math.sqrt(P));
  const levels = norms === "chi" ? independentLevels(Y, foldIn(key, 1)) : evenLevels(Y, key);
  return levels.map((level) => chiQuantile(P, level));
}

/** Uniform numbers inside (0, 1). */
function independentLevels(count: number, key: FeatureDescription["key"]): Float64Array {
  return new Float64Array(uniform(key, count)).map((u) => u + 2 ** -24);
}

/**
 * Uniform numbers that fill (0, 1) evenly: the sequence of van der Corput (digits of the position
 * in base 2, reversed), shifted as a whole by a random amount.
 */
function evenLevels(count: number, key: FeatureDescription["key"]): Float64Array {
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
