// What kind of fixed point is it? Read off the eigenvalues of the Hessian of the energy.

import type { Work } from "@hamlet/core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Curvature, Landscape, Place } from "./landscape.ts";

/** `degenerate` where the energy is flat along some direction: the eigenvalues do not decide. */
export type FixedPointKind = "minimum" | "saddle" | "maximum" | "degenerate";

/** What the Hessian says of a fixed point. */
export interface Classification {
  readonly kind: FixedPointKind;
  /** The number of directions in which the energy falls (the Morse index). */
  readonly index: number;
  /** Ascending. */
  readonly eigenvalues: readonly number[];
}

/** An eigenvalue below this part of `1 + |largest|` counts as 0. */
export const FLAT = 1e-7;

/**
 * Classifies a fixed point.
 *
 * The eigenvalues are those of `H^½ ∂²E/∂x̂² H^½` with `H = ∂x̂/∂x`: the Hessian of the energy in
 * the activations, measured in the Lagrangians' own metric. They are the rates at which a recall
 * with τ = 1 returns (above 0) or leaves (below 0), have the signs of the plain Hessian, and are
 * the plain Hessian's where all layers are `identity`. Directions in which no activation moves,
 * such as a shift of all states of a softmax, are left out.
 */
export function* classify(landscape: Landscape, place: Place): Work<Classification> {
  const [curvature] = landscape.curvatures([place]);
  yield;
  const { roots, leaks } = rootOfMetric(landscape, curvature);
  yield;
  const [units, count] = [roots.rows, roots.columns];
  const bend = Matrix.from1DArray(units, units, curvature.bend);
  const hessian = roots.transpose().mmul(bend.mmul(roots));
  leaks.forEach((leak, k) => hessian.set(k, k, hessian.get(k, k) + leak));
  // Where everything is held there is no direction to go.
  const rates = count === 0 ? [] : symmetricEigen(hessian).realEigenvalues;
  const eigenvalues = rates.toSorted((a, b) => a - b);
  const flat = FLAT * (1 + Math.max(0, ...eigenvalues.map(Math.abs)));
  const index = eigenvalues.filter((value) => value < -flat).length;
  const degenerate = eigenvalues.some((value) => Math.abs(value) <= flat);
  return { kind: degenerate ? "degenerate" : kindOf(index, count), index, eigenvalues };
}

function kindOf(index: number, count: number): FixedPointKind {
  if (index === 0) return "minimum";
  return index === count ? "maximum" : "saddle";
}

/** R with `R Rᵀ = H`, one column a direction that moves an activation, and its layer's leak. */
function rootOfMetric(
  { offsets, leak, neurons, free }: Landscape,
  { metric }: Curvature,
): { roots: Matrix; leaks: number[] } {
  const total = offsets.at(-1)!;
  const columns: Float64Array[] = [];
  const leaks: number[] = [];
  neurons.forEach((__, layer) => {
    const [from, to] = [offsets[layer], offsets[layer + 1]];
    const units = Array.from({ length: to - from }, (_, i) => from + i).filter(
      (i) => free[i] === 1,
    );
    if (units.length === 0) return;
    const block = new Matrix(units.map((i) => units.map((j) => metric[i * total + j])));
    const { realEigenvalues: values, eigenvectorMatrix: axes } = symmetricEigen(block);
    const still = 1e-10 * Math.max(0, ...values);
    values.forEach((value, k) => {
      if (value <= still) return;
      const column = new Float64Array(total);
      units.forEach((i, row) => (column[i] = Math.sqrt(value) * axes.get(row, k)));
      columns.push(column);
      leaks.push(leak[from]);
    });
  });
  const roots = Matrix.zeros(total, columns.length);
  columns.forEach((column, k) => column.forEach((value, i) => roots.set(i, k, value)));
  return { roots, leaks };
}

function symmetricEigen(matrix: Matrix): EigenvalueDecomposition {
  const half = Matrix.add(matrix, matrix.transpose()).mul(1 / 2);
  return new EigenvalueDecomposition(half, { assumeSymmetric: true });
}
