// Euler's method on a softmax memory whose patterns are elsewhere: a step asks for one part of all.

import { makeTurn, type Signal } from "@hamlet/core";
import type { SoftmaxPart, SoftmaxQueries, SoftmaxSimilarity } from "@hamlet/core/numbers";
import { follow, type Outcome, type RecallProgress } from "@hamlet/ham";
import type { Neuron } from "@hamlet/graph";

/** A recall that needs no more of the patterns than a softmax over them. */
export interface SoftmaxForm {
  readonly neuron: Neuron;
  readonly similarity: SoftmaxSimilarity;
  readonly beta: number;
  readonly dt: number;
  readonly steps: number;
  readonly stop: (reached: { step: number; energy: number; change: number }) => boolean;
}

/** Where examples start: `[B, D]`. */
export interface Starts {
  readonly queries: Float64Array;
  readonly width: number;
}

/** Where it ended, and how. */
export interface Descended {
  /** `[B, D]` */
  readonly states: Float64Array;
  /** Of every example (inner), after every step (outer). */
  readonly energies: readonly Float64Array[];
  readonly outcomes: readonly Outcome[];
}

/** Who has the patterns. */
interface Asked {
  readonly ask: (asked: SoftmaxQueries) => Promise<SoftmaxPart>;
  readonly signal?: Signal | undefined;
  readonly onProgress?: (progress: RecallProgress) => void;
}

/** Rises of the energy up to this part of `1 + |E|` are rounding. */
const ROUNDING = 1e-12;

/** `v ← v + dt (Σₘ pₘ ξₘ − v)`, with `p` the softmax over all patterns. */
export async function descend(
  { similarity, beta, dt, steps, stop }: SoftmaxForm,
  { queries, width }: Starts,
  { ask, signal, onProgress }: Asked,
): Promise<Descended> {
  const states = queries.slice();
  const count = queries.length / width;
  const change = new Float64Array(count);
  const energies: Float64Array[] = [];
  let part: SoftmaxPart | null = null;
  const read = async () => {
    part = await ask({ queries: states, width, beta, similarity });
    const { largest, total } = part;
    const energy = largest.map((exponent, b) => {
      const row = states.subarray(b * width, (b + 1) * width);
      const own = similarity === "dot" ? row.reduce((sum, x) => sum + x * x, 0) / 2 : 0;
      return own - (exponent + Math.log(total[b])) / beta;
    });
    return { energy, change };
  };
  const advance = (active: readonly boolean[]) => {
    const { total, weighted } = part!;
    active.forEach((moves, b) => {
      change[b] = 0;
      if (!moves) return;
      for (let i = b * width; i < (b + 1) * width; i++) {
        const move = dt * (weighted[i] / total[b] - states[i]);
        states[i] += move;
        change[b] = Math.max(change[b], Math.abs(move));
      }
    });
  };
  const trackers = await follow(
    { read, advance },
    {
      steps,
      stop,
      claimsDescent: true,
      noisy: false,
      follows: true,
      rounding: ROUNDING,
      turn: makeTurn(signal),
      onProgress,
      onStep: ({ energy }) => void energies.push(Float64Array.from(energy)),
    },
  );
  return { states, energies, outcomes: trackers.map((tracker) => tracker.outcome({ clips: [] })) };
}
