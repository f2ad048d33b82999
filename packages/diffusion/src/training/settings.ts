// What a training is run with: checked once, before anything runs.

import { HamError } from "@hamlet/graph";
import type { Patterns } from "./batches.ts";

/** The numbers of a training, as in the notebook where nothing else is said. */
export interface Settings {
  readonly iterations: number;
  /** The most examples of an iteration. */
  readonly batch: number;
  readonly lr: number;
  /** How much of the averaged weights stays in an iteration. */
  readonly decay: number;
  /** Over how many iterations a reported loss is the mean. */
  readonly every: number;
}

const DEFAULTS: Settings = { iterations: 50_000, batch: 500, lr: 1e-4, decay: 0.9999, every: 100 };

const COUNT = { holds: (x: number) => Number.isSafeInteger(x) && x >= 1, text: "a whole number from 1 up" };
const RULES: Readonly<Record<keyof Settings, typeof COUNT>> = {
  iterations: COUNT,
  batch: COUNT,
  lr: { holds: (x) => x > 0 && x < Infinity, text: "a number above 0" },
  decay: { holds: (x) => x >= 0 && x < 1, text: "from 0 to below 1" },
  every: COUNT,
};

/**
 * The settings of a training.
 * @throws HamError `diffusion/bad-setting`.
 */
export function settingsOf(options: Partial<Settings>): Settings {
  const given = Object.entries(options).filter(([name, value]) => name in RULES && value !== undefined);
  const settings = { ...DEFAULTS, ...Object.fromEntries(given) } as Settings;
  for (const [name, { holds, text }] of Object.entries(RULES)) {
    const value = settings[name as keyof Settings];
    if (holds(value)) continue;
    throw new HamError(
      "diffusion/bad-setting",
      `The training of a score: expected "${name}" to be ${text}, found ${value}. Change it, or leave it out for ${DEFAULTS[name as keyof Settings]}.`,
      { setting: name, value },
    );
  }
  return settings;
}

/**
 * Checks that there is something to learn from.
 * @throws HamError `diffusion/bad-patterns`.
 */
export function assertPatterns({ width, data }: Patterns, wanted: number): void {
  const problem =
    width !== wanted
      ? `expected points of ${wanted} coordinates, as the network has, found ${width}`
      : data.length === 0 || data.length % width !== 0
        ? `expected at least one point of ${width} coordinates, found ${data.length} numbers`
        : data.every(Number.isFinite)
          ? null
          : "expected numbers, found one that is not finite";
  if (problem === null) return;
  throw new HamError(
    "diffusion/bad-patterns",
    `The patterns to learn a score from: ${problem}. Look at the file or the array they come from.`,
    { width, numbers: data.length },
  );
}
