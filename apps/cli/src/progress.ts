// Progress on a terminal: on standard error, and nowhere else.

import type { RecallProgress } from "@hamlet/ham";
import { Presets, SingleBar } from "cli-progress";

/** Shows a recall's steps. `done()` clears the line. */
export interface RecallBar {
  readonly onStep: (progress: RecallProgress) => void;
  done(): void;
}

/** Shows how many of a number of cases are done. `done()` clears the line. */
export interface CountBar {
  readonly onCount: (done: number, all: number) => void;
  done(): void;
}

/** A bar for cases of equal weight; silent when standard error is not a terminal. */
export function countBar(title: string): CountBar {
  if (!process.stderr.isTTY) return { onCount: () => undefined, done: () => undefined };
  const bar = new SingleBar(
    {
      format: `${title} {bar} {value}/{total}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    onCount(done, all) {
      if (!started) bar.start(all, done);
      else bar.update(done);
      started = true;
    },
    done: () => bar.stop(),
  };
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
