// Progress on a terminal: on standard error, and nowhere else.

import type { Progress } from "@hamlet/core";
import type { RecallProgress, TrainProgress } from "@hamlet/ham";
import type { SingleBar } from "cli-progress";

/** Shows how far work is; silent when standard error is not a terminal. */
export interface Bar<Told extends Progress = Progress> {
  readonly onProgress: (progress: Told) => void;
  /** Clears the line. */
  done(): void;
}

/** A bar for cases of equal weight. */
export function countBar(title: string): Promise<Bar> {
  return told(`${title} {bar} {value}/{total}`, () => ({}));
}

/** A bar for a search, which knows the part that is done. */
export function searchBar(title: string): Promise<Bar> {
  return told(`${title} {bar} {percentage}%`, () => ({}));
}

/** A bar for one recall. */
export function recallBar(title: string): Promise<Bar<RecallProgress>> {
  return told(
    `${title} {bar} step {value}/{total}  moving {active}  energy {energy}`,
    ({ active, energy }) => ({ active, energy: energy.toPrecision(6) }),
  );
}

/** A bar for one training. */
export function trainBar(title: string): Promise<Bar<TrainProgress>> {
  let held = "";
  const format = `${title} {bar} step {value}/{total}  epoch {epoch}  loss {loss}{metrics}{held}  {eta_formatted} left`;
  const listed = (values: ReadonlyMap<string, number>) =>
    [...values].map(([name, value]) => `  ${name} ${value.toFixed(3)}`).join("");
  return told(format, ({ epoch, epochs, loss, validation, metrics, validationMetrics }) => {
    if (validation !== null) {
      held = `  held back ${validation.toPrecision(4)}${listed(validationMetrics ?? new Map())}`;
    }
    return {
      epoch: `${Math.ceil(epoch)}/${epochs}`,
      loss: loss.toPrecision(4),
      metrics: listed(metrics),
      held,
    };
  });
}

/** A bar with a line of text. */
async function told<Told extends Progress>(
  format: string,
  payloadOf: (progress: Told) => Record<string, unknown>,
): Promise<Bar<Told>> {
  const bar = await barOf(format);
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

/** Where nobody looks the library is not loaded either. */
async function barOf(format: string): Promise<SingleBar | null> {
  if (!process.stderr.isTTY) return null;
  const { Presets, SingleBar } = (await import("cli-progress")).default;
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
export async function workBar(title: string): Promise<WorkBar> {
  const bar = await barOf(
    `${title} {bar} {percentage}%  {duration_formatted}, {eta_formatted} to go  {what}`,
  );
  bar?.start(1, 0, { what: "" });
  return {
    advance: (part, what) => bar?.increment(part, { what }),
    done: () => bar?.stop(),
  };
}
