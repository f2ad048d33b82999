// Progress on a terminal: on standard error, and nowhere else.

import type { Progress } from "@hamlet/core";
import type { RecallProgress, TrainProgress } from "@hamlet/ham";
import { Presets, SingleBar } from "cli-progress";

/** Shows how far work is; silent when standard error is not a terminal. */
export interface Bar<Told extends Progress = Progress> {
  readonly onProgress: (progress: Told) => void;
  /** Clears the line. */
  done(): void;
}

/** A bar for cases of equal weight. */
export function countBar(title: string): Bar {
  return told(`${title} {bar} {value}/{total}`, () => ({}));
}

/** A bar for a search, which knows the part that is done. */
export function searchBar(title: string): Bar {
  return told(`${title} {bar} {percentage}%`, () => ({}));
}

/** A bar for one recall. */
export function recallBar(title: string): Bar<RecallProgress> {
  return told(
    `${title} {bar} step {value}/{total}  moving {active}  energy {energy}`,
    ({ active, energy }) => ({ active, energy: energy.toPrecision(6) }),
  );
}

/** A bar for one training. */
export function trainBar(title: string): Bar<TrainProgress> {
  let held = "";
  const format = `${title} {bar} step {value}/{total}  epoch {epoch}  loss {loss}{held}  {eta_formatted} left`;
  return told(format, ({ epoch, epochs, loss, validation }) => {
    if (validation !== null) held = `  held back ${validation.toPrecision(4)}`;
    return { epoch: `${Math.ceil(epoch)}/${epochs}`, loss: loss.toPrecision(4), held };
  });
}

/** A bar with a line of text. */
function told<Told extends Progress>(
  format: string,
  payloadOf: (progress: Told) => Record<string, unknown>,
): Bar<Told> {
  const bar = barOf(format);
  let started = false;
  return {
    onProgress(progress) {
      const payload = payloadOf(progress);
      if (started) bar?.update(progress.done, payload);
      else bar?.start(progress.of, progress.done, payload);
      started = true;
    },
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
