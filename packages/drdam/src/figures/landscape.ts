// What the notebooks draw, as data: energies over a grid, paths down, kernels and features.

import { inTurns, makeTurn, type StopOptions, type Work } from "@hamlet/core";
import { lseDescent, type Patterns, rbfKernelOf } from "../exact.ts";
import { FeatureMap } from "../features/feature-map.ts";
import type { Features } from "../features/features.ts";
import { rowsIn } from "../features/projection.ts";
import { dot, sinCos } from "@hamlet/core/numbers";

/** A grid over a plane of states, `origin + x u + y w`; the values of `xs` lie closest together. */
export interface PlaneGrid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Default 0. */
  readonly origin?: ArrayLike<number>;
  /** Default the first axis. */
  readonly u?: ArrayLike<number>;
  /** Default the second axis. */
  readonly w?: ArrayLike<number>;
}

/** Numbers from `low` to `high`, both included. */
export function spaced(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** The exact energy at every point of a grid, `[ys, xs]`. */
export async function exactLandscape(
  patterns: Patterns,
  grid: PlaneGrid,
  { D, beta, signal }: StopOptions & { readonly D: number; readonly beta: number },
): Promise<Float64Array> {
  const energy = (state: Float64Array) => lseDescent(state, patterns, beta).energy;
  return await inTurns(overGrid(grid, D, energy), makeTurn(signal));
}

/**
 * The energy by features at every point of a grid, `[ys, xs]`, from `T`.
 *
 * A phase is a part of `x` plus a part of `y`, so cosines and sines are taken on the sides of the
 * grid and combined inside of it.
 */
export async function featureLandscape(
  features: Features,
  T: ArrayLike<number>,
  grid: PlaneGrid,
  { eps = 1e-10, signal }: StopOptions & { readonly eps?: number } = {},
): Promise<Float64Array> {
  const turn = makeTurn(signal);
  const { D, Y, beta, kind } = features.description;
  const scale = 1 / Math.sqrt(kind === "positive" ? 2 * Y : Y);
  const energyOf = (h: number) => -Math.log(Math.max(h, eps)) / beta;
  const sums = Float64Array.from(T, (entry) => entry / scale);
  if (kind === "positive") {
    const map = new FeatureMap(features);
    const energy = (state: Float64Array) => energyOf(map.kernelSum(state, sums, null));
    return await inTurns(overGrid(grid, D, energy), turn);
  }
  const totals = await inTurns(kernelSums(features, sums, grid), turn);
  return totals.map((sum) => energyOf(sum * scale * scale));
}

/** `Σ cos(a + b) C + sin(a + b) S` for the phases `a` of every `x` and `b` of every `y`. */
function* kernelSums(
  { projection, description }: Features,
  sums: Float64Array,
  grid: PlaneGrid,
): Work<Float64Array> {
  const { D, Y, beta } = description;
  const { origin, u, w } = planeOf(grid, D);
  const sharp = Math.sqrt(beta);
  const columns = grid.xs.map((x) => origin.map((entry, d) => sharp * (entry + x * u[d])));
  const rows = grid.ys.map((y) => w.map((entry) => sharp * y * entry));
  const totals = new Float64Array(rows.length * columns.length);
  const phases = new Float64Array(projection.blockRows);
  const waves = () => [
    new Float64Array(projection.blockRows),
    new Float64Array(projection.blockRows),
  ];
  for (let block = 0; block < projection.blocks; block++) {
    const count = rowsIn(projection, block);
    const at = block * projection.blockRows;
    const side = (state: Float64Array) => {
      const [sines, cosines] = waves();
      projection.project(block, state, phases);
      sinCos(phases, count, sines, cosines);
      return { sines, cosines };
    };
    const across: ReturnType<typeof side>[] = [];
    for (const state of columns) {
      yield;
      const { sines, cosines } = side(state);
      // C cos a + S sin a goes with cos b, S cos a − C sin a with sin b.
      for (let i = 0; i < count; i++) {
        const [c, s] = [cosines[i], sines[i]];
        cosines[i] = sums[at + i] * c + sums[Y + at + i] * s;
        sines[i] = sums[Y + at + i] * c - sums[at + i] * s;
      }
      across.push({ sines, cosines });
    }
    for (const [r, state] of rows.entries()) {
      yield;
      const { sines, cosines } = side(state);
      across.forEach((column, c) => {
        let total = 0;
        for (let i = 0; i < count; i++) {
          total += cosines[i] * column.cosines[i] + sines[i] * column.sines[i];
        }
        totals[r * columns.length + c] += total;
      });
    }
  }
  return totals;
}

/** One entry of the feature vector at every point of a grid, `[ys, xs]`. */
export async function featureOverGrid(
  features: Features,
  entry: number,
  grid: PlaneGrid,
  { signal }: StopOptions = {},
): Promise<Float64Array> {
  const { D, Y } = features.description;
  const map = new FeatureMap(features);
  const { blockRows } = features.projection;
  const wanted = entry % Y;
  const scale = 1 / Math.sqrt(features.description.kind === "positive" ? 2 * Y : Y);
  const value = (state: Float64Array) => {
    let found = 0;
    map.block(state, Math.floor(wanted / blockRows), (row, first, second) => {
      found = scale * (entry < Y ? first : second)[wanted - row];
    });
    return found;
  };
  return await inTurns(overGrid(grid, D, value), makeTurn(signal));
}

/** Exact kernels of states and patterns, and what features make of them. */
export interface KernelScatter {
  readonly exact: Float64Array;
  readonly approx: Float64Array;
}

/**
 * The kernel of every state with every pattern, `[B, K]`, exact and by features.
 *
 * @param options.patternFeatures - features of the patterns; the notebook takes those of another β
 * by mistake. Default the same as of the states.
 */
export async function kernelScatter(
  states: ArrayLike<number>,
  patterns: Patterns,
  options: StopOptions & { readonly features: Features; readonly patternFeatures?: Features },
): Promise<KernelScatter> {
  const { features, patternFeatures = features, signal } = options;
  const turn = makeTurn(signal);
  const { D, beta } = features.description;
  const rowsOf = (all: ArrayLike<number>) =>
    Array.from({ length: all.length / D }, (_, k) =>
      Float64Array.from({ length: D }, (__, d) => all[k * D + d]),
    );
  const map = new FeatureMap(features);
  const patternMap = new FeatureMap(patternFeatures);
  const stored: { readonly xi: Float64Array; readonly phi: Float64Array }[] = [];
  for (const xi of rowsOf(patterns)) {
    await turn();
    stored.push({ xi, phi: patternMap.phi(xi) });
  }
  const [exact, approx]: [number[], number[]] = [[], []];
  for (const state of rowsOf(states)) {
    await turn();
    const phi = map.phi(state);
    for (const other of stored) {
      exact.push(rbfKernelOf(state, other.xi, beta));
      approx.push(dot(phi, other.phi));
    }
  }
  return { exact: new Float64Array(exact), approx: new Float64Array(approx) };
}

function* overGrid(
  grid: PlaneGrid,
  D: number,
  value: (state: Float64Array) => number,
): Work<Float64Array> {
  const { origin, u, w } = planeOf(grid, D);
  const state = new Float64Array(D);
  const values: number[] = [];
  for (const y of grid.ys) {
    for (const x of grid.xs) {
      for (let d = 0; d < D; d++) state[d] = origin[d] + x * u[d] + y * w[d];
      values.push(value(state));
      yield;
    }
  }
  return new Float64Array(values);
}

function planeOf({ origin, u, w }: PlaneGrid, D: number) {
  const axis = (at: number) => Float64Array.from({ length: D }, (_, d) => (d === at ? 1 : 0));
  return {
    origin: new Float64Array(origin ?? new Float64Array(D)),
    u: new Float64Array(u ?? axis(0)),
    w: new Float64Array(w ?? axis(1)),
  };
}
