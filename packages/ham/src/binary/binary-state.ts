// What a walk needs of one binary example.

/** A unit that may flip: its layer and its place, row-major. */
export interface Unit {
  readonly layer: number;
  readonly offset: number;
}

/** The values of the binary layers of one example, and what flips do to the energy. */
export interface BinaryState {
  /** The values of every layer, row-major. */
  readonly values: readonly Float64Array[];
  /** The energy, summed anew. */
  energy(): number;
  /** Moves the time of schedules. */
  setTime(time: number): void;
  /** E(after the flip) − E(now). The flip can then be made by {@link accept}. */
  changeOf(unit: Unit): number;
  /** True when a flip of this unit lowers the energy by more than rounding. */
  lowers(unit: Unit): boolean;
  /** Makes the flip that {@link changeOf} looked at last. */
  accept(unit: Unit): void;
  /** The values one step ago, where something depends on them: then they are part of the state. */
  readonly past?: readonly Float64Array[] | undefined;
  /** Told of the end of a step in which all units turned at once; of a state that is driven. */
  endStep?(): void;
}

/**
 * A change below this part of the largest `|E|` so far is rounding: a unit that would gain so
 * little stays, so that ties keep their value and a descent ends.
 */
export const FLIP_ROUNDING = 1e-12;
