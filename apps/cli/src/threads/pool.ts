// Jobs of one kind on several threads, each thread with one at a time.

import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { InvalidArgumentError, Option } from "commander";
import { errorOf, type Reply, type ThreadData } from "./messages.ts";

/** What threads are given. */
export interface ThreadOptions<Job, Answer> {
  /** Where the module of a thread is: its name without an ending, and the module that it is beside. */
  readonly module: readonly [name: string, beside: string];
  /** The same for all jobs. */
  readonly data?: unknown;
  readonly threads: number;
  /** Once it is aborted no job is begun, and those that are done learn of it. */
  readonly signal?: { readonly aborted: boolean };
  readonly onAnswer: (answer: Answer, job: Job) => void | Promise<void>;
  /** What a job told of its progress. */
  readonly onProgress?: (progress: number, job: Job) => void;
}

/** Milliseconds between two looks at a signal. */
const LOOK = 50;

/**
 * Does jobs as threads become free; the iterator is asked for the next one then, and may take its time.
 * Answers come one by one, in any order.
 * @throws what a job threw; then no other is begun.
 */
export async function inThreads<Job, Answer>(
  jobs: Iterator<Job> | AsyncIterator<Job>,
  options: ThreadOptions<Job, Answer>,
): Promise<void> {
  const { module, data, threads, signal } = options;
  const [name, beside] = module;
  // The same file as .ts here and as .js in the published package.
  const address = new URL(`${name}${extname(fileURLToPath(beside))}`, beside);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadData = { data, stop };
  const look = setInterval(() => {
    if (signal?.aborted === true) Atomics.store(stop, 0, 1);
  }, LOOK);
  const env = sharing(threads);
  const workers = Array.from({ length: threads }, () => new Worker(address, { workerData, env }));
  let answered = Promise.resolve();
  try {
    await Promise.all(
      workers.map(async (worker) => {
        while (Atomics.load(stop, 0) === 0) {
          const { value: job, done } = await jobs.next();
          if (done === true) return;
          const answer = await ask<Job, Answer>(worker, job, options).catch((error: unknown) => {
            Atomics.store(stop, 0, 1);
            throw error;
          });
          const before = answered;
          answered = (async () => {
            await before;
            await options.onAnswer(answer, job);
          })();
          await answered;
        }
      }),
    );
  } finally {
    clearInterval(look);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Threads that a compiled program uses unbidden, at most. */
const USUAL = 8;

/**
 * The environment of so many that work at the same time: each has its share of the threads of the machine,
 * unless `HAMLET_THREADS` says how many.
 */
export function sharing(
  workers: number,
  cores: number = availableParallelism(),
): NodeJS.ProcessEnv {
  const { HAMLET_THREADS: told = "" } = process.env;
  const share = Math.min(USUAL, Math.max(1, Math.floor(cores / workers)));
  return { ...process.env, HAMLET_THREADS: told === "" ? `${share}` : told };
}

function ask<Job, Answer>(
  worker: Worker,
  job: Job,
  { onProgress }: Pick<ThreadOptions<Job, Answer>, "onProgress">,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const end = () => {
      worker.off("message", read);
      worker.off("error", failed);
    };
    const failed = (error: unknown) => {
      end();
      reject(error);
    };
    const read = (reply: Reply<Answer>) => {
      if ("progress" in reply) return onProgress?.(reply.progress, job);
      if ("problem" in reply) return failed(errorOf(reply.problem));
      end();
      resolve(reply.answer);
    };
    worker.on("message", read);
    worker.on("error", failed);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(job);
  });
}

/** `--workers`. */
export function workersOption(what: string): Option {
  return new Option("--workers <N>", what).argParser((text) => {
    const most = 4 * availableParallelism();
    if (/^[1-9]\d*$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`Threads are from 1 to ${most} here.`);
  });
}
