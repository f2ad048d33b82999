// A thread, from inside: one job after the other, as they are posted.

import { parentPort, workerData } from "node:worker_threads";
import { problemOf, type Reply, type ThreadData } from "./messages.ts";

/** What a job has beside itself. */
export interface ThreadJob<Data> {
  readonly data: Data;
  /** A wish to stop. */
  readonly signal: { readonly aborted: boolean };
  readonly onProgress: (progress: number) => void;
}

/** What goes through a thread. */
interface Kind {
  readonly job: unknown;
  readonly answer: unknown;
  /** The same for all jobs. */
  readonly data: unknown;
}

/** Does the jobs of this thread. */
export function doJobs<K extends Kind>(
  perform: (job: K["job"], about: ThreadJob<K["data"]>) => Promise<K["answer"]>,
): void {
  const { data, stop } = workerData as ThreadData;
  const signal = {
    get aborted() {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  const port = parentPort!;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  const reply = (message: Reply<K["answer"]>) => port.postMessage(message);
  const onProgress = (progress: number) => reply({ progress });
  port.on("message", async (job: K["job"]) => {
    try {
      reply({ answer: await perform(job, { data, signal, onProgress }) });
    } catch (error) {
      reply({ problem: problemOf(error) });
    }
  });
}
