// How a recall ended, and how one knows.

import type { Walk } from "../binary/walk.ts";
import type { Clip } from "./clips.ts";

/**
 * How the recall of one example ended. A smooth one `converged` when its stop condition held; a
 * binary one when it is certain that no flip of a single unit lowers the energy. `cycle`: the
 * states repeat, as they can when all units are updated at once. `stopped`: the stop condition of
 * a binary recall held while noise could still flip units, so that nothing is certain. `clipped`:
 * the state stands where the energies of a layer have no gradient at all, because a part of them
 * holds its floor (as `max(h, eps)` does below `eps`), without being near any memory.
 */
export type Ending =
  | "converged"
  | "clipped"
  | "stopped"
  | "cycle"
  | "max-steps"
  | "energy-increased"
  | "non-finite";

/** The ending of one example with its evidence. */
export interface Outcome {
  readonly ending: Ending;
  /** Steps made before this example stopped. */
  readonly steps: number;
  /** The energy of the start and of the end. */
  readonly energyBefore: number;
  readonly energyAfter: number;
  /** The largest absolute change of an activation in the last step. */
  readonly lastChange: number;
  /** The first step at which the energy rose by more than rounding, and by how much. */
  readonly firstIncrease: { readonly step: number; readonly amount: number } | null;
  /** The step at which it rose most. Both are null where the energy need not fall. */
  readonly largestIncrease: { readonly step: number; readonly amount: number } | null;
  /**
   * `followed`: the steps kept close to the dynamics, or were the flips of binary units, so that the
   * end is the one of the start's basin. `not certified`: the solver seeks an end wherever energies
   * fall, or noise or a rise of the energy came between.
   */
  readonly basin: "followed" | "not certified";
  /** Whether noise still moved units at the end: then it is a sample, and settles nowhere. */
  readonly noisy: boolean;
  /** For `cycle`: after how many steps the states repeat. */
  readonly period: number | null;
  /** The parts of energies that hold at the end, and leave a layer without a pull; mostly empty. */
  readonly clips: readonly Clip[];
  /** The proof that the energy never rose, from a solver that refuses steps; else null. */
  readonly descent: Descent | null;
}

/** How a solver that refuses steps kept the energy from rising, for one example. */
export interface Descent {
  /** Steps that were taken, and trials that were refused. */
  readonly accepted: number;
  readonly rejected: number;
  /** The largest rise of the energy in a step that was taken: float32 rounding. */
  readonly largestRise: number;
  /** The smallest step that was taken; null where none was. */
  readonly smallestStep: number | null;
}

/**
 * Rises of the energy up to this part of `1 + |E|` are rounding: energies are float32 sums, and
 * their last bits differ between steps.
 */
export const ENERGY_ROUNDING = 1e-5;

/** Follows one example through a recall. */
export class OutcomeTracker {
  readonly #claimsDescent: boolean;
  readonly #noisy: boolean;
  readonly #follows: boolean;
  #steps = 0;
  #before = Number.NaN;
  #energy = Number.NaN;
  #change = Number.NaN;
  #first: Outcome["firstIncrease"] = null;
  #largest: Outcome["largestIncrease"] = null;
  #ending: Ending | null = null;

  /** `claimsDescent` is false where the energy itself changes, as under a schedule, or for noise. */
  constructor(about: { claimsDescent: boolean; noisy: boolean; follows: boolean }) {
    this.#claimsDescent = about.claimsDescent;
    this.#noisy = about.noisy;
    this.#follows = about.follows;
  }

  get active(): boolean {
    return this.#ending === null;
  }

  /** The state before the first step. */
  start(energy: number): void {
    this.#before = energy;
    this.#energy = energy;
    if (!Number.isFinite(energy)) this.#ending = "non-finite";
  }

  /** One more step; `stop` is whether the stop condition holds now. */
  step(energy: number, change: number, stop: boolean): void {
    if (!this.active) return;
    const rise = energy - this.#energy;
    this.#steps++;
    this.#change = change;
    const rounding = ENERGY_ROUNDING * (1 + Math.max(Math.abs(energy), Math.abs(this.#energy)));
    if (this.#claimsDescent && rise > rounding) {
      const increase = { step: this.#steps, amount: rise };
      this.#first ??= increase;
      if (rise > (this.#largest?.amount ?? 0)) this.#largest = increase;
    }
    this.#energy = energy;
    if (!Number.isFinite(energy) || !Number.isFinite(change)) this.#ending = "non-finite";
    else if (stop) this.#ending = "converged";
  }

  /** The energy after the end was polished. */
  polished(energy: number): void {
    this.#energy = energy;
  }

  /** How it ended, given what was found out about the state it ended in. */
  outcome({ descent = null, clips = [] }: Partial<Pick<Outcome, "descent" | "clips">>): Outcome {
    const unfinished = this.#first === null ? "max-steps" : "energy-increased";
    const reached = this.#ending ?? unfinished;
    return {
      ending: clips.length > 0 && reached !== "non-finite" ? "clipped" : reached,
      steps: this.#steps,
      energyBefore: this.#before,
      energyAfter: this.#energy,
      lastChange: this.#change,
      firstIncrease: this.#first,
      largestIncrease: this.#largest,
      basin: this.#follows && !this.#noisy && this.#first === null ? "followed" : "not certified",
      noisy: this.#noisy,
      period: null,
      clips,
      descent,
    };
  }
}

/** The ending of a binary example; tries every unit when the steps ran out. */
export function outcomeOfWalk(
  walk: Walk,
  end: {
    before: number;
    after: number;
    change: number;
    stopped: boolean;
    clips: readonly Clip[];
  },
): Outcome {
  const finite = Number.isFinite(end.before) && Number.isFinite(end.after);
  const repeats = walk.period !== null;
  const still = (end.stopped && !walk.noisy) || (!repeats && walk.certify());
  const unsettled = repeats ? "cycle" : end.stopped ? "stopped" : "max-steps";
  const found = still ? "converged" : unsettled;
  const reached = end.clips.length > 0 ? "clipped" : found;
  return {
    ending: finite ? reached : "non-finite",
    steps: walk.steps,
    energyBefore: end.before,
    energyAfter: end.after,
    lastChange: end.change,
    firstIncrease: null,
    largestIncrease: null,
    basin: walk.noisy ? "not certified" : "followed",
    noisy: walk.noisy,
    period: walk.period,
    clips: end.clips,
    descent: null,
  };
}
