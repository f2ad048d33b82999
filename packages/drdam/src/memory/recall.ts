// A recall from a distributed memory in float64, in the words of every recall.

import { makeTurn, type Signal } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { type Clip, follow, type Outcome, type RecallProgress } from "@hamlet/ham";
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
  /** Called before the first step and after every one. */
  readonly onProgress?: (progress: RecallProgress) => void;
  /** Stops the recall, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** What a recall returns: where it ended, and how, in the words of a recall of `@hamlet/ham`. */
export interface MemoryRecall extends Outcome {
  readonly state: Float64Array;
  /** The energy of the start and after every step. */
  readonly energies: Float64Array;
}

/** What is descended. */
export interface Landscape {
  readonly map: FeatureMap;
  readonly sums: Float64Array;
  readonly eps: number;
}

/** Rises of the energy up to this part of `1 + |E|` are rounding. */
const ROUNDING = 1e-12;
/** What holds the energy below the kernel sum that its logarithm is cut at. */
const FLOOR: Clip = {
  energy: "memory",
  neuron: "v",
  formula: "max(h, eps)",
  place: null,
  kind: "floor",
};

/** Descends from a query by Euler's method. */
export async function recallFrom(
  query: ArrayLike<number>,
  { map, sums, eps }: Landscape,
  options: MemoryRecallOptions,
): Promise<MemoryRecall> {
  const { depth = 1000, alpha = 0.1, tolerance = 1e-6, clamp, onProgress, signal } = options;
  assertSettings({ depth, alpha, tolerance });
  const { beta } = map.features.description;
  const state = Float64Array.from(query);
  const gradient = new Float64Array(state.length);
  const energies: number[] = [];
  let h = map.kernelSum(state, sums, gradient);
  let change = 0;
  const advance = () => {
    change = 0;
    for (let d = 0; d < state.length; d++) {
      if (!(h > eps) || (clamp !== undefined && Boolean(clamp[d]))) continue;
      const move = (alpha * gradient[d]) / (beta * h);
      state[d] += move;
      change = Math.max(change, Math.abs(move));
    }
    h = map.kernelSum(state, sums, gradient);
  };
  const read = () => ({ energy: [-Math.log(Math.max(h, eps)) / beta], change: [change] });
  const [tracker] = await follow(
    { read, advance },
    {
      steps: depth,
      stop: (reached) => reached.change <= tolerance,
      claimsDescent: true,
      noisy: false,
      follows: true,
      rounding: ROUNDING,
      turn: makeTurn(signal),
      onProgress,
      onStep: ({ energy }) => void energies.push(energy[0]),
    },
  );
  const outcome = tracker.outcome({ clips: h > eps ? [] : [FLOOR] });
  return { state, energies: Float64Array.from(energies), ...outcome };
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
