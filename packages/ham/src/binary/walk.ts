// How the units of one binary example are visited: one at a time (`async`), or all at once (`sync`).

import { bits, foldIn, type Key, permutation, type Work } from "@hamlet/core";
import type { VisitOrder } from "@hamlet/graph";
import type { BinaryState, Unit } from "./binary-state.ts";

/** A descent of one example. */
export interface Walk {
  readonly state: BinaryState;
  /** Steps made so far. */
  readonly steps: number;
  /** Steps that together look at every unit once. */
  readonly sweep: number;
  /** Whether the last sweep flipped a unit. */
  readonly moved: boolean;
  /** True when it is certain that no flip of a single unit lowers the energy. */
  readonly settled: boolean;
  /** The number of steps after which the states repeat; null while none was seen. */
  readonly period: number | null;
  /** Makes up to `count` steps; fewer when it settles or is found to repeat itself. */
  advance(count: number): Work<void>;
  /** True while units may also flip uphill: nothing is certain then. */
  readonly noisy: boolean;
  /** Says whether the state is settled by trying every unit; never while it is noisy. */
  certify(): boolean;
  /** Forgets that it settled: the energy itself has changed. */
  unsettle(): void;
}

/** Units that are looked at between two turns of others. */
const AT_ONCE = 64;

/** A unit that may flip, and whether the recall starts its layer somewhere. */
export interface WalkUnit extends Unit {
  readonly cued: boolean;
}

/** What a walk is made of. */
export interface WalkSetup {
  readonly state: BinaryState;
  /** The units that may flip. Those without a cue come first, and have the first turn. */
  readonly units: readonly WalkUnit[];
  /** Called after every flip, with the number of the step that made it. */
  readonly onFlip?: (step: number, unit: Unit) => void;
}

/** Decides whether a unit that is visited flips. */
export interface FlipRule {
  /** Whether it may flip a unit uphill now. */
  readonly noisy: boolean;
  /** The state has looked at this unit last when it returns true. */
  flips(state: BinaryState, unit: Unit, step: number): boolean;
}

/** Flips a unit where that lowers the energy. */
const DESCENT: FlipRule = { noisy: false, flips: (state, unit) => state.lowers(unit) };

/** In which order units are visited, and when one flips; default: where the energy falls. */
export interface VisitOptions {
  readonly order: VisitOrder;
  readonly key: Key;
  readonly rule?: FlipRule;
}

/** Visits the units one by one. */
export function asyncWalk(setup: WalkSetup, options: VisitOptions): Walk {
  return new AsyncWalk(setup, options);
}

/** Looks at all units of one moment and then flips all that would lower the energy alone. */
export function syncWalk(setup: WalkSetup): Walk {
  return new SyncWalk(setup);
}

class AsyncWalk implements Walk {
  readonly state: BinaryState;
  readonly sweep: number;
  readonly period = null;
  steps = 0;
  moved = true;
  settled: boolean;
  readonly #units: readonly WalkUnit[];
  readonly #onFlip: WalkSetup["onFlip"];
  readonly #order: VisitOrder;
  readonly #key: Key;
  readonly #rule: FlipRule;
  /** The visits of this sweep, and how many of them are made. */
  #visits: Int32Array = new Int32Array();
  #place = 0;
  #movedInSweep = false;
  /** Whether one and the same energy was asked since the sweep began. */
  #oneEnergy = true;
  /** Steps since a unit flipped. */
  #quiet = 0;
  /** Whether the state was tried since it last changed. */
  #tried = false;

  constructor({ state, units, onFlip }: WalkSetup, { order, key, rule = DESCENT }: VisitOptions) {
    this.state = state;
    this.#units = units;
    this.#onFlip = onFlip;
    this.#order = order;
    this.#key = key;
    this.#rule = rule;
    this.sweep = Math.max(1, units.length);
    this.settled = units.length === 0;
  }

  get noisy(): boolean {
    return this.#rule.noisy;
  }

  *advance(count: number): Work<void> {
    for (let i = 0; i < count && !this.settled; i++) {
      this.#step();
      if (i % AT_ONCE === AT_ONCE - 1) yield;
    }
  }

  certify(): boolean {
    this.settled ||= !this.noisy && !this.#units.some((unit) => this.state.lowers(unit));
    return this.settled;
  }

  unsettle(): void {
    this.settled = this.#units.length === 0;
    this.#oneEnergy = false;
    this.#tried = false;
    this.#quiet = 0;
  }

  #step(): void {
    if (this.#place === 0) {
      const sweep = this.steps / this.sweep;
      const visits = this.#draw(sweep);
      this.#visits = sweep === 0 ? this.#uncuedFirst(visits) : visits;
    }
    const unit = this.#units[this.#visits[this.#place]];
    const flips = this.#rule.flips(this.state, unit, this.steps);
    this.steps++;
    this.#place = (this.#place + 1) % this.sweep;
    if (flips) {
      this.state.accept(unit);
      this.#onFlip?.(this.steps, unit);
      this.#movedInSweep = true;
      this.#quiet = 0;
      this.#tried = false;
    } else this.#quiet++;
    if (this.#place === 0) this.#endSweep();
    if (this.#order === "random" && this.#quiet >= this.sweep && !this.#tried) {
      this.#tried = true;
      this.certify();
    }
  }

  /** A sweep that visits every unit and flips none has tried them all. */
  #endSweep(): void {
    this.moved = this.#movedInSweep;
    const tried = this.#oneEnergy && this.#order !== "random" && !this.noisy;
    if (!this.moved && tried) this.settled = true;
    this.#movedInSweep = false;
    this.#oneEnergy = true;
  }

  /** The visits of the first sweep: units without a cue before the others. */
  #uncuedFirst(visits: Int32Array): Int32Array {
    return visits.toSorted((a, b) => Number(this.#units[a].cued) - Number(this.#units[b].cued));
  }

  #draw(sweep: number): Int32Array {
    const { length } = this.#units;
    const key = foldIn(this.#key, sweep);
    switch (this.#order) {
      case "cyclic":
        return Int32Array.from({ length }, (_, i) => i);
      case "permutation":
        return permutation(key, length);
      case "random":
        return visitsOf(bits(key, length));
    }
  }
}

/** As many places as there are words, each drawn from one word: no place is likelier by 1 / 2³². */
function visitsOf(words: Uint32Array): Int32Array {
  const visits = new Int32Array(words.length);
  const share = words.length / 2 ** 32;
  for (let i = 0; i < words.length; i++) visits[i] = words[i] * share;
  return visits;
}

class SyncWalk implements Walk {
  readonly state: BinaryState;
  readonly sweep = 1;
  readonly noisy = false;
  period: number | null = null;
  steps = 0;
  moved = true;
  settled: boolean;
  readonly #units: readonly WalkUnit[];
  /** The units that move in the first step. */
  readonly #first: readonly WalkUnit[];
  readonly #onFlip: WalkSetup["onFlip"];
  /** An earlier state to meet again, kept for twice as long each time (Brent's algorithm). */
  #kept: readonly Float64Array[];
  #keptAt = 0;
  #keepFor = 1;

  constructor({ state, units, onFlip }: WalkSetup) {
    this.state = state;
    this.#units = units;
    const uncued = units.filter(({ cued }) => !cued);
    const all = uncued.length % units.length === 0 || state.endStep !== undefined;
    this.#first = all ? units : uncued;
    this.#onFlip = onFlip;
    this.settled = units.length === 0;
    this.#kept = copyOf(pointOf(state));
  }

  *advance(count: number): Work<void> {
    for (let i = 0; i < count && !this.settled && this.period === null; i++) yield* this.#step();
  }

  certify(): boolean {
    this.settled ||= this.#isStill() && !this.#units.some((unit) => this.state.lowers(unit));
    return this.settled;
  }

  unsettle(): void {
    this.settled = this.#units.length === 0;
    this.period = null;
    this.#kept = copyOf(pointOf(this.state));
    this.#keptAt = this.steps;
    this.#keepFor = 1;
  }

  /** Whether nothing moved in the last step, as far as the next one depends on it. */
  #isStill(): boolean {
    const { past, values } = this.state;
    return past === undefined || same(past, values);
  }

  *#step(): Work<void> {
    const turn = this.steps === 0 ? this.#first : this.#units;
    const isStill = this.#isStill();
    const flips: WalkUnit[] = [];
    for (let from = 0; from < turn.length; from += AT_ONCE) {
      for (const unit of turn.slice(from, from + AT_ONCE)) {
        if (this.state.lowers(unit)) flips.push(unit);
      }
      yield;
    }
    this.steps++;
    for (const unit of flips) {
      this.state.changeOf(unit);
      this.state.accept(unit);
      this.#onFlip?.(this.steps, unit);
    }
    this.state.endStep?.();
    this.moved = flips.length > 0;
    if (turn !== this.#units) {
      // The units with a cue have not had their turn: nothing is settled, and nothing repeats yet.
      this.moved = true;
      this.#kept = copyOf(pointOf(this.state));
      this.#keptAt = this.steps;
      return;
    }
    if (!this.moved && isStill) {
      this.settled = true;
      return;
    }
    if (same(this.#kept, pointOf(this.state))) {
      this.period = this.steps - this.#keptAt;
    } else if (this.steps - this.#keptAt === this.#keepFor) {
      this.#kept = copyOf(pointOf(this.state));
      this.#keptAt = this.steps;
      this.#keepFor *= 2;
    }
  }
}

/** All that the next step depends on. */
function pointOf({ values, past = [] }: BinaryState): readonly Float64Array[] {
  return [...values, ...past];
}

function copyOf(values: readonly Float64Array[]): Float64Array[] {
  return values.map((layer) => layer.slice());
}

function same(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  return a.every((layer, i) => layer.every((value, k) => value === b[i][k]));
}
