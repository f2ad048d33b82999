// Where descents from many starts end.

import type { Work } from "@hamlet/core";
import type { Landscape, Place, StateVector } from "./landscape.ts";
import { factorise, isDiagonal, solveWith } from "./positive.ts";
import { SIDE_BY_SIDE, sideBySide } from "./side-by-side.ts";

const STEPS = 2000;
/** The first step, in units of τ. */
const FIRST_DT = 0.5;
/** How much a step grows after one that was accepted, and shrinks after one that was not. */
const GROWTH = 1.2;
const SHRINK = 0.5;
/** A descent rests where a step changes no activation by this much. */
const STILL = 1e-6;
/** A part of `1 + |E|` below which two energies of float64 do not differ. */
const ROUNDING = 1e-13;

/** After so many steps along the slope a descent is in a valley, where steps that know its bend are longer. */
const PATIENCE = 10;
/** How much the step of such a descent grows and shrinks, and how well it must know the energy to grow. */
const [FASTER, TOLD] = [4, 0.25];
/** The largest models that those are worth their matrices for. */
const BENT_UNITS = 128;

/**
 * The states at the end of a descent from every start, in float64.
 *
 * Each start makes steps `x ← x − h/τ ∂E/∂x̂` with an `h` of its own, as the solver `adaptive`: it is
 * halved where the energy would rise and grows by a fifth where it falls. In a long valley that takes
 * thousands, so those of a small model that are not at rest go on by Euler's linearly implicit
 * method, `(τ/h + ∂²E) δ = −∂E/∂x̂`, which follows the same way down in longer steps: see {@link bent}.
 */
export function* descend(
  landscape: Landscape,
  starts: readonly StateVector[],
): Work<StateVector[]> {
  const descents = landscape
    .places(starts)
    .map((place): Descent => ({ place, lowest: place.energy, dt: FIRST_DT, steps: 0 }));
  const isSmall = landscape.free.length <= BENT_UNITS;
  yield* sideBySide(descents, SIDE_BY_SIDE, function* round(some) {
    yield;
    const patient = some.filter(({ steps }) => isSmall && steps >= PATIENCE);
    const bends = bent(landscape, patient);
    const trials = landscape.places(
      some.map((descent) => bends.get(descent) ?? straight(landscape, descent)),
    );
    return some.filter((descent, i) => {
      const { place: from, lowest, dt } = descent;
      const to = trials[i];
      const falls = descends(from, to, lowest);
      descent.dt = nextStep(dt, { from, to, falls, isBent: bends.has(descent), landscape });
      if (falls) {
        descent.place = to;
        descent.lowest = Math.min(lowest, to.energy);
      }
      const isStill = largestChange(from.activations, to.activations) < STILL;
      return !isStill && ++descent.steps < STEPS;
    });
  });
  return descents.map(({ place }) => place.states);
}

interface Descent {
  place: Place;
  lowest: number;
  dt: number;
  steps: number;
}

/** A step along the slope. */
function straight({ pace }: Landscape, { place: { states, slope }, dt }: Descent): StateVector {
  return states.map((x, i) => x - dt * pace[i] * slope[i]);
}

/**
 * Steps that know how the slope changes: `(τ/h + J) δ = −∂E/∂x̂` with `J = ∂(∂E/∂x̂)/∂x`. `h` is made
 * so small that the matrix is positive definite: where it is not, the step would lead to a saddle.
 * None where units of a layer mix, or an activation stands still: the matrix is symmetric only where
 * `∂x̂/∂x` is diagonal, in which case `√(∂x̂/∂x)` makes it so.
 * @see Hairer & Wanner, Solving ordinary differential equations II, 1996, section IV.7.
 */
function bent(
  landscape: Landscape,
  descents: readonly Descent[],
): ReadonlyMap<Descent, StateVector> {
  const { leak, pace, free } = landscape;
  const units = free.length;
  const steps = new Map<Descent, StateVector>();
  const curvatures = landscape.curvatures(descents.map(({ place }) => place));
  for (const [b, descent] of descents.entries()) {
    const { states, slope } = descent.place;
    const { metric, bend } = curvatures[b];
    const roots = diagonalRoots(metric, free);
    if (roots === null) continue;
    const scaled = bend.map((value, k) => value * roots[Math.floor(k / units)] * roots[k % units]);
    for (; descent.dt > 1e-12; descent.dt /= FASTER) {
      const matrix = scaled.slice();
      for (let i = 0; i < units; i++)
        matrix[i * (units + 1)] += leak[i] + 1 / (descent.dt * pace[i]);
      if (!factorise(matrix, units)) continue;
      const step = slope.map((value, i) => -roots[i] * value);
      solveWith(matrix, step);
      steps.set(
        descent,
        states.map((x, i) => x + step[i] / roots[i]),
      );
      break;
    }
  }
  return steps;
}

/** The roots of a diagonal, 1 for units that are held; null where something else is not 0. */
function diagonalRoots(metric: StateVector, free: Uint8Array): StateVector | null {
  const units = free.length;
  if (!isDiagonal(metric, units)) return null;
  const roots = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    roots[i] = free[i] === 0 ? 1 : Math.sqrt(metric[i * units + i]);
    if (!(roots[i] > 1e-6)) return null;
  }
  return roots;
}

/** The size of the next step, after one that led somewhere and kept the energy from rising or not. */
function nextStep(
  dt: number,
  step: { from: Place; to: Place; falls: boolean; isBent: boolean; landscape: Landscape },
): number {
  const { from, to, falls, isBent, landscape } = step;
  if (!isBent) return falls ? GROWTH * dt : SHRINK * dt;
  if (!falls) return dt / FASTER;
  // What the energy should have done if the slope had changed as it does at the start of the step.
  let expected = 0;
  for (let i = 0; i < from.slope.length; i++) {
    const pull = (to.states[i] - from.states[i]) / (dt * landscape.pace[i]);
    expected += ((from.slope[i] - pull) / 2) * (to.activations[i] - from.activations[i]);
  }
  const found = to.energy - from.energy;
  const rounding = ROUNDING * (1 + Math.abs(from.energy));
  const isTold = Math.abs(found - expected) <= TOLD * Math.abs(expected) + rounding;
  return isTold ? dt * FASTER : dt;
}

/** As for the solvers that refuse steps; an energy that is not a number is refused. */
function descends(from: Place, to: Place, lowest: number): boolean {
  const rounding = ROUNDING * (1 + Math.abs(lowest));
  if (!(to.energy <= lowest + rounding)) return false;
  if (to.energy < from.energy - rounding) return true;
  let change = 0;
  for (let i = 0; i < to.slope.length; i++) {
    change += (from.slope[i] + to.slope[i]) * (to.activations[i] - from.activations[i]);
  }
  return change <= 0;
}

/** The largest change of an entry. */
export function largestChange(before: StateVector, after: StateVector): number {
  let most = 0;
  for (let i = 0; i < before.length; i++) most = Math.max(most, Math.abs(after[i] - before[i]));
  return most;
}
