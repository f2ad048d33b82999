// One loop for every descent, wherever its numbers are: step by step until all examples have ended.

import type { Turn } from "@hamlet/core";
import type { Among } from "./among.ts";
import { OutcomeTracker } from "./outcome.ts";
import type { RecallProgress } from "./recall.ts";

/** What is known after a step, example by example. */
export interface Reading {
  readonly energy: ArrayLike<number>;
  /** The largest absolute change of an entry in the last step; 0 before the first one. */
  readonly change: ArrayLike<number>;
}

/** Something that descends, as tensors or as arrays. */
export interface Descending {
  read(): Reading | Promise<Reading>;
  /** One step of the examples that are still on their way; the others stay where they are. */
  advance(active: readonly boolean[]): void;
}

/** How a descent is followed. */
export interface FollowOptions {
  /** The largest number of steps. */
  readonly steps: number;
  /** Whether an example has arrived. */
  readonly stop: (reached: {
    readonly step: number;
    readonly energy: number;
    readonly change: number;
  }) => boolean;
  /** False where the energy itself changes, as under a schedule, or for noise. */
  readonly claimsDescent: boolean;
  readonly noisy: boolean;
  /** Whether steps stay close to the dynamics. */
  readonly follows: boolean;
  /** Rises of the energy up to this part of `1 + |E|` are rounding; default that of float32 sums. */
  readonly rounding?: number;
  readonly turn: Turn;
  readonly among?: Among | undefined;
  readonly onProgress?: ((progress: RecallProgress) => void) | undefined;
  /** Called after every step, and before the first one. */
  readonly onStep?: (now: {
    readonly step: number;
    readonly last: boolean;
    readonly energy: ArrayLike<number>;
    readonly trackers: readonly OutcomeTracker[];
  }) => void | Promise<void>;
}

/** Descends until every example has ended or the steps are used up; returns how each one went. */
export async function follow(
  path: Descending,
  { steps, stop, turn, among, onProgress, onStep, ...about }: FollowOptions,
): Promise<readonly OutcomeTracker[]> {
  let trackers: readonly OutcomeTracker[] = [];
  for (let step = 0; ; step++) {
    // A promise is awaited only where there is one: a small step takes less time than that.
    const others = turn();
    if (others !== undefined) await others;
    const reading = path.read();
    const { energy, change } = "then" in reading ? await reading : reading;
    if (step === 0) {
      trackers = Array.from(energy, (first) => {
        const tracker = new OutcomeTracker(about);
        tracker.start(first);
        return tracker;
      });
    } else {
      trackers.forEach((tracker, b) => {
        const reached = { step, energy: energy[b], change: change[b] };
        tracker.step(energy[b], change[b], stop(reached));
      });
    }
    const moving = trackers.map((tracker) => tracker.active);
    const active = moving.filter(Boolean).length;
    onProgress?.({ done: step, of: steps, active, energy: average(energy) });
    const ended = active === 0 || step === steps ? step : null;
    const elsewhere = among === undefined ? ended : among.lastStep(step, ended);
    const last = (elsewhere instanceof Promise ? await elsewhere : elsewhere) !== null;
    const noted = onStep?.({ step, last, energy, trackers });
    if (noted !== undefined) await noted;
    if (last) return trackers;
    path.advance(moving);
  }
}

function average(values: ArrayLike<number>): number {
  let total = 0;
  for (let b = 0; b < values.length; b++) total += values[b];
  return total / values.length;
}
