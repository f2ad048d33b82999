// How fixed points are born, meet and die while a const changes: branches are followed from one census
// to the next, and the moment is solved for where one turns or is lost.

import { inTurns, makeTurn, type Work } from "@hamlet/core";
import { type EnergyGraph, evaluateScalar, HamError, type Tensor, tensorsIn } from "@hamlet/graph";
import { Matrix, solve } from "ml-matrix";
import { assertAdmitted } from "../hypergraph/assert-admitted.ts";
import { joined } from "./atlas.ts";
import { census, type Census, type CensusOptions } from "./census.ts";
import { classify } from "./classify.ts";
import {
  type Landscape,
  type LandscapeSpace,
  makeLandscape,
  type StateVector,
} from "./landscape.ts";
import { jacobianOf, largest, refine } from "./refine.ts";

/** Where the number or the kind of fixed points changes. */
export interface Bifurcation {
  /**
   * `fold`: two points meet and both end. `pitchfork`: one goes on, and on one side of the moment others
   * leave it. `crossing`: one goes on and changes its index, with the others that meet it on both sides.
   */
  readonly kind: "fold" | "pitchfork" | "crossing";
  /** The value of the const. */
  readonly at: number;
  /** The states of all layers behind one another. */
  readonly states: StateVector;
}

/** What a sweep found. */
export interface Sweep {
  readonly tensor: Tensor;
  /** As asked for, but for those at which a point is degenerate, which are taken a little beside. */
  readonly values: readonly number[];
  /** One a value. */
  readonly censuses: readonly Census[];
  /** By their value. */
  readonly bifurcations: readonly Bifurcation[];
}

/** How a sweep looks. */
export interface SweepOptions extends CensusOptions {
  /** The values of the const, ascending, at which all fixed points are looked for. */
  readonly values: readonly number[];
}

/** A value at which a point is degenerate is a moment itself: so far beside it, as a part of a step, all is told apart. */
const ASIDE = 0.0618;

/**
 * The fixed points at several values of a const, and the bifurcations between them.
 *
 * A fold is a root of `F = 0, J φ = 0, l·φ = 1` in states, φ and the const together (Moore and Spence);
 * where a branch goes on, the moment is that at which its rate is 0.
 * @see Moore & Spence, "The calculation of turning points of nonlinear equations", 1980.
 * @throws HamError `ham/sweep-const` for a const with axes, or one that others with axes follow from, and
 * `ham/value-refused` for a value that the const is declared not to have.
 */
export async function sweep(
  graph: EnergyGraph,
  space: LandscapeSpace,
  tensor: Tensor,
  { values, ...options }: SweepOptions,
): Promise<Sweep> {
  const censuses: Census[] = [];
  let seeds: readonly StateVector[] = [];
  const tracker = new Tracker(graph, space, tensor);
  const looked: number[] = [];
  const step = (values.at(-1)! - values[0]) / Math.max(1, values.length - 1);
  for (const [i, wanted] of values.entries()) {
    const look = (value: number) =>
      census(...withConst(graph, space, tensor, value), {
        ...options,
        seeds,
        onProgress: ({ done }) => options.onProgress?.({ done: i + done, of: values.length }),
      });
    let [value, found] = [wanted, await look(wanted)];
    if (found.points.some(({ kind }) => kind === "degenerate")) {
      value += (i + 1 < values.length ? ASIDE : -ASIDE) * step;
      found = await look(value);
    }
    looked.push(value);
    censuses.push(found);
    seeds = tracker.vectors(value, found);
  }
  const turn = makeTurn(options.signal);
  const bifurcations = await inTurns(tracker.between(looked, censuses), turn);
  return { tensor, values: looked, censuses, bifurcations };
}

/**
 * A model with another value of a const, and of the consts that follow from it. None of them is left
 * among the declarations, whose formulas would set them anew.
 */
function withConst(
  graph: EnergyGraph,
  space: LandscapeSpace,
  tensor: Tensor,
  value: number,
): readonly [EnergyGraph, LandscapeSpace] {
  if (tensor.kind !== "const" || tensor.axes.length > 0) refuse(tensor);
  // Not its formula, which has another value here.
  assertAdmitted({ ...tensor, source: null }, [value], []);
  const tensors = new Map(space.tensors).set(tensor, [value]);
  const changed = new Set([tensor]);
  for (const other of graph.tensors) {
    if (other === tensor || other.source?.from !== "value") continue;
    if (![...tensorsIn([other.source.value])].some((read) => changed.has(read))) continue;
    if (other.axes.length > 0) refuse(other);
    changed.add(other);
    tensors.set(other, [evaluateScalar(other.source.value, { sizes: space.sizes, tensors })]);
  }
  const others = graph.tensors.filter((other) => !changed.has(other));
  return [
    { ...graph, tensors: others },
    { ...space, tensors },
  ];
}

function refuse({ name, kind, axes }: Tensor): never {
  const found = axes.length > 0 ? `an array of ${axes.length} axes` : `a ${kind}`;
  throw new HamError(
    "ham/sweep-const",
    `A sweep moves one number: expected a const without axes, found "${name}", ${found}. Sweep another const.`,
  );
}

/** A fixed point on its branch. */
interface Spot {
  readonly value: number;
  readonly states: StateVector;
}

/** A branch as far as it was followed. */
interface Branch {
  readonly path: readonly Spot[];
  /** Whether it came to an end on the way. */
  readonly isLost: boolean;
}

/** States that differ by less than this part of `1 + |x|` are one fixed point. */
const MERGED = 1e-4;

/** Steps of a branch are halved down to this part of the distance of two values. */
const SMALLEST = 2 ** -14;
/** No step may move a state by more than this part of `1 + |x|`. */
const JUMP = 0.05;
/** Moments nearer than this part of the distance between two values, and states, are one. */
const NEAR = 0.05;

class Tracker {
  readonly #graph: EnergyGraph;
  readonly #space: LandscapeSpace;
  readonly #tensor: Tensor;
  readonly #landscapes = new Map<number, Landscape>();

  constructor(graph: EnergyGraph, space: LandscapeSpace, tensor: Tensor) {
    this.#graph = graph;
    this.#space = space;
    this.#tensor = tensor;
  }

  #at(value: number): Landscape {
    let known = this.#landscapes.get(value);
    if (known === undefined) {
      known = makeLandscape(...withConst(this.#graph, this.#space, this.#tensor, value));
      if (this.#landscapes.size > 64) this.#landscapes.clear();
      this.#landscapes.set(value, known);
    }
    return known;
  }

  vectors(value: number, { points }: Census): StateVector[] {
    return points.map(({ states }) => joined(this.#at(value), states));
  }

  *between(values: readonly number[], censuses: readonly Census[]): Work<Bifurcation[]> {
    const found: Bifurcation[] = [];
    for (let i = 0; i + 1 < values.length; i++) {
      const [low, high] = [values[i], values[i + 1]];
      const up = yield* this.#branches(censuses[i], low, high);
      const down = yield* this.#branches(censuses[i + 1], high, low);
      found.push(...(yield* this.#events(up, down, high - low)));
    }
    return found.sort((a, b) => a.at - b.at);
  }

  /** The branch of every point of a census, as far as another value. */
  *#branches(census: Census, from: number, to: number): Work<Branch[]> {
    const branches: Branch[] = [];
    for (const states of this.vectors(from, census)) {
      branches.push(yield* this.#follow({ value: from, states }, to));
    }
    return branches;
  }

  *#events(up: readonly Branch[], down: readonly Branch[], range: number): Work<Bifurcation[]> {
    const crossings: { readonly event: Bifurcation; readonly branch: Branch }[] = [];
    for (const branch of up) {
      if (!goesOn(branch, down)) continue;
      for (const event of yield* this.#turns(branch.path)) {
        const isKnown = crossings.some((other) => isSame(other.event, event, range));
        if (!isKnown) crossings.push({ event, branch });
      }
    }
    const gone = [up, down].map((branches, way) =>
      branches.filter((branch) => !goesOn(branch, way === 0 ? down : up)),
    );
    /** Whether a branch that does not go on ends in that crossing. */
    const meets = (
      branch: Branch,
      way: number,
      { event, branch: other }: (typeof crossings)[0],
    ) => {
      const there = way === 0 ? other.path.at(-1)! : other.path[0];
      if (!branch.isLost) return isClose(branch.path.at(-1)!.states, there.states, MERGED);
      return isNear(event, branch.path.at(-1)!, range);
    };
    const met = crossings.map(({ event }, k): Bifurcation => {
      const [before, after] = gone.map((all, way) =>
        all.some((branch) => meets(branch, way, crossings[k])),
      );
      return { ...event, kind: before === after ? "crossing" : "pitchfork" };
    });
    const folds: Bifurcation[] = [];
    for (const [way, branches] of gone.entries()) {
      for (const branch of branches) {
        if (!branch.isLost || crossings.some((crossing) => meets(branch, way, crossing))) continue;
        const fold = yield* this.#fold(branch.path.at(-1)!);
        if (fold !== null && !folds.some((other) => isSame(other, fold, range))) folds.push(fold);
      }
    }
    return [...met, ...folds];
  }

  /** Follows a branch from one value to another, or to where it is lost. */
  *#follow(start: Spot, to: number): Work<Branch> {
    const path: Spot[] = [start];
    const smallest = SMALLEST * Math.abs(to - start.value);
    let step = (to - start.value) / 8;
    while (path.at(-1)!.value !== to) {
      const here = path.at(-1)!;
      const next = Math.abs(to - here.value) <= Math.abs(step) ? to : here.value + step;
      const states = yield* this.#corrected(here.states, next);
      if (states !== null) {
        path.push({ value: next, states });
        step *= 1.5;
        continue;
      }
      step /= 2;
      if (Math.abs(step) < smallest) return { path, isLost: true };
    }
    return { path, isLost: false };
  }

  /** The fixed point near by at another value; null where there is none, or only one far off. */
  *#corrected(states: StateVector, value: number): Work<StateVector | null> {
    const [{ place, converged }] = yield* refine(this.#at(value), [states]);
    const size = 1 + largest(states);
    const far = states.some((x, i) => Math.abs(x - place.states[i]) > JUMP * size);
    return converged && !far ? place.states : null;
  }

  *#rates({ value, states }: Spot): Work<readonly number[]> {
    const landscape = this.#at(value);
    const [place] = landscape.places([states]);
    return (yield* classify(landscape, place)).eigenvalues;
  }

  /** Where the index of a branch changes. */
  *#turns(path: readonly Spot[]): Work<Bifurcation[]> {
    const found: Bifurcation[] = [];
    const index = (rates: readonly number[]) => rates.filter((rate) => rate < 0).length;
    let before = yield* this.#rates(path[0]);
    for (let i = 0; i + 1 < path.length; i++) {
      const after = yield* this.#rates(path[i + 1]);
      const first = Math.min(index(before), index(after));
      if (index(before) !== index(after)) {
        const spot = yield* this.#root(path[i], path[i + 1], [before[first], after[first]], first);
        if (spot !== null) found.push({ kind: "crossing", at: spot.value, states: spot.states });
      }
      before = after;
    }
    return found;
  }

  /** Where a rate of a branch is 0, by the rule of false position as Illinois has it. */
  *#root(a: Spot, b: Spot, rates: [number, number], which: number): Work<Spot | null> {
    let [left, right, [low, high]] = [a, b, rates];
    let side = 0;
    for (let step = 0; step < 80; step++) {
      const value = (left.value * high - right.value * low) / (high - low);
      const states = yield* this.#corrected(step % 2 === 0 ? left.states : right.states, value);
      if (states === null) return null;
      const spot = { value, states };
      const rate = (yield* this.#rates(spot))[which];
      const isEnough = Math.abs(rate) < 1e-12 || Math.abs(right.value - left.value) < 1e-13;
      if (isEnough) return spot;
      if (rate > 0 === high > 0) {
        [right, high] = [spot, rate];
        if (side === 1) low /= 2;
        side = 1;
      } else {
        [left, low] = [spot, rate];
        if (side === -1) high /= 2;
        side = -1;
      }
    }
    return left;
  }

  /** Newton's method on `F = 0, J φ = 0, l·φ = 1`. */
  *#fold({ value, states: near }: Spot): Work<Bifurcation | null> {
    const n = near.length;
    let [at, states] = [value, near];
    let phi = nullVector(yield* this.#jacobian(states, at));
    const l = phi;
    for (let iteration = 0; iteration < 30; iteration++) {
      const [slope, J] = [this.#slope(states, at), yield* this.#jacobian(states, at)];
      const image = J.mmul(Matrix.columnVector(phi)).to1DArray();
      const ones = l.reduce((total, x, i) => total + x * phi[i], -1);
      const residual = [...slope, ...image, ones];
      const system = Matrix.zeros(2 * n + 1, 2 * n + 1);
      system.setSubMatrix(J, 0, 0);
      system.setSubMatrix(J, n, n);
      for (let j = 0; j < n; j++) {
        const by = 1e-5 * (1 + Math.abs(states[j]));
        const [up, down] = [by, -by].map((h) => states.with(j, states[j] + h));
        const bent = Matrix.sub(yield* this.#jacobian(up, at), yield* this.#jacobian(down, at));
        const column = bent.mmul(Matrix.columnVector(phi)).div(2 * by);
        system.setSubMatrix(column, n, j);
      }
      const by = 1e-6 * (1 + Math.abs(at));
      const [high, low] = [this.#slope(states, at + by), this.#slope(states, at - by)];
      const bent = Matrix.sub(
        yield* this.#jacobian(states, at + by),
        yield* this.#jacobian(states, at - by),
      );
      const turned = bent.mmul(Matrix.columnVector(phi)).to1DArray();
      for (let i = 0; i < n; i++) {
        system.set(i, 2 * n, (high[i] - low[i]) / (2 * by));
        system.set(n + i, 2 * n, turned[i] / (2 * by));
        system.set(2 * n, n + i, l[i]);
      }
      const step = solve(system, Matrix.columnVector(residual), true).to1DArray();
      if (!step.every(Number.isFinite)) return null;
      states = states.map((x, i) => x - step[i]);
      phi = phi.map((x, i) => x - step[n + i]);
      at -= step[2 * n];
      if (largest(step) < 1e-11 * (1 + largest(states))) break;
    }
    const far = near.some((x, i) => Math.abs(x - states[i]) > 0.2 * (1 + largest(near)));
    const isRest = largest(this.#slope(states, at)) < 1e-9 * (1 + largest(states));
    return far || !isRest ? null : { kind: "fold", at, states };
  }

  #slope(states: StateVector, value: number): StateVector {
    return this.#at(value).places([states])[0].slope;
  }

  *#jacobian(states: StateVector, value: number): Work<Matrix> {
    const landscape = this.#at(value);
    const [curvature] = landscape.curvatures(landscape.places([states]));
    return Matrix.from1DArray(
      states.length,
      states.length,
      yield* jacobianOf(landscape, curvature),
    );
  }
}

/** The direction that a matrix shrinks most, by inverse iteration. */
function nullVector(matrix: Matrix): number[] {
  const n = matrix.rows;
  const moved = Matrix.add(matrix, Matrix.eye(n).mul(1e-7));
  let vector = Array.from({ length: n }, (_, i) => 1 + 0.1 * i);
  for (let i = 0; i < 8; i++) {
    const next = solve(moved, Matrix.columnVector(vector), true).to1DArray();
    const size = Math.hypot(...next);
    vector = next.map((x) => x / size);
  }
  return vector;
}

/** Whether a branch comes to an end that leads back to where it began, as no side branch does. */
function goesOn({ path, isLost }: Branch, back: readonly Branch[]): boolean {
  if (isLost) return false;
  const own = back.find((other) => isClose(other.path[0].states, path.at(-1)!.states, MERGED));
  if (own === undefined) return true;
  return !own.isLost && isClose(own.path.at(-1)!.states, path[0].states, MERGED);
}

function isSame(a: Bifurcation, b: Bifurcation, range: number): boolean {
  return Math.abs(a.at - b.at) < 1e-3 * range && isClose(a.states, b.states, 1e-3);
}

function isClose(a: StateVector, b: StateVector, part: number): boolean {
  return a.every((x, i) => Math.abs(x - b[i]) < part * (1 + largest(a)));
}

function isNear({ at, states }: Bifurcation, spot: Spot, distance: number): boolean {
  if (Math.abs(at - spot.value) > NEAR * distance) return false;
  return isClose(states, spot.states, 4 * JUMP);
}
