// A recall from a distributed memory: gradient descent that says how it ended.

import { makeTurn, type Progress, type Signal } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { FeatureMap } from "../features/feature-map.ts";

/** How a recall goes. */
export interface MemoryRecallOptions {
  /** The largest number of steps; default 1000. */
  readonly depth?: number;
  /** Step size α of `v ← v − α ∂E/∂v`; default 0.1. */
  readonly alpha?: number;
  /** Ends the recall when no entry moves by more than this in a step; default 1e-6. */
  readonly tolerance?: number;
  /** Entries that are held, `[D]`, by not being 0. */
  readonly clamp?: ArrayLike<number | boolean>;
  /** Called after every step. */
  readonly onProgress?: (progress: Progress & { readonly energy: number }) => void;
  /** Stops the recall, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/**
 * How a recall from a memory ended. `clipped`: the kernel sum of the state is below what the
 * logarithm is cut at; the gradient is 0 there, so that the state stands still without being near
 * any memory.
 */
export type MemoryEnding =
  | "converged"
  | "clipped"
  | "max-steps"
  | "energy-increased"
  | "non-finite";

/** What a recall returns. */
export interface MemoryRecall {
  readonly state: Float64Array;
  readonly ending: MemoryEnding;
  readonly steps: number;
  /** The energy of the start and after every step. */
  readonly energies: Float64Array;
  /** The largest change of an entry in the last step. */
  readonly lastChange: number;
}

/** What is descended. */
export interface Landscape {
  readonly map: FeatureMap;
  readonly sums: Float64Array;
  readonly eps: number;
}

/** Rises of the energy up to this part of `1 + |E|` are rounding. */
const ROUNDING = 1e-12;

/** Descends from a query. */
export async function recallFrom(
  query: ArrayLike<number>,
  landscape: Landscape,
  options: MemoryRecallOptions,
): Promise<MemoryRecall> {
  const { depth = 1000, alpha = 0.1, tolerance = 1e-6, clamp, onProgress, signal } = options;
  assertSettings({ depth, alpha, tolerance });
  const { map, sums, eps } = landscape;
  const { beta } = map.features.description;
  const state = new Float64Array(query);
  const gradient = new Float64Array(state.length);
  const energies: number[] = [];
  let rose = false;
  let change = Infinity;
  const turn = makeTurn(signal);
  for (let step = 0; ; step++) {
    const h = map.kernelSum(state, sums, gradient);
    const energy = -Math.log(Math.max(h, eps)) / beta;
    const before = energies.at(-1) ?? Infinity;
    energies.push(energy);
    if (step > 0) onProgress?.({ done: step, of: depth, energy });
    const end = (ending: MemoryEnding): MemoryRecall => ({
      state,
      ending,
      steps: step,
      energies: new Float64Array(energies),
      lastChange: step === 0 ? 0 : change,
    });
    if (!Number.isFinite(h) || !state.every(Number.isFinite)) return end("non-finite");
    if (!(h > eps)) return end("clipped");
    rose ||= energy > before + ROUNDING * (1 + Math.abs(energy));
    if (change <= tolerance) return end("converged");
    if (step === depth) return end(rose ? "energy-increased" : "max-steps");
    change = 0;
    for (let d = 0; d < state.length; d++) {
      if (clamp !== undefined && Boolean(clamp[d])) continue;
      const move = (alpha * gradient[d]) / (beta * h);
      state[d] += move;
      change = Math.max(change, Math.abs(move));
    }
    const others = turn();
    if (others !== undefined) await others;
  }
}

function assertSettings(settings: Readonly<Record<"depth" | "alpha" | "tolerance", number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const [fits, expected] =
      name === "depth"
        ? [Number.isSafeInteger(value) && value >= 1, "a whole number from 1 up"]
        : [value >= 0 && value < Infinity, "a number from 0 up"];
    if (fits) continue;
    throw new HamError(
      "drdam/bad-setting",
      `recall: expected ${expected} as "${name}", found ${value}. Change "${name}".`,
      { name, found: value },
    );
  }
}
