// Rows of sources go through threads, whose memories are merged: the same bits as through one.

import { countHeld, type HeldSources } from "@hamlet/core";
import { inThreads } from "../threads/pool.ts";
import type { Asked } from "./asked.ts";
import { memoryOf, type PatternMemory } from "./memory.ts";
import type { StreamOptions } from "./stream.ts";
import type { RowsJob, RowsStored } from "./worker.ts";

/** Rows of the first jobs, and the fewest of later ones; seconds that those are to take. */
const [FIRST_ROWS, SECONDS] = [512, 10];

/** As `stream` with the sign 1. */
export async function streamThreads(
  memory: PatternMemory,
  { asked, rows }: { readonly asked: Asked; readonly rows: HeldSources },
  { signal, bar, between = () => Promise.resolve(), workers }: Threaded,
): Promise<number> {
  const of = countHeld(rows);
  // The clock says how many rows a job has, and the bits do not depend on it.
  let size = FIRST_ROWS;
  let left = of;
  function* jobs(): Generator<RowsJob> {
    for (const { id, name, path, valuesPath } of asked.sources) {
      for (const [from, to] of rows.find((one) => one.id === id)?.rows ?? []) {
        for (let at = from; at < to;) {
          // Half a share of what is left: the last jobs are short, so that no thread waits long for another.
          const fair = Math.max(FIRST_ROWS, Math.ceil(left / (2 * workers)));
          const end = Math.min(to, at + Math.min(size, fair));
          left -= end - at;
          yield { path, valuesPath, id, name, from: at, to: end };
          at = end;
        }
      }
    }
  }
  let done = 0;
  const active = new Map<RowsJob, number>();
  await inThreads<RowsJob, RowsStored>(jobs(), {
    module: ["./worker", import.meta.url],
    data: memory.fresh().save(),
    threads: workers,
    signal,
    onProgress(progress, job) {
      active.set(job, progress);
      const going = [...active.values()].reduce((sum, some) => sum + some, 0);
      bar.onProgress({ done: done + going, of });
    },
    async onAnswer({ bytes, stored, seconds }, job) {
      active.delete(job);
      memory.merge(await memoryOf(bytes, job.path));
      done += stored;
      size = Math.max(1, Math.round((stored * SECONDS) / seconds));
      if (!signal.aborted) await between();
    },
  });
  for (const source of asked.sources) await source.assertUnchanged();
  return done;
}

type Threaded = Omit<StreamOptions, "sign" | "named"> & { readonly workers: number };
