// How many samples the laws are tested on, and which, in one run of the tests.

/** What `vitest.config.ts` provides to every test. */
export interface Sampling {
  /** Times as many samples as a test asks for; `HAMLET_SAMPLES`, default {@link FEWER}. */
  readonly samples: number;
  /** Where all samples come from, drawn anew for every run; `HAMLET_SEED` repeats one. */
  readonly seed: number;
  /** Where fast-check finds the one sample that is wanted; `HAMLET_PATH`, default "" for all. */
  readonly path: string;
}

/** For whoever waits for the tests; `.ci/run` takes five times as many. */
export const FEWER = "0.4";

/** Reads the sampling of a run from its environment. */
export function readSampling(environment: Readonly<Record<string, string | undefined>>): Sampling {
  const {
    HAMLET_SAMPLES = FEWER,
    HAMLET_SEED = String(Math.floor(Math.random() * 2 ** 31)),
    HAMLET_PATH: path = "",
  } = environment;
  const [samples, seed] = [Number(HAMLET_SAMPLES), Number(HAMLET_SEED)];
  if (!(samples > 0 && samples <= 1000)) {
    throw new RangeError(
      `HAMLET_SAMPLES is a multiplier above 0 and up to 1000, found "${HAMLET_SAMPLES}".`,
    );
  }
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) {
    throw new RangeError(`HAMLET_SEED is a whole number below 2^31, found "${HAMLET_SEED}".`);
  }
  if (!/^(\d+(:\d+)*)?$/.test(path)) {
    throw new RangeError(`HAMLET_PATH is of whole numbers, such as "12:0:3", found "${path}".`);
  }
  return { samples, seed, path };
}
