// What a memory stores: key–value pairs, one a row.

import { assertMatrix, HamError, type NumberArray } from "@hamlet/graph";

/** A matrix that a caller hands in: float32 or float64; an array of a file with two axes is one. */
export type MatrixLike = NumberArray<Float32Array | Float64Array>;

/** Key–value pairs: row i of `values` belongs to row i of `keys`. */
export interface Pairs {
  /** `[n, d]`: one key a row. */
  readonly keys: MatrixLike;
  /** `[n, m]`: one value a row. */
  readonly values: MatrixLike;
}

/**
 * Checks pairs before anything is computed.
 *
 * @throws HamError `graph/bad-shape`, `graph/empty-array`, `graph/not-finite` for either matrix,
 * `kohonen/count-mismatch` when there is not one value for each key, and `kohonen/zero-keys` when
 * every key is zero.
 */
export function assertPairs({ keys, values }: Pairs): void {
  assertMatrix("keys", keys);
  assertMatrix("values", values);
  if (keys.shape[0] !== values.shape[0]) {
    throw new HamError(
      "kohonen/count-mismatch",
      `A memory stores one value for each key: found ${keys.shape[0]} keys ` +
        `[${keys.shape.join(", ")}] and ${values.shape[0]} values [${values.shape.join(", ")}]. ` +
        "Pass one row of values for each row of keys.",
      { keys: keys.shape, values: values.shape },
    );
  }
  if (keys.data.every((entry) => entry === 0)) {
    throw new HamError(
      "kohonen/zero-keys",
      `All ${keys.shape[0]} keys are zero, so nothing tells their values apart. ` +
        "Pass keys that are not zero; was the right array loaded?",
      { count: keys.shape[0] },
    );
  }
}

/** Checks the weight of a ridge penalty. */
export function assertRidge(ridge: number): void {
  if (Number.isFinite(ridge) && ridge >= 0) return;
  throw new HamError(
    "kohonen/bad-ridge",
    `ridge: expected a finite number from 0 up, found ${ridge}. Leave it out for plain least squares.`,
    { ridge },
  );
}
