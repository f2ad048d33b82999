// Measures all settings of a sweep on several threads.

import { availableParallelism } from "node:os";
import type { Closeness } from "@hamlet/kohonen";
import type { WorkBar } from "../../progress.ts";
import { inThreads } from "../../threads/pool.ts";
import { type SweepSetting, workOf } from "./points.ts";

/** More would need more memory: the largest setting takes half a gigabyte. */
const THREADS = 4;

/** How settings are measured. */
export interface MeasureOptions {
  readonly formula: string | null;
  readonly bar: WorkBar;
  /** Default: one a core, four at most. */
  readonly workers?: number;
}

/** What every setting measured, in the order of the settings; each seed gives the same numbers. */
export async function measureAll(
  settings: readonly SweepSetting[],
  { formula, bar, workers = Math.min(THREADS, availableParallelism()) }: MeasureOptions,
): Promise<Closeness[]> {
  const total = settings.reduce((sum, setting) => sum + workOf(setting), 0);
  // The longest first, so that no thread is left with it at the end.
  const waiting = settings
    .map((setting, i) => ({ ...setting, i }))
    .sort((a, b) => workOf(b) - workOf(a));
  const found: Closeness[] = [];
  await inThreads<(typeof waiting)[number], Closeness>(waiting.values(), {
    module: ["./worker", import.meta.url],
    data: formula,
    threads: Math.min(workers, settings.length),
    onAnswer(closeness, setting) {
      found[setting.i] = closeness;
      const { method, d, n } = setting;
      bar.advance(workOf(setting) / total, `${method}, d = ${d}, n = ${n}`);
    },
  });
  return found;
}
