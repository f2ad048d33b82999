// The directions at a fixed point in which the energy falls, and those in which it rises.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Landscape, Place, StateVector } from "./landscape.ts";

/** The axes of `J = ∂(∂E/∂x̂)/∂x` at a point, over the units that are free. */
export interface Directions {
  /** Positions of the free units in a vector of all. */
  readonly units: readonly number[];
  /** Ascending: below 0 the energy falls that way. Rates at which a recall with τ = 1 returns. */
  readonly rates: readonly number[];
  /** W, one row a rate, with `W J W⁻¹` nearly diagonal. */
  readonly rows: readonly (readonly number[])[];
  /** The columns of `W⁻¹`: steps of the states along each direction. */
  readonly steps: readonly (readonly number[])[];
}

/** A part of the largest scale of the metric that is added to one that is nearly singular. */
const SMALL = 1e-6;

/**
 * With `J = Λ + S H` and `H + ε = R²`, R J R⁻¹ is nearly the symmetric `Λ + R S R`, whose axes Q give
 * `W = Qᵀ R`. Directions that move no activation, such as a shift of all states of a softmax, need an ε.
 */
export function directionsAt(
  landscape: Landscape,
  place: Pick<Place, "states" | "activations">,
): Directions {
  const { free, leak } = landscape;
  const units = Array.from(free.keys()).filter((i) => free[i] === 1);
  if (units.length === 0) return { units, rates: [], rows: [], steps: [] };
  const [{ metric, bend }] = landscape.curvatures([place]);
  const part = (matrix: StateVector) =>
    new Matrix(units.map((i) => units.map((j) => matrix[i * free.length + j])));
  const { realEigenvalues: scales, eigenvectorMatrix: axes } = symmetric(part(metric));
  const least = SMALL * Math.max(1e-300, ...scales);
  const small = Math.min(...scales) > least ? 0 : least;
  const power = (p: number) => {
    const diagonal = Matrix.diag(scales.map((scale) => (Math.max(scale, 0) + small) ** p));
    return axes.mmul(diagonal).mmul(axes.transpose());
  };
  const R = power(1 / 2);
  const form = R.mmul(part(bend)).mmul(R);
  units.forEach((unit, i) => form.set(i, i, form.get(i, i) + leak[unit]));
  const { realEigenvalues, eigenvectorMatrix: Q } = symmetric(form);
  const order = realEigenvalues.map((_, i) => i);
  order.sort((a, b) => realEigenvalues[a] - realEigenvalues[b]);
  const rows = Q.transpose().mmul(R).to2DArray();
  const steps = power(-1 / 2)
    .mmul(Q)
    .transpose()
    .to2DArray();
  return {
    units,
    rates: order.map((i) => realEigenvalues[i]),
    rows: order.map((i) => rows[i]),
    steps: order.map((i) => steps[i]),
  };
}

function symmetric(matrix: Matrix): EigenvalueDecomposition {
  const half = Matrix.add(matrix, matrix.transpose()).mul(1 / 2);
  return new EigenvalueDecomposition(half, { assumeSymmetric: true });
}
