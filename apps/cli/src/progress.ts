// Progress on a terminal: on standard error, and nowhere else.

import type { RecallProgress } from "@hamlet/ham";
import { Presets, SingleBar } from "cli-progress";

/** Shows a recall's steps. `done()` clears the line. */
export interface RecallBar {
  readonly onStep: (progress: RecallProgress) => void;
  done(): void;
}

/** Shows how far a search is. `done()` clears the line. */
export interface SearchBar {
  readonly onProgress: (done: number) => void;
  done(): void;
}

/** A bar for one recall; silent when standard error is not a terminal. */
export function recallBar(title: string): RecallBar {
  const bar = barOf(`${title} {bar} step {value}/{total}  moving {active}  energy {energy}`);
  let started = false;
  return {
    onStep({ step, steps, active, energy }) {
      const payload = { active, energy: energy.toPrecision(6) };
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
