// From a point near a fixed point to the fixed point itself, whatever its kind.

import type { Work } from "@hamlet/core";
import { Matrix, solve } from "ml-matrix";
import type { Landscape, Site, StateVector } from "./landscape.ts";

/** Where a search ended. */
export interface Refined {
  readonly site: Site;
  /** The largest absolute entry of `∂E/∂x̂` there. */
  readonly residual: number;
  /** Whether that is small enough to be a fixed point. */
  readonly converged: boolean;
}

/** A residual `∂E/∂x̂` below this part of `1 + |x|` counts as 0. */
export const RESIDUAL = 1e-9;

const ITERATIONS = 200;

/**
 * Newton's method on `∂E/∂x̂ = 0` in the states, damped as by Levenberg and Marquardt: it finds
 * saddles and maxima as readily as minima, and its last steps are Newton's.
 *
 * `(JᵀJ + λI) δ = −Jᵀ g` with `g = ∂E/∂x̂` and `J = ∂g/∂x = leak + ∂²E_synapses/∂x̂² · ∂x̂/∂x`.
 * Every iteration builds J by one product a unit, so it is for models of a few hundred units.
 * @see Moré, "The Levenberg–Marquardt algorithm: implementation and theory", 1978.
 */
export function* refine(landscape: Landscape, start: StateVector): Work<Refined> {
  let site = landscape.at(start);
  let damping = 1e-3;
  for (let iteration = 0; iteration < ITERATIONS && size(site.slope) > 1e-14; iteration++) {
    const jacobian = yield* jacobianAt(landscape, site);
    const transposed = jacobian.transpose();
    const normal = yield* product(transposed, jacobian);
    const right = transposed.mmul(Matrix.columnVector([...site.slope])).mul(-1);
    let next: Site | null = null;
    while (next === null && damping < 1e12) {
      yield;
      const moved = stepped(site, normal, right, damping);
      const trial = moved.every(Number.isFinite) ? landscape.at(moved) : null;
      if (trial !== null && length(trial.slope) < length(site.slope)) next = trial;
      else damping = Math.max(damping, 1e-12) * 8;
    }
    if (next === null) break;
    damping /= 10;
    site = next;
  }
  const residual = size(site.slope);
  return { site, residual, converged: residual <= RESIDUAL * (1 + size(site.states)) };
}

function stepped(site: Site, normal: Matrix, right: Matrix, damping: number): StateVector {
  const scale = Math.max(...normal.diagonal(), 1e-300);
  const matrix = Matrix.add(normal, Matrix.eye(normal.rows).mul(damping * scale));
  const step = solve(matrix, right).to1DArray();
  return site.states.map((x, i) => x + step[i]);
}

/** Columns of a Jacobian, or rows of a product, that are made between two turns of others. */
const AT_ONCE = 64;

/** `∂g/∂x` at a site; 1 on the diagonal for units that are held, so that they stay. */
function* jacobianAt({ free, leak }: Landscape, site: Site): Work<Matrix> {
  const { length: count } = site.states;
  const jacobian = new Matrix(count, count);
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - from);
    const units = new Float64Array(some * count);
    for (let j = 0; j < some; j++) units[j * count + from + j] = free[from + j];
    const columns = site.bendTimes(site.metricTimes(units));
    for (let j = 0; j < some; j++) {
      const at = from + j;
      for (let i = 0; i < count; i++) jacobian.set(i, at, columns[j * count + i]);
      jacobian.set(at, at, free[at] === 0 ? 1 : jacobian.get(at, at) + leak[at]);
    }
    yield;
  }
  return jacobian;
}

function* product(a: Matrix, b: Matrix): Work<Matrix> {
  const whole = new Matrix(a.rows, b.columns);
  for (let from = 0; from < a.rows; from += AT_ONCE) {
    const to = Math.min(a.rows, from + AT_ONCE);
    whole.setSubMatrix(a.subMatrix(from, to - 1, 0, a.columns - 1).mmul(b), from, 0);
    yield;
  }
  return whole;
}

function size(vector: StateVector): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function length(vector: StateVector): number {
  return Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
}
