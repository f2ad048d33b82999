// How the units of one binary example are visited: one at a time (`async`), or all at once (`sync`).

import { foldIn, type Key, permutation, randint } from "@hamlet/core";
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
  advance(count: number): void;
  /** Says whether the state is settled by trying every unit. */
  certify(): boolean;
  /** Forgets that it settled: the energy itself has changed. */
  unsettle(): void;
}

/** Visits the units one by one and flips each where that lowers the energy. */
export function asyncWalk(
  state: BinaryState,
  units: readonly Unit[],
  order: VisitOrder,
  key: Key,
): Walk {
  return new AsyncWalk(state, units, order, key);
}

/** Looks at all units of one moment and then flips all that would lower the energy alone. */
export function syncWalk(state: BinaryState, units: readonly Unit[]): Walk {
  return new SyncWalk(state, units);
}

class AsyncWalk implements Walk {
  readonly state: BinaryState;
  readonly sweep: number;
  readonly period = null;
  steps = 0;
  moved = true;
  settled: boolean;
  readonly #units: readonly Unit[];
  readonly #order: VisitOrder;
  readonly #key: Key;
  #visits: ArrayLike<number> = [];
  #movedInSweep = false;
  /** Steps since a unit flipped. */
  #quiet = 0;
  /** Whether the state was tried since it last changed. */
  #tried = false;

  constructor(state: BinaryState, units: readonly Unit[], order: VisitOrder, key: Key) {
    this.state = state;
    this.#units = units;
    this.#order = order;
    this.#key = key;
    this.sweep = Math.max(1, units.length);
    this.settled = units.length === 0;
  }

  advance(count: number): void {
    for (let i = 0; i < count && !this.settled; i++) this.#step();
  }

  certify(): boolean {
    this.settled ||= !this.#units.some((unit) => this.state.lowers(unit));
    return this.settled;
  }

  unsettle(): void {
    this.settled = this.#units.length === 0;
    this.#tried = false;
    this.#quiet = 0;
  }

  #step(): void {
    const place = this.steps % this.sweep;
    if (place === 0) this.#visits = this.#draw(this.steps / this.sweep);
    const unit = this.#units[this.#visits[place]];
    this.steps++;
    if (this.state.lowers(unit)) {
      this.state.accept(unit);
      this.#movedInSweep = true;
      this.#quiet = 0;
      this.#tried = false;
    } else this.#quiet++;
    if (this.steps % this.sweep === 0) {
      this.moved = this.#movedInSweep;
      this.#movedInSweep = false;
      // A sweep that visits every unit and flips none has tried them all.
      if (!this.moved && this.#order !== "random") this.settled = true;
    }
    if (this.#order === "random" && this.#quiet >= this.sweep && !this.#tried) {
      this.#tried = true;
      this.certify();
    }
  }

  #draw(sweep: number): ArrayLike<number> {
    const { length } = this.#units;
    switch (this.#order) {
      case "cyclic":
        return Int32Array.from({ length }, (_, i) => i);
      case "permutation":
        return permutation(foldIn(this.#key, sweep), length);
      case "random":
        return randint(foldIn(this.#key, sweep), length, 0, length);
    }
  }
}

class SyncWalk implements Walk {
  readonly state: BinaryState;
  readonly sweep = 1;
  period: number | null = null;
  steps = 0;
  moved = true;
  settled: boolean;
  readonly #units: readonly Unit[];
  /** An earlier state to meet again, kept for twice as long each time (Brent's algorithm). */
  #kept: readonly Float64Array[];
  #keptAt = 0;
  #keepFor = 1;

  constructor(state: BinaryState, units: readonly Unit[]) {
    this.state = state;
    this.#units = units;
    this.settled = units.length === 0;
    this.#kept = copyOf(state.values);
  }

  advance(count: number): void {
    for (let i = 0; i < count && !this.settled && this.period === null; i++) this.#step();
  }

  certify(): boolean {
    this.settled ||= !this.#units.some((unit) => this.state.lowers(unit));
    return this.settled;
  }

  unsettle(): void {
    this.settled = this.#units.length === 0;
    this.period = null;
    this.#kept = copyOf(this.state.values);
    this.#keptAt = this.steps;
    this.#keepFor = 1;
  }

  #step(): void {
    const flips = this.#units.filter((unit) => this.state.lowers(unit));
    for (const unit of flips) {
      this.state.changeOf(unit);
      this.state.accept(unit);
    }
    this.steps++;
    this.moved = flips.length > 0;
    if (!this.moved) {
      this.settled = true;
      return;
    }
    if (same(this.#kept, this.state.values)) {
      this.period = this.steps - this.#keptAt;
    } else if (this.steps - this.#keptAt === this.#keepFor) {
      this.#kept = copyOf(this.state.values);
      this.#keptAt = this.steps;
      this.#keepFor *= 2;
    }
  }
}

function copyOf(values: readonly Float64Array[]): Float64Array[] {
  return values.map((layer) => layer.slice());
}

function same(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  return a.every((layer, i) => layer.every((value, k) => value === b[i][k]));
}
