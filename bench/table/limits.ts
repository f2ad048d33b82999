// What all threads of the machine do at the same time: as many threads of this file, and their sum.

import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { type Limits, measureLimits } from "../../packages/core/src/index.ts";

/** Milliseconds of each measurement: threads that begin a little later than others do not matter. */
const AT_LEAST = 400;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
if (!isMainThread) parentPort!.postMessage(measureLimits({ atLeast: AT_LEAST }));

/** Numbers read, and multiply-adds, of all threads together; null where no code can be compiled. */
export async function limitsOfAll(): Promise<Limits | null> {
  const all = await Promise.all(
    Array.from({ length: availableParallelism() }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<Limits | null>();
      new Worker(new URL(import.meta.url)).once("message", resolve).once("error", reject);
      return promise;
    }),
  );
  const sum = (of: (limits: Limits) => number) =>
    all.reduce((total, limits) => total + (limits === null ? 0 : of(limits)), 0);
  if (all.includes(null)) return null;
  return {
    bytesPerSecond: sum(({ bytesPerSecond }) => bytesPerSecond),
    flopsPerSecond: sum(({ flopsPerSecond }) => flopsPerSecond),
  };
}
