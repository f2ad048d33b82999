// Numbers that follow from the text, and from what else is known before anything is loaded.

import {
  eachPart,
  type Environment,
  evaluate,
  evaluateScalar,
  type Expr,
  HamError,
  type Index,
  sizeOfDim,
} from "@hamlet/graph";

/** More points than this are not walked while a file is read: an axis may have any size. */
const MOST = 1_000_000;

/** The number of an expression without free indices; null where it needs data, or too many points. */
export function knownValue(value: Expr, environment: Environment = {}): number | null {
  return ifFew(value, environment, () => evaluateScalar(value, environment));
}

/** The numbers of an expression at all points of its indices; null as {@link knownValue}. */
export function knownValues(value: Expr, environment: Environment = {}): Float64Array | null {
  return ifFew(value, environment, () => evaluate(value, environment).data);
}

function ifFew<T>(value: Expr, environment: Environment, found: () => T): T | null {
  const points = (indices: readonly Index[]) =>
    indices.reduce((all, { dim }) => all * sizeOfDim(dim, environment), 1);
  try {
    let most = 1;
    eachPart([value], (part) => {
      const walked = part.kind === "reduce" || part.kind === "softmax" ? part.over : [];
      most = Math.max(most, points([...new Set([...part.free, ...walked])]));
    });
    return most <= MOST ? found() : null;
  } catch (error) {
    // The size of a dim may be known only with the data.
    if (HamError.isInstance(error)) return null;
    throw error;
  }
}
