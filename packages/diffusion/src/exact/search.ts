// Descents and Newton searches for the points where the energy of a dense memory stands still.

import type { Work } from "@hamlet/core";
import { Matrix } from "ml-matrix";
import type { Points } from "../data/points.ts";
import { makeAttention } from "./attention.ts";
import { eigenOf } from "./covariance.ts";

/** A point where `x = m(x)`, in the coordinates of the search. */
export interface Found {
  readonly at: Float64Array;
  /** Directions in which the energy falls. */
  readonly index: number;
  readonly degenerate: boolean;
  /** Descents that ended here. */
  arrivals: number;
}

export interface Search {
  readonly found: readonly Found[];
  /** Rolls down to a minimum, by the steps `x ← m(x)`, which never raise the energy. */
  descend(start: Float64Array): Work<void>;
  /** Newton's method for `x − m(x) = 0`: to a point of any kind, or nowhere. */
  newton(start: Float64Array): Work<void>;
}

const DESCENT_STEPS = 2000;
const NEWTON_STEPS = 60;
/** All lengths below are parts of the size of the patterns. */
const SETTLED = 1e-7;
const SOLVED = 1e-12;
const SAME = 1e-6;
/** Curvatures, of which 1 is that far from all patterns, count as zero below this. */
const FLAT = 1e-7;

/** A search among patterns that are centred at 0. */
export function makeSearch(patterns: Points, beta: number): Search {
  const rank = patterns.shape[1];
  const attention = makeAttention(patterns);
  const size = norm(patterns.data) / Math.sqrt(patterns.shape[0]) || 1;
  const found: Found[] = [];

  /** `x − m(x)`, half of the gradient. */
  const residual = (x: Float64Array) => {
    const { mean } = attention(x, 0, beta);
    return x.map((value, r) => value - mean[r]);
  };

  /** `1 − 2β Cov_p`, half of the Hessian. */
  const curvature = (x: Float64Array): Matrix => {
    const { weights, mean } = attention(x, 0, beta);
    const hessian = Matrix.eye(rank);
    for (let mu = 0; mu < weights.length; mu++) {
      if (weights[mu] === 0) continue;
      for (let r = 0; r < rank; r++) {
        const pull = 2 * beta * weights[mu] * (patterns.data[mu * rank + r] - mean[r]);
        for (let q = 0; q < rank; q++) {
          const entry = hessian.get(r, q) - pull * (patterns.data[mu * rank + q] - mean[q]);
          hessian.set(r, q, entry);
        }
      }
    }
    return hessian;
  };

  const solve = function* (start: Float64Array): Work<Float64Array | null> {
    let x: Float64Array = start;
    let rest: Float64Array = residual(x);
    for (let step = 0; step < NEWTON_STEPS; step++) {
      if (norm(rest) <= SOLVED * size) return x;
      yield;
      const direction = newtonDirection(curvature(x), rest);
      const shorter = shortened(x, direction, norm(rest), residual);
      if (shorter === null) return norm(rest) <= SETTLED * SETTLED * size ? x : null;
      ({ x, rest } = shorter);
    }
    return null;
  };

  const keep = (at: Float64Array, arrivals: number) => {
    const known = found.find(
      (other) => norm(other.at.map((value, r) => value - at[r])) < SAME * size,
    );
    if (known !== undefined) {
      known.arrivals += arrivals;
      return;
    }
    const { values } = eigenOf(curvature(at));
    const index = values.filter((value) => value < 0).length;
    const degenerate = values.some((value) => Math.abs(value) < FLAT);
    found.push({ at, index, degenerate, arrivals });
  };

  return {
    found,
    *descend(start) {
      let x: Float64Array = start;
      for (let step = 0; step < DESCENT_STEPS; step++) {
        const rest = residual(x);
        x = x.map((value, r) => value - rest[r]);
        if (norm(rest) < SETTLED * size) break;
        yield;
      }
      const end = yield* solve(x);
      if (end !== null) keep(end, 1);
    },
    *newton(start) {
      const end = yield* solve(start);
      if (end !== null) keep(end, 0);
    },
  };
}

/** `H⁻¹ rest`; directions that are flat are left alone. */
function newtonDirection(hessian: Matrix, rest: Float64Array): Float64Array {
  const direction = new Float64Array(rest.length);
  if (rest.length === 0) return direction;
  const { values, vectors } = eigenOf(hessian);
  values.forEach((value, r) => {
    if (Math.abs(value) < 1e-12) return;
    const axis = vectors.getColumn(r);
    const part = axis.reduce((sum, entry, d) => sum + entry * rest[d], 0) / value;
    axis.forEach((entry, d) => (direction[d] += part * entry));
  });
  return direction;
}

/** A step along the direction that makes the residual smaller: half as long until it does. */
function shortened(
  x: Float64Array,
  direction: Float64Array,
  before: number,
  residual: (x: Float64Array) => Float64Array,
): { x: Float64Array; rest: Float64Array } | null {
  for (let length = 1; length > 1e-6; length /= 2) {
    const next = x.map((value, r) => value - length * direction[r]);
    const rest = residual(next);
    if (norm(rest) < before) return { x: next, rest };
  }
  return null;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
