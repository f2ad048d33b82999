// What a training is run with: checked once, before anything runs.

import { HamError } from "@hamlet/graph";

/** The numbers of a training, as in the notebook where nothing else is said. */
export interface Settings {
  readonly iterations: number;
  /** Examples of an iteration; default 500, and no more than there are patterns. */
  readonly batch: number;
  readonly lr: number;
  /** How much of the averaged weights stays in an iteration. */
  readonly decay: number;
  /** Over how many iterations a reported loss is the mean. */
  readonly every: number;
  /** How often the averaged weights are shown, and how often a checkpoint is left. */
  readonly averageEvery: number;
  readonly checkpointEvery: number;
}

const DEFAULTS: Settings = {
  iterations: 50_000,
  batch: 500,
  lr: 1e-4,
  decay: 0.9999,
  every: 100,
  averageEvery: 5000,
  checkpointEvery: 1000,
};

const COUNT = {
  holds: (x: number) => Number.isSafeInteger(x) && x >= 1,
  text: "a whole number from 1 up",
};
const RULES: Readonly<Record<keyof Settings, typeof COUNT>> = {
  iterations: COUNT,
  batch: COUNT,
  lr: { holds: (x) => x > 0 && x < Infinity, text: "a number above 0" },
  decay: { holds: (x) => x >= 0 && x < 1, text: "from 0 to below 1" },
  every: COUNT,
  averageEvery: COUNT,
  checkpointEvery: COUNT,
};

/**
 * The settings of a training on `count` patterns.
 * @throws HamError `diffusion/bad-setting`.
 */
export function settingsOf(options: Partial<Settings>, count: number): Settings {
  const given = Object.entries(options).filter(
    ([name, value]) => name in RULES && value !== undefined,
  );
  const defaults = { ...DEFAULTS, batch: Math.max(1, Math.min(DEFAULTS.batch, count)) };
  const settings = { ...defaults, ...Object.fromEntries(given) } as Settings;
  for (const [name, { holds, text }] of Object.entries(RULES)) {
    const value = settings[name as keyof Settings];
    if (holds(value)) continue;
    throw new HamError(
      "diffusion/bad-setting",
      `The training of a score: expected "${name}" to be ${text}, found ${value}. Change it, or leave it out for ${defaults[name as keyof Settings]}.`,
      { setting: name, value },
    );
  }
  return settings;
}
