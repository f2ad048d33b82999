// Progress on a terminal: on standard error, and nowhere else.

import type { RecallProgress } from "@hamlet/ham";
import { Presets, SingleBar } from "cli-progress";

/** Shows a recall's steps. `done()` clears the line. */
export interface RecallBar {
  readonly onStep: (progress: RecallProgress) => void;
  done(): void;
}

/** A bar for one recall; silent when standard error is not a terminal. */
export function recallBar(title: string): RecallBar {
  if (!process.stderr.isTTY) return { onStep: () => undefined, done: () => undefined };
  const bar = new SingleBar(
    {
      format: `${title} {bar} step {value}/{total}  moving {active}  energy {energy}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    onStep({ step, steps, active, energy }) {
      const payload = { active, energy: energy.toPrecision(6) };
      if (!started) bar.start(steps, step, payload);
      else bar.update(step, payload);
      started = true;
    },
    done: () => bar.stop(),
  };
}

/** Shows how much of a long work is done. `done()` clears the line. */
export interface WorkBar {
  /** Says what has just been done and how much of all it was, from 0 to 1 in all. */
  readonly advance: (part: number, what: string) => void;
  done(): void;
}

/** A bar for a list of jobs of known weight; silent when standard error is not a terminal. */
export function workBar(title: string): WorkBar {
  if (!process.stderr.isTTY) return { advance: () => undefined, done: () => undefined };
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}%  {duration_formatted}, {eta_formatted} to go  {what}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0, { what: "" });
  return {
    advance: (part, what) => bar.increment(part, { what }),
    done: () => bar.stop(),
  };
}
