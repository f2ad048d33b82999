// The numbers of a train block: checked once, before anything runs.

import { OPTIMISERS } from "@hamlet/core";
import { evaluateScalar, type Expr, HamError, type Training } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { GRADIENTS } from "./catalogue.ts";

/** What a setting must be. */
interface Rule {
  readonly holds: (value: number) => boolean;
  readonly text: string;
}

const POSITIVE: Rule = { holds: (x) => x > 0 && x < Infinity, text: "a number above 0" };
const COUNT: Rule = {
  holds: (x) => Number.isSafeInteger(x) && x >= 1,
  text: "a whole number from 1 up",
};
const PART: Rule = { holds: (x) => x >= 0 && x < 1, text: "from 0 to below 1" };

const RULES: Readonly<Record<string, Rule>> = {
  batch: COUNT,
  epochs: COUNT,
  clip: POSITIVE,
  lr: POSITIVE,
  momentum: PART,
  decay: { holds: (x) => x >= 0 && x < Infinity, text: "0 or above" },
  every: COUNT,
  tolerance: POSITIVE,
  nudge: POSITIVE,
  sides: { holds: (x) => x === 1 || x === 2, text: "1 or 2" },
  validation: PART,
};

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
    checkSetting(name, option, evaluateScalar(expr, { sizes, tensors: numbers }));
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
 * A setting that keeps its rule.
 * @throws HamError `ham/bad-setting`.
 */
export function checkSetting(training: string, option: string, value: number): number {
  const rule = RULES[option];
  if (rule === undefined || rule.holds(value)) return value;
  throw new HamError(
    "ham/bad-setting",
    `The training "${training}": expected "${option}" to be ${rule.text}, found ${value}. Change it in the train block.`,
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
