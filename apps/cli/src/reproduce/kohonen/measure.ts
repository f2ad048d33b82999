// Measures all settings of a sweep on several threads.

import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Closeness } from "@hamlet/kohonen";
import type { WorkBar } from "../../progress.ts";
import { type SweepSetting, workOf } from "./points.ts";

/** More would need more memory: the largest setting takes half a gigabyte. */
const THREADS = 4;

/** What every setting measured, in the order of the settings; each seed gives the same numbers. */
export async function measureAll(
  settings: readonly SweepSetting[],
  { formula, bar }: { readonly formula: string | null; readonly bar: WorkBar },
): Promise<Closeness[]> {
  const total = settings.reduce((sum, setting) => sum + workOf(setting), 0);
  // The longest first, so that no thread is left with it at the end.
  const waiting = settings
    .map((setting, i) => ({ setting, i }))
    .sort((a, b) => workOf(b.setting) - workOf(a.setting));
  const found: Closeness[] = [];
  const threads = Math.min(THREADS, availableParallelism(), settings.length);
  const workers = Array.from({ length: threads }, () => startWorker(formula));
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
          found[job.i] = await ask(worker, job.setting);
          const { method, d, n } = job.setting;
          bar.advance(workOf(job.setting) / total, `${method}, d = ${d}, n = ${n}`);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return found;
}

function startWorker(formula: string | null): Worker {
  // The same file as .ts here and as .js in the published package.
  const file = `./worker${extname(fileURLToPath(import.meta.url))}`;
  return new Worker(new URL(file, import.meta.url), { workerData: formula });
}

function ask(worker: Worker, setting: SweepSetting): Promise<Closeness> {
  return new Promise((resolve, reject) => {
    const answered = (closeness: Closeness) => {
      worker.off("error", reject);
      resolve(closeness);
    };
    worker.once("message", answered);
    worker.once("error", reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(setting);
  });
}
