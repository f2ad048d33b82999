// Least squares by singular values, for keys that are singular or nearly so.

import { addProduct, reduceByQr, type Reduced } from "@hamlet/core/numbers";
import type { Work } from "@hamlet/core";
import { Matrix as Dense, SVD } from "ml-matrix";
import type { Pairs } from "./pairs.ts";
import { singularWarning, type Solution } from "./solution.ts";

/**
 * `Wᵀ [d, m]` with the smallest norm among the minimisers, by QR and the singular values of its
 * triangle; those below `max(n, d) ε σmax` count as zero.
 */
export function* solveSingular(
  pairs: Pairs,
  ridge: number,
): Work<{ weights: Float64Array; solution: Solution }> {
  const { keys, values } = pairs;
  const [n, d] = keys.shape;
  const m = values.shape[1];
  const tall = n >= d;
  const size = Math.min(n, d);
  const { r, c } = yield* tall ? reduceRows(pairs) : reduceColumns(pairs);
  // One call of a library, without a turn for others: seconds for a thousand singular values.
  const svd = new SVD(Dense.from1DArray(size, size, r.data));
  const sigma = svd.diagonal;
  const cut = Math.max(n, d) * Number.EPSILON * sigma[0];
  const rank = sigma.filter((s) => s > cut).length;
  // Columns of U or V, scaled: R = U Σ Vᵀ for tall keys, Kᵀ = Q U Σ Vᵀ for wide ones.
  const gains = sigma.map((s) => (s > cut ? s / (s * s + ridge) : 0));
  const left = new Float64Array(svd.leftSingularVectors.to1DArray());
  const right = new Float64Array(svd.rightSingularVectors.to1DArray());
  const weights = new Float64Array(d * m);
  if (tall) {
    yield* applySingular(weights, { from: left, to: right, gains, size, m }, c.data);
  } else {
    const inner = new Float64Array(size * m);
    yield* applySingular(
      inner,
      { from: right, to: left, gains, size, m },
      new Float64Array(values.data),
    );
    yield* addProduct(
      { data: weights, row: m },
      { data: c.data, row: 1, depth: d },
      { data: inner, row: 1, depth: m },
      { rows: d, columns: m, depth: size },
    );
  }
  const condition =
    ridge > 0
      ? Math.sqrt((sigma[0] ** 2 + ridge) / (sigma[size - 1] ** 2 + ridge))
      : sigma[0] / sigma[size - 1];
  const done =
    rank < size
      ? `Singular values below ${cut.toExponential(1)} count as zero; the weights have the smallest norm.`
      : "The weights were found by singular values instead of the Gram matrix.";
  return {
    weights,
    solution: {
      method: "svd",
      rank,
      condition,
      warning: singularWarning({ condition, rank, full: size, done }),
    },
  };
}

/** `K = Q R` with `C = Qᵀ V`, for at least as many keys as dimensions. */
function reduceRows({ keys, values }: Pairs): Work<Reduced> {
  const [n, d] = keys.shape;
  const m = values.shape[1];
  return reduceByQr({ rows: n, columns: d, targets: m }, (row, to, at) => {
    to.set(keys.data.subarray(row * d, (row + 1) * d), at);
    to.set(values.data.subarray(row * m, (row + 1) * m), at + d);
  });
}

/** `Kᵀ = Q R` with `C = Qᵀ`, for fewer keys than dimensions. */
function reduceColumns({ keys }: Pairs): Work<Reduced> {
  const [n, d] = keys.shape;
  return reduceByQr({ rows: d, columns: n, targets: d }, (row, to, at) => {
    for (let i = 0; i < n; i++) to[at + i] = keys.data[i * d + row];
    to.fill(0, at + n, at + n + d);
    to[at + n + row] = 1;
  });
}

/** Adds `T diag(gains) Fᵀ B` to a `[size, m]` matrix; columns of T and F are singular vectors. */
function* applySingular(
  into: Float64Array,
  {
    from,
    to,
    gains,
    size,
    m,
  }: {
    from: Float64Array;
    to: Float64Array;
    gains: readonly number[];
    size: number;
    m: number;
  },
  b: Float64Array,
): Work<void> {
  const parts = new Float64Array(size * m);
  const square = { rows: size, columns: m, depth: size };
  yield* addProduct(
    { data: parts, row: m },
    { data: from, row: 1, depth: size },
    { data: b, row: 1, depth: m },
    square,
  );
  for (let i = 0; i < parts.length; i++) parts[i] *= gains[Math.floor(i / m)];
  yield* addProduct(
    { data: into, row: m },
    { data: to, row: size, depth: 1 },
    { data: parts, row: 1, depth: m },
    square,
  );
}
