import { HamError } from "@hamlet/graph";

/**
 * How the times of a sampler are spaced: by equal ratios, so that every scale of noise gets its
 * share, or by equal differences. `notebook` has the times of `linear`, and a last step as long as
 * all others instead of one to `t = 0`: at `t = 1e-5` and 1000 steps a hundred times too long. It
 * is there to show what that does.
 */
export type TimeSpacing = "geometric" | "linear" | "notebook";

/** How the times of a sampler are spaced, from 1 down to `end`. */
export interface TimeStepOptions {
  /** Default `geometric`. */
  readonly grid?: TimeSpacing;
  /** How many times, which is how often a score is asked for; default 500. */
  readonly steps?: number;
  /** The last time; default 1e-5. */
  readonly end?: number;
}

/** Times `t_i`, falling from 1, and how far the step from each of them goes. */
export interface TimeSteps {
  readonly t: Float64Array;
  /** `t_i − t_(i+1)`; the last step goes to 0 (on the `notebook` grid: as far as the others). */
  readonly dt: Float64Array;
}

/**
 * The times of a sampler, from 1 to `end`.
 *
 * @throws HamError `diffusion/steps`, `diffusion/end` or `diffusion/grid`.
 */
export function timeSteps({
  grid = "geometric",
  steps = 500,
  end = 1e-5,
}: TimeStepOptions = {}): TimeSteps {
  assertSteps(steps);
  assertEnd(end);
  const t = Float64Array.from({ length: steps }, (_, i) => {
    const part = i / (steps - 1);
    return grid === "geometric" ? end ** part : 1 + part * (end - 1);
  });
  t[steps - 1] = end;
  const dt = t.map((time, i) => time - (t[i + 1] ?? 0));
  if (grid === "notebook") dt[steps - 1] = dt[0];
  else if (grid !== "geometric" && grid !== "linear") {
    throw new HamError(
      "diffusion/grid",
      `There is no grid called "${String(grid)}". There is: geometric, linear, notebook.`,
      { grid },
    );
  }
  return { t, dt };
}

function assertSteps(steps: number): void {
  if (Number.isSafeInteger(steps) && steps >= 2) return;
  throw new HamError(
    "diffusion/steps",
    `A sampler takes a whole number of steps from 2 up, not ${steps}; 500 are plenty.`,
    { steps },
  );
}

/** @throws HamError `diffusion/end` unless `0 < end < 1`. */
export function assertEnd(end: number): void {
  if (end > 0 && end < 1) return;
  throw new HamError(
    "diffusion/end",
    `The time next to the data must lie between 0 and 1, without either, not be ${end}.`,
    { end },
  );
}
