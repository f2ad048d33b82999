// What the numbers of a block may be. One home for two sides: the check of a file and the run that
// reads them refuse the same, in the same words.

/** The numbers that a setting may be. */
export interface SettingRange {
  readonly holds: (value: number) => boolean;
  /** What completes "must be …". */
  readonly text: string;
}

const POSITIVE: SettingRange = { holds: (x) => x > 0 && x < Infinity, text: "a number above 0" };
const COUNT: SettingRange = {
  holds: (x) => Number.isSafeInteger(x) && x >= 1,
  text: "a whole number from 1 up",
};
const COUNT_OR_NONE: SettingRange = {
  holds: (x) => Number.isInteger(x) && x >= 0,
  text: "a whole number from 0 up",
};
const PART: SettingRange = { holds: (x) => x >= 0 && x < 1, text: "from 0 to below 1" };
const NOT_NEGATIVE: SettingRange = { holds: (x) => x >= 0 && x < Infinity, text: "0 or above" };

/** Every setting of a recall, a test or a training whose range is known, by its name. */
export const SETTING_RANGES: Readonly<Record<string, SettingRange>> = {
  // Of a recall.
  steps: COUNT_OR_NONE,
  dt: { holds: POSITIVE.holds, text: "above 0" },
  temperature: NOT_NEGATIVE,
  memory: {
    holds: (x) => Number.isInteger(x) && x >= 1 && x <= 50,
    text: "a whole number from 1 to 50",
  },
  newton: COUNT_OR_NONE,
  // Of a test.
  seed: {
    holds: (x) => Number.isSafeInteger(x) && x >= 0,
    text: `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  },
  // Of a training.
  batch: COUNT,
  epochs: COUNT,
  clip: POSITIVE,
  lr: POSITIVE,
  momentum: PART,
  decay: NOT_NEGATIVE,
  every: COUNT,
  tolerance: POSITIVE,
  nudge: POSITIVE,
  sides: { holds: (x) => x === 1 || x === 2, text: "1 or 2" },
  validation: PART,
};
