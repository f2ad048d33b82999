// From points near fixed points to the fixed points themselves, whatever their kind.

import type { Work } from "@hamlet/core";
import type { Curvature, Landscape, Place, StateVector } from "./landscape.ts";
import { factorise, isDiagonal, solveWith } from "./positive.ts";
import { SIDE_BY_SIDE, sideBySide } from "./side-by-side.ts";

/** Where a search ended. */
export interface Refined {
  readonly place: Place;
  /** The largest absolute entry of `∂E/∂x̂` there. */
  readonly residual: number;
  /** Whether that is small enough to be a fixed point. */
  readonly converged: boolean;
}

/** A residual `∂E/∂x̂` below this part of `1 + |x|` counts as 0. */
export const RESIDUAL = 1e-9;

const ITERATIONS = 100;
/** A zero that is farther away than so many times `1 + |x|` is not looked for. */
const FAR = 100;

/** Entries of matrices of searches that run side by side, at most: more leave the near cache. */
const ENTRIES = 2 ** 15;

/**
 * Newton's method on `∂E/∂x̂ = 0` in the states, damped as by Levenberg and Marquardt: it finds
 * saddles and maxima as readily as minima, and its last steps are Newton's.
 *
 * `(JᵀJ + λI) δ = −Jᵀ g` with `g = ∂E/∂x̂` and `J = ∂g/∂x = leak + ∂²E_synapses/∂x̂² · ∂x̂/∂x`.
 * Every iteration builds J, so it is for models of a few hundred units. Searches from many starts
 * run side by side, each with a damping of its own.
 * @see Moré, "The Levenberg–Marquardt algorithm: implementation and theory", 1978.
 */
export function* refine(landscape: Landscape, starts: readonly StateVector[]): Work<Refined[]> {
  const units = landscape.free.length;
  const width = Math.max(1, Math.min(SIDE_BY_SIDE, Math.floor(ENTRIES / units ** 2)));
  const searches = landscape
    .places(starts)
    .map((place): Search => ({ place, damping: 1e-3, system: null, steps: 0 }));
  yield* sideBySide(searches.filter(isMoving), width, function* round(some) {
    const fresh = some.filter(({ system }) => system === null);
    const systems = yield* newtonSystems(landscape, fresh);
    fresh.forEach((search, i) => (search.system = systems[i]));
    // A search that has to take a shorter step does so beside the next steps of the others.
    const trials = landscape.places(some.map(stepped));
    return some.filter((search, i) => goesOn(search, trials[i]));
  });
  return searches.map(({ place }) => ({
    place,
    residual: largest(place.slope),
    converged: isFixed(place),
  }));
}

interface Search {
  place: Place;
  damping: number;
  /** What it solves at its place; null until it is looked at. */
  system: System | null;
  /** Steps that led somewhere. */
  steps: number;
}

function isMoving({ place, steps }: Search): boolean {
  return steps < ITERATIONS && largest(place.slope) > 1e-14;
}

/** Takes a step or refuses it, and says whether there is another. */
function goesOn(search: Search, trial: Place): boolean {
  if (length(trial.slope) < length(search.place.slope)) {
    search.place = trial;
    search.damping /= 10;
    search.system = null;
    search.steps++;
    return isMoving(search);
  }
  // All that is left is rounding, or the way to a zero.
  if (isFixed(search.place) || isAstray(search)) return false;
  search.damping = Math.max(search.damping, 1e-12) * 8;
  return search.damping < 1e12;
}

function isFixed({ slope, states }: Place): boolean {
  return largest(slope) <= RESIDUAL * (1 + largest(states));
}

/**
 * Whether no zero is near: as far as `g` is linear, the nearest one is `|g|²/|Jᵀg|` away at least. So it is
 * around points where `|g|` is least and not 0, which a search would close in on to the last digit.
 */
function isAstray({ place: { slope, states }, system }: Search): boolean {
  return length(slope) ** 2 > FAR * (1 + largest(states)) * length(system!.right);
}

interface System {
  /** The lower half of `JᵀJ`, its largest entry on the diagonal, and `−Jᵀ g`. */
  readonly normal: StateVector;
  readonly scale: number;
  readonly right: StateVector;
}

function stepped({ place, damping, system }: Search): StateVector {
  const { normal, scale, right } = system!;
  const units = right.length;
  const matrix = normal.slice();
  for (let i = 0; i < units; i++) matrix[i * (units + 1)] += damping * scale;
  // Where rounding spoils it no step is better than this one, and the next has more damping.
  if (!factorise(matrix, units)) return place.states;
  const step = right.slice();
  solveWith(matrix, step);
  return place.states.map((x, i) => x + step[i]);
}

/** What every search solves next. */
function* newtonSystems(landscape: Landscape, searches: readonly Search[]): Work<System[]> {
  const curvatures = landscape.curvatures(searches.map(({ place }) => place));
  const systems: System[] = [];
  for (const [b, search] of searches.entries()) {
    yield;
    const { slope } = search.place;
    const units = slope.length;
    const jacobian = yield* jacobianOf(landscape, curvatures[b]);
    const normal = new Float64Array(units * units);
    const right = new Float64Array(units);
    for (let k = 0; k < units; k++) {
      const row = k * units;
      for (let i = 0; i < units; i++) right[i] -= jacobian[row + i] * slope[k];
    }
    for (let k = 0; k < units; k += ROWS) {
      if (units >= LARGE) yield;
      addSquares(normal, jacobian, units, k);
    }
    let scale = 1e-300;
    for (let i = 0; i < units; i++) scale = Math.max(scale, normal[i * (units + 1)]);
    systems.push({ normal, scale, right });
  }
  return systems;
}

/** From so many units on a row of a matrix is worth a turn of others. */
const LARGE = 64;

/** Rows whose products are added at once: a matrix is read and written once for all of them. */
const ROWS = 4;

/** Adds what some rows from `k` on bring to the lower half of `JᵀJ`, one after the other. */
function addSquares(normal: StateVector, jacobian: StateVector, units: number, k: number): void {
  const a = k * units;
  if (k + ROWS > units) {
    for (let row = a; row < units ** 2; row += units) {
      for (let i = 0; i < units; i++) {
        const factor = jacobian[row + i];
        for (let j = 0; j <= i; j++) normal[i * units + j] += factor * jacobian[row + j];
      }
    }
    return;
  }
  const [b, c, d] = [a + units, a + 2 * units, a + 3 * units];
  for (let i = 0; i < units; i++) {
    const [p, q] = [jacobian[a + i], jacobian[b + i]];
    const [r, s] = [jacobian[c + i], jacobian[d + i]];
    for (let j = 0, at = i * units; j <= i; j++, at++) {
      let sum = normal[at] + p * jacobian[a + j];
      sum += q * jacobian[b + j];
      sum += r * jacobian[c + j];
      normal[at] = sum + s * jacobian[d + j];
    }
  }
}

/** `∂g/∂x`, row-major. Units that are held have 1 on the diagonal, so that they stay. */
export function* jacobianOf(
  { free, leak }: Landscape,
  { metric, bend }: Curvature,
): Work<StateVector> {
  const units = free.length;
  const jacobian = new Float64Array(units * units);
  const isPlain = isDiagonal(metric, units);
  for (let i = 0; i < units; i++) {
    const row = i * units;
    if (units >= LARGE) yield;
    for (let k = 0; k < units; k++) {
      const factor = bend[row + k];
      if (factor === 0) continue;
      const [from, to] = isPlain ? [k, k] : [0, units - 1];
      for (let j = from; j <= to; j++) jacobian[row + j] += factor * metric[k * units + j];
    }
    jacobian[row + i] = free[i] === 0 ? 1 : jacobian[row + i] + leak[i];
  }
  return jacobian;
}

/** The largest size of an entry. */
// Plain loops: a call for every entry of a short vector takes several times as long.
export function largest(vector: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i]));
  return most;
}

function length(vector: StateVector): number {
  let total = 0;
  for (let i = 0; i < vector.length; i++) total += vector[i] * vector[i];
  return Math.sqrt(total);
}
