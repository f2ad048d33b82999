// The span of patterns and their covariance, in coordinates of which there are no more than needed.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Points, pointAt } from "../data/points.ts";

/** Directions that hold less than this part of the largest variance are rounding. */
const FLAT = 1e-14;

/** The principal axes of some points. */
export interface PrincipalAxes {
  readonly mean: Float64Array;
  /** Variances along the axes, falling; those that are zero are left out. */
  readonly variances: Float64Array;
  /** Unit vectors `[rank, width]`. */
  readonly axes: Points;
}

/**
 * The principal axes of the points. The smaller of the covariance `[width, width]` and the Gram
 * matrix `[n, n]` is decomposed, so a few wide points take no longer than many narrow ones.
 */
export function principalAxes(points: Points): PrincipalAxes {
  const [n, width] = points.shape;
  const mean = new Float64Array(width);
  points.data.forEach((value, k) => (mean[k % width] += value / n));
  const centred = new Matrix(n, width);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < width; d++) centred.set(i, d, points.data[i * width + d] - mean[d]);
  }
  const wide = width > n;
  const other = centred.transpose();
  const product = wide ? centred.mmul(other) : other.mmul(centred);
  const { values, vectors } = eigenOf(product.div(n));
  const rank = values.filter((value) => value > FLAT * values[0]).length;
  const axes = new Float64Array(rank * width);
  for (let r = 0; r < rank; r++) {
    const column = vectors.getColumnVector(r);
    const axis = (wide ? other.mmul(column) : column).to1DArray();
    const length = Math.hypot(...axis);
    axis.forEach((value, d) => (axes[r * width + d] = value / length));
  }
  return { mean, variances: values.subarray(0, rank), axes: { shape: [rank, width], data: axes } };
}

/** Eigenvalues of a symmetric matrix, falling, and the vectors that belong to them as columns. */
export function eigenOf(symmetric: Matrix): { values: Float64Array; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .toSorted((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    values: Float64Array.from(order, (i) => realEigenvalues[i]),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
  };
}

/** Points as coordinates along the axes, from the mean. */
export function intoAxes({ mean, axes }: PrincipalAxes, points: Points): Points {
  const [n, width] = points.shape;
  const [rank] = axes.shape;
  const data = new Float64Array(n * rank);
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < rank; r++) {
      const axis = pointAt(axes, r);
      let sum = 0;
      for (let d = 0; d < width; d++) sum += axis[d] * (points.data[i * width + d] - mean[d]);
      data[i * rank + r] = sum;
    }
  }
  return { shape: [n, rank], data };
}

/** The point that has these coordinates. */
export function fromAxes({ mean, axes }: PrincipalAxes, coordinates: Float64Array): Float64Array {
  const point = new Float64Array(mean);
  coordinates.forEach((coordinate, r) => {
    pointAt(axes, r).forEach((value, d) => (point[d] += coordinate * value));
  });
  return point;
}
