// What every cell of the zoo holds and mends, on the same random patterns.
//
// A damaged copy of a pattern is updated until it stands still; it has come back where every unit has
// the sign of the pattern, in the last state and in the one before. The inverse temperature of a cell is the one of a grid that brings most copies
// back, on patterns of their own, so that no cell is judged on what it was chosen by.

import { foldIn, type Key, uniform, type Work } from "@hamlet/core";
import { type ConfidenceInterval, wilsonInterval } from "../capacity/wilson.ts";
import { type Cell, updateOf } from "./cells.ts";
import { SIMILARITIES, type SimilarityName } from "./similarities.ts";

/** What is measured. */
export interface ZooPlan {
  /** Units of a pattern. */
  readonly size: number;
  /** Numbers of patterns, rising, for the capacity at `noise`. */
  readonly counts: readonly number[];
  readonly noise: number;
  /** Shares of flipped units, rising, for the basins of `count` patterns. */
  readonly noises: readonly number[];
  readonly count: number;
  /** Damaged copies in each case, each of patterns of its own. */
  readonly trials: number;
  readonly key: Key;
}

/** A share of copies that came back, with its 95% interval. */
export interface Restored extends ConfidenceInterval {
  readonly share: number;
}

/** A cell with what it held and mended. */
export interface MeasuredCell extends Cell {
  /** The inverse temperature that it was measured at. */
  readonly beta: number;
  /** By number of patterns, at the noise of the plan. */
  readonly held: readonly (Restored & { readonly K: number })[];
  /** The largest number of patterns up to which at least nine of ten copies came back; 0 for none. */
  readonly capacity: number;
  /** By share of flipped units, of the count of the plan. */
  readonly mended: readonly (Restored & { readonly noise: number })[];
  /** The largest share of flipped units up to which at least half of the copies came back; 0 for none. */
  readonly basin: number;
}

/** Updates after which a copy that still moves is judged as it is, and a state that runs away. */
const [MOST_UPDATES, FARTHEST] = [50, 1e6];
/** β times the difference between a pattern and the others: the grid, in steps of √2. */
const GRID = Array.from({ length: 17 }, (_, k) => 2 ** (k / 2 - 1));

/** Measures a cell. The same key gives the same patterns and damage to every cell. */
export function* measureCell(cell: Cell, plan: ZooPlan): Work<MeasuredCell> {
  const { counts, noise, noises, count, trials } = plan;
  const middle = counts[Math.floor(counts.length / 2)];
  let [beta, most] = [betaOf(cell.similarity, plan.size, GRID[0]), -1];
  for (const step of GRID) {
    const tried = betaOf(cell.similarity, plan.size, step);
    const back = restored(cell, tried, trialsOf(plan, { K: middle, noise, at: 0 }));
    if (back > most) [beta, most] = [tried, back];
    yield;
  }
  const share = (hits: number): Restored => ({
    share: hits / trials,
    ...wilsonInterval(hits, trials),
  });
  const held: (Restored & { K: number })[] = [];
  for (const [n, K] of counts.entries()) {
    held.push({ K, ...share(restored(cell, beta, trialsOf(plan, { K, noise, at: 1 + n }))) });
    yield;
  }
  const mended: (Restored & { noise: number })[] = [];
  for (const [n, part] of noises.entries()) {
    const about = { K: count, noise: part, at: 1 + counts.length + n };
    mended.push({ noise: part, ...share(restored(cell, beta, trialsOf(plan, about))) });
    yield;
  }
  const upTo = <Row extends Restored>(rows: readonly Row[], least: number): Row | undefined => {
    const first = rows.findIndex((row) => row.share < least);
    return rows[(first === -1 ? rows.length : first) - 1];
  };
  return {
    ...cell,
    beta,
    held,
    capacity: upTo(held, 0.9)?.K ?? 0,
    mended,
    basin: upTo(mended, 0.5)?.noise ?? 0,
  };
}

/** Patterns of signs, and a damaged copy of the first. */
interface Trial {
  readonly signs: readonly Float64Array[];
  readonly damaged: Float64Array;
}

/** The same for every cell, and so drawn once for each plan. */
const DRAWN = new WeakMap<Key, Map<string, readonly Trial[]>>();

function trialsOf(
  plan: Pick<ZooPlan, "size" | "trials" | "key">,
  { K, noise, at }: { readonly K: number; readonly noise: number; readonly at: number },
): readonly Trial[] {
  const { size, trials, key } = plan;
  const known = DRAWN.get(key) ?? new Map<string, readonly Trial[]>();
  DRAWN.set(key, known);
  const name = [size, trials, K, noise, at].join(" ");
  let found = known.get(name);
  if (found === undefined) {
    found = Array.from({ length: trials }, (_, trial): Trial => {
      const draws = uniform(foldIn(foldIn(key, at), trial), [K + 1, size]);
      const row = (m: number) => draws.subarray(m * size, (m + 1) * size);
      const signs = Array.from({ length: K }, (__, m) =>
        Float64Array.from(row(m), (x) => (x < 0.5 ? -1 : 1)),
      );
      const order = [...row(K).keys()].sort((a, b) => row(K)[a] - row(K)[b]);
      const damaged = signs[0].slice();
      for (const n of order.slice(0, Math.round(noise * size))) damaged[n] *= -1;
      return { signs, damaged };
    });
    known.set(name, found);
  }
  return found;
}

/** How many of the damaged copies came back. */
function restored(cell: Cell, beta: number, trials: readonly Trial[]): number {
  const { prepared, signsOf } = SIMILARITIES[cell.similarity];
  return trials.filter(({ signs, damaged }) => {
    const update = updateOf(cell, signs.map(prepared), beta);
    // Both, so that what goes to and fro is not taken for what stands still.
    const ends = lastOf(update, prepared(damaged)).map(signsOf);
    return ends.every((end) => end.every((sign, n) => sign === signs[0][n]));
  }).length;
}

/** The last two states of updates, which end where one stands still or runs away, or are used up. */
export function lastOf(
  update: (state: Float64Array) => Float64Array,
  start: Float64Array,
): readonly [Float64Array, Float64Array] {
  let [before, state] = [start, update(start)];
  for (let n = 1; n < MOST_UPDATES; n++) {
    const next = update(state);
    if (!next.every((x) => Math.abs(x) < FARTHEST)) break;
    [before, state] = [state, next];
    if (state.every((x, i) => Math.abs(x - before[i]) <= 1e-9 * (1 + Math.abs(x)))) break;
  }
  return [before, state];
}

/** β such that β times the score of a pattern is `times` above that of a pattern that differs in half. */
function betaOf(similarity: SimilarityName, size: number, times: number): number {
  const { prepared, score } = SIMILARITIES[similarity];
  const [whole, half] = [0, Math.floor(size / 2)].map((flips) =>
    prepared(
      Float64Array.from({ length: size }, (_, i) => (i < flips ? 1 : -1) * (i % 2 ? 1 : -1)),
    ),
  );
  return times / (score(whole, whole) - score(half, whole));
}
