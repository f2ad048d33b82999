// How a recall ended, and how one knows.

import type { Walk } from "../binary/walk.ts";
import type { Clip } from "./clips.ts";
import type { Course, Fault } from "./fault.ts";

/**
 * How the recall of one example ended. A smooth one `converged` when its stop condition held; a
 * binary one when it is certain that no flip of a single unit lowers the energy. `cycle`: the
 * states repeat, as they can when all units are updated at once. `stopped`: the stop condition of
 * a binary recall held while noise could still flip units, so that nothing is certain. `clipped`:
 * the state stands still where the energies of a layer have no gradient at all, because a part of
 * them holds its floor (as `max(h, eps)` does below `eps`), without being near any memory. One that
 * is still on its way, as by its leak, by noise or by another layer, only passes such a place.
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
   * The largest rise of the energy from one step to the next, whatever its reason, among all steps
   * (for binary units, all moments at which energies are kept, before any are thinned): 0 where it
   * only fell, up to rounding, and infinite where an energy was not a finite number.
   */
  readonly rise: number;
  /**
   * `followed`: the steps were those of the dynamics, or the flips of binary units, so that the end is
   * the one of the start's basin; for a solver with a `dt` where that is small enough, which nothing
   * measures: near a border a long step can cross over while the energy falls. `not certified`: the
   * solver seeks an end wherever energies fall, or noise or a rise of the energy came between.
   */
  readonly basin: "followed" | "not certified";
  /** Whether noise still moved units at the end: then it is a sample, and settles nowhere. */
  readonly noisy: boolean;
  /** For `cycle`: after how many steps the states repeat. */
  readonly period: number | null;
  /**
   * The parts of energies that hold at the end, and leave a layer without a pull; mostly empty. They
   * are there also when the units still move, and the ending is not `clipped`.
   */
  readonly clips: readonly Clip[];
  /** For `non-finite`: which formula went wrong first, and why; else null. */
  readonly fault: Fault | null;
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

/** Follows an energy, and remembers by how much it rose at most. */
export class Rise {
  #energy: number;
  #largest: number;
  readonly #rounding: number;

  /** `rounding` is the part of `1 + |E|` up to which a rise is none. */
  constructor(energy: number, rounding = ENERGY_ROUNDING) {
    this.#rounding = rounding;
    this.#energy = energy;
    this.#largest = Number.isFinite(energy) ? 0 : Infinity;
  }

  /** See `Outcome.rise`. */
  get largest(): number {
    return this.#largest;
  }

  /** The next energy; returns by how much it rose beyond rounding. */
  next(energy: number): number {
    const rise = energy - this.#energy;
    const rounding = this.#rounding * (1 + Math.max(Math.abs(energy), Math.abs(this.#energy)));
    this.#energy = energy;
    const clear = Number.isFinite(energy) ? (rise > rounding ? rise : 0) : Infinity;
    this.#largest = Math.max(this.#largest, clear);
    return clear;
  }
}

/** Follows one example through a recall. */
export class OutcomeTracker {
  readonly #claimsDescent: boolean;
  readonly #noisy: boolean;
  readonly #follows: boolean;
  readonly #rounding: number;
  #steps = 0;
  #before = Number.NaN;
  #energy = Number.NaN;
  #lastFinite = Number.NaN;
  #rise = new Rise(Number.NaN);
  /** Whether the energy became infinitely large. */
  #exploded = false;
  #change = Number.NaN;
  #first: Outcome["firstIncrease"] = null;
  #largest: Outcome["largestIncrease"] = null;
  #ending: Ending | null = null;

  /** `claimsDescent` is false where the energy itself changes, as under a schedule, or for noise. */
  constructor(about: {
    readonly claimsDescent: boolean;
    readonly noisy: boolean;
    readonly follows: boolean;
    readonly rounding?: number;
  }) {
    this.#rounding = about.rounding ?? ENERGY_ROUNDING;
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
    this.#lastFinite = energy;
    this.#energy = energy;
    this.#rise = new Rise(energy, this.#rounding);
    if (!Number.isFinite(energy)) this.#ending = "non-finite";
  }

  /** One more step; `stop` is whether the stop condition holds now. */
  step(energy: number, change: number, stop: boolean): void {
    if (!this.active) return;
    this.#steps++;
    this.#change = change;
    const amount = this.#rise.next(energy);
    this.#exploded ||= energy === Infinity;
    if (this.#claimsDescent && amount > 0 && Number.isFinite(amount)) {
      const increase = { step: this.#steps, amount };
      this.#first ??= increase;
      if (amount > (this.#largest?.amount ?? 0)) this.#largest = increase;
    }
    if (Number.isFinite(energy)) this.#lastFinite = energy;
    this.#energy = energy;
    if (!Number.isFinite(energy) || !Number.isFinite(change)) this.#ending = "non-finite";
    else if (stop) this.#ending = "converged";
  }

  /** How it went before a number was not finite. */
  get course(): Course {
    return {
      step: this.#steps,
      energyBefore: this.#before,
      lastEnergy: this.#lastFinite,
      rose: this.#first !== null || (this.#exploded && this.#steps > 0),
    };
  }

  /** Whether a number was not finite. */
  get failed(): boolean {
    return this.#ending === "non-finite";
  }

  /** The energy after the end was polished. */
  polished(energy: number): void {
    this.#energy = energy;
  }

  /** How it ended, given what was found out about the state it ended in. */
  outcome({
    descent = null,
    clips = [],
    fault = null,
  }: Partial<Pick<Outcome, "descent" | "clips" | "fault">>): Outcome {
    const unfinished = this.#first === null ? "max-steps" : "energy-increased";
    const reached = this.#ending ?? unfinished;
    const failed = reached === "non-finite";
    // What still moves only passes the place.
    const still = reached === "converged" || (this.#change === 0 && !failed);
    return {
      ending: clips.length > 0 && still && !this.#noisy ? "clipped" : reached,
      steps: this.#steps,
      energyBefore: this.#before,
      energyAfter: this.#energy,
      lastChange: this.#change,
      firstIncrease: this.#first,
      largestIncrease: this.#largest,
      rise: this.#rise.largest,
      basin: this.#follows && !this.#noisy && this.#first === null ? "followed" : "not certified",
      noisy: this.#noisy,
      period: null,
      clips: failed ? [] : clips,
      fault,
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
    fault: Fault | null;
    rise: number;
  },
): Outcome {
  const finite = Number.isFinite(end.before) && Number.isFinite(end.after);
  const repeats = walk.period !== null;
  const still = (end.stopped && !walk.noisy) || (!repeats && walk.certify());
  const unsettled = repeats ? "cycle" : end.stopped ? "stopped" : "max-steps";
  const settled = end.clips.length > 0 ? "clipped" : "converged";
  const reached = still ? settled : unsettled;
  return {
    ending: finite ? reached : "non-finite",
    steps: walk.steps,
    energyBefore: end.before,
    energyAfter: end.after,
    lastChange: end.change,
    firstIncrease: null,
    largestIncrease: null,
    rise: end.rise,
    basin: walk.noisy ? "not certified" : "followed",
    noisy: walk.noisy,
    period: walk.period,
    clips: end.clips,
    fault: end.fault,
    descent: null,
  };
}
