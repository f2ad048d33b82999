// The numbers of a train block: checked once, before anything runs.

import { OPTIMISERS } from "@hamlet/core";
import { type Expr, HamError, SETTING_RANGES, type Training } from "@hamlet/graph";
import { exactScalar } from "../hypergraph/exact-consts.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { GRADIENTS } from "./catalogue.ts";

/** A train block as numbers. */
export interface TrainingSettings {
  readonly batch: number;
  readonly epochs: number;
  /** Infinity for no limit. */
  readonly clip: number;
  readonly optimiser: Readonly<Record<string, number>>;
  readonly gradient: ReadonlyMap<string, number>;
}

/**
 * The settings of a train block.
 * @throws HamError `ham/bad-setting`, `ham/unknown-optimiser`, `ham/unknown-gradient`.
 */
export function settingsOf(
  training: Training,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
): TrainingSettings {
  const { name, batch, epochs, clip, optimiser, gradient } = training;
  const numberOf = (option: string, expr: Expr) =>
    checkSetting(name, option, exactScalar(expr, { sizes, tensors: numbers }));
  const all = (options: ReadonlyMap<string, Expr>) =>
    [...options].map(([option, expr]) => [option, numberOf(option, expr)] as const);
  assertKnown("optimiser", optimiser.name, OPTIMISERS);
  assertKnown("gradient", gradient.name, GRADIENTS);
  return {
    batch: numberOf("batch", batch),
    epochs: numberOf("epochs", epochs),
    clip: clip === null ? Infinity : numberOf("clip", clip),
    optimiser: Object.fromEntries(all(optimiser.options)),
    gradient: new Map(all(gradient.options)),
  };
}

/**
 * A setting that is in its range.
 * @throws HamError `ham/bad-setting`.
 */
export function checkSetting(training: string, option: string, value: number): number {
  const range = SETTING_RANGES[option];
  if (range === undefined || range.holds(value)) return value;
  throw new HamError(
    "ham/bad-setting",
    `The training "${training}": expected "${option}" to be ${range.text}, found ${value}. Change it in the train block.`,
    { training, option, value },
  );
}

function assertKnown(what: string, name: string, known: ReadonlyMap<string, unknown>): void {
  if (known.has(name)) return;
  throw new HamError(
    `ham/unknown-${what}`,
    `There is no ${what} called "${name}". There are: ${[...known.keys()].join(", ")}.`,
  );
}
