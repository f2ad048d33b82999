import type { Expr } from "@hamlet/graph";

/** Where one param stands: its stored value, its slope, and what the optimiser remembers of it. */
export interface Standing {
  readonly value: Expr;
  readonly slope: Expr;
  /** In the order of {@link Optimiser.slots}; zeros before the first step. */
  readonly slots: readonly Expr[];
  /** Those of the step, in the order of {@link Optimiser.numbers}. */
  readonly numbers: readonly Expr[];
  /** Whether the value may shrink: not when it is stored unconstrained. */
  readonly decays: boolean;
}

/** A value after a step, and what is remembered. */
export interface Moved {
  readonly value: Expr;
  readonly slots: readonly Expr[];
}

/** A rule that moves params against a gradient, told as expressions of one entry. */
export interface Optimiser {
  readonly name: string;
  /** What it remembers of every param, by name: arrays of the param's shape. */
  readonly slots: readonly string[];
  /** Numbers that differ from step to step, which counts from 1. */
  readonly numbers: (step: number) => readonly number[];
  /** `settings` are the options of the train block. */
  readonly move: (standing: Standing, settings: Settings) => Moved;
  readonly references: readonly string[];
}

/** The options of an optimiser, by name. */
export type Settings = Readonly<Record<string, number>>;
