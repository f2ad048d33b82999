// Progress on a terminal: on standard error, and nowhere else.

import type { RecallProgress, TrainProgress } from "@hamlet/ham";
import { Presets, SingleBar } from "cli-progress";

/** Shows steps. `done()` clears the line. */
export interface StepBar<Progress> {
  readonly onStep: (progress: Progress) => void;
  done(): void;
}

/** Shows how far a search is. `done()` clears the line. */
export interface SearchBar {
  readonly onProgress: (done: number) => void;
  done(): void;
}

/** Shows how many of a number of cases are done. `done()` clears the line. */
export interface CountBar {
  readonly onCount: (done: number, all: number) => void;
  done(): void;
}

/** A bar for cases of equal weight; silent when standard error is not a terminal. */
export function countBar(title: string): CountBar {
  const bar = barOf(`${title} {bar} {value}/{total}`);
  let started = false;
  return {
    onCount(done, all) {
      if (!started) bar?.start(all, done);
      else bar?.update(done);
      started = true;
    },
    done: () => bar?.stop(),
  };
}

/** A bar for one recall. */
export function recallBar(title: string): StepBar<RecallProgress> {
  return stepBar(
    `${title} {bar} step {value}/{total}  moving {active}  energy {energy}`,
    (now) => ({
      active: now.active,
      energy: now.energy.toPrecision(6),
    }),
  );
}

/** A bar for one training. */
export function trainBar(title: string): StepBar<TrainProgress> {
  let held = "";
  const format = `${title} {bar} step {value}/{total}  epoch {epoch}  loss {loss}{held}  {eta_formatted} left`;
  return stepBar(format, ({ epoch, epochs, loss, validation }) => {
    if (validation !== null) held = `  held back ${validation.toPrecision(4)}`;
    return { epoch: `${Math.ceil(epoch)}/${epochs}`, loss: loss.toPrecision(4), held };
  });
}

/** A bar with a line of text; silent when standard error is not a terminal. */
function stepBar<Progress extends { readonly step: number; readonly steps: number }>(
  format: string,
  payloadOf: (progress: Progress) => Record<string, unknown>,
): StepBar<Progress> {
  const bar = barOf(format);
  let started = false;
  return {
    onStep(progress) {
      const { step, steps } = progress;
      const payload = payloadOf(progress);
      if (!started) bar?.start(steps, step, payload);
      else bar?.update(step, payload);
      started = true;
    },
    done: () => bar?.stop(),
  };
}

/** A bar for a search; silent when standard error is not a terminal. */
export function searchBar(title: string): SearchBar {
  const bar = barOf(`${title} {bar} {percentage}%`);
  bar?.start(1000, 0);
  return {
    onProgress: (done) => bar?.update(Math.round(1000 * done)),
    done: () => bar?.stop(),
  };
}

function barOf(format: string): SingleBar | null {
  if (!process.stderr.isTTY) return null;
  return new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true, barsize: 24 },
    Presets.shades_classic,
  );
}

/** Shows how much of a long work is done. `done()` clears the line. */
export interface WorkBar {
  /** Says what has just been done and how much of all it was, from 0 to 1 in all. */
  readonly advance: (part: number, what: string) => void;
  done(): void;
}

/** A bar for a list of jobs of known weight; silent when standard error is not a terminal. */
export function workBar(title: string): WorkBar {
  const bar = barOf(
    `${title} {bar} {percentage}%  {duration_formatted}, {eta_formatted} to go  {what}`,
  );
  bar?.start(1, 0, { what: "" });
  return {
    advance: (part, what) => bar?.increment(part, { what }),
    done: () => bar?.stop(),
  };
}
