// Works off the jobs of a queue, one after the other, until it is told to stop.

import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { DelayedError, type Job, Queue, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { type QueueAddress, withoutSecrets } from "./address.ts";
import { connect, ignored, reasonOf } from "./connect.ts";
import { DONE, type JobData, QUEUE } from "./queue.ts";

/** A job that is being done. */
export interface ActiveJob<Task> {
  readonly name: string;
  readonly task: Task;
  /** A wish to stop: what is done so far is kept, and the job is `"stopped"`. */
  readonly signal: { readonly aborted: boolean };
  /** Tells the queue how far the job is; plain data. */
  readonly onProgress: (progress: object) => void;
}

/** How jobs are worked off. */
export interface WorkOptions<Task> {
  /** Jobs of other versions are given back. */
  readonly version: string;
  /** Does a job, or keeps what it did until it was stopped. May be called again for the same. */
  readonly perform: (job: ActiveJob<Task>) => Promise<"done" | "stopped">;
  /** Called once the queue knows that a job is done. */
  readonly settled?: (task: Task) => Promise<void>;
  /** Whether an error will come again with every attempt. */
  readonly isLasting: (error: unknown) => boolean;
  readonly signal: { readonly aborted: boolean };
  /** Ends once no job is left that can be done; default false. */
  readonly untilEmpty?: boolean;
  /** Seconds without a sign of life after which another worker takes a job over; default 30. */
  readonly silence?: number;
  /** Called with what happens: a line for people. */
  readonly onEvent?: (line: string) => void;
  readonly name?: string;
}

/** Why work ended. */
export type WorkEnding =
  | { readonly ending: "stopped" | "empty" }
  /** A job is of another version than this program. */
  | { readonly ending: "refused"; readonly reason: string };

/** A job whose workers die all the time is given up after so many. */
const MOST_DEATHS = 10;
/** Milliseconds between two looks at the signal, and at an empty queue. */
const [LOOK, LOOK_AT_QUEUE] = [50, 500];
/** Milliseconds before a job that was refused is given to another worker. */
const REFUSED_PAUSE = 1000;
/** Milliseconds between two reports of how far a job is. */
const TELL_EVERY = 1000;

/**
 * Works off jobs. One that fails is tried again as its queue says, unless the error is lasting; one whose
 * worker dies is given to another once the worker has been silent for long enough.
 * @throws HamError `cluster/no-redis`; a Redis that is lost later is waited for.
 */
export async function work<Task>(
  address: QueueAddress,
  {
    version,
    perform,
    settled = () => Promise.resolve(),
    isLasting,
    signal,
    untilEmpty = false,
    silence = 30,
    onEvent = () => undefined,
    name = QUEUE,
  }: WorkOptions<Task>,
): Promise<WorkEnding> {
  const connection = await connect(address, onEvent);
  const refused: { reason: string | null } = { reason: null };
  const process = async (job: Job<JobData<Task>>, token?: string) => {
    const { tree } = job.data;
    const title = job.name === tree ? tree : `${job.name} of ${tree}`;
    if (job.data.version !== version) {
      refused.reason = `this worker is of version ${version}, and ${title} is for ${job.data.version}. Install that version here, or add the jobs again with --resume from this one.`;
      await job.moveToDelayed(Date.now() + REFUSED_PAUSE, token);
      throw new DelayedError();
    }
    onEvent(title);
    if ((await performed(job)) === "stopped") {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    return DONE;
  };
  const performed = async (job: Job<JobData<Task>>): Promise<"done" | "stopped"> => {
    let told = 0;
    const onProgress = (progress: object) => {
      if (Date.now() - told < TELL_EVERY) return;
      told = Date.now();
      // Where the queue is gone for a while, the job goes on.
      job.updateProgress(progress).catch(() => undefined);
    };
    try {
      return await perform({ name: job.name, task: job.data.task, signal, onProgress });
    } catch (error) {
      const reason = withoutSecrets(error instanceof Error ? error.message : String(error));
      throw isLasting(error) ? new UnrecoverableError(reason) : new Error(reason);
    }
  };
  const settling = new Set<Promise<void>>();
  const made = () => {
    const one = new Worker<JobData<Task>>(name, process, {
      connection,
      name: `${hostname()} ${globalThis.process.pid}`,
      lockDuration: 1000 * silence,
      stalledInterval: 500 * silence,
      maxStalledCount: MOST_DEATHS,
      autorun: false,
    });
    one.on("error", ignored);
    one.on("failed", (job, { message }) => onEvent(`${job?.name ?? "a job"} failed: ${message}`));
    one.on("completed", ({ data }) => {
      const end = settled(data.task).finally(() => settling.delete(end));
      settling.add(end);
    });
    return one;
  };
  const queue = new Queue(name, { connection });
  queue.on("error", ignored);
  const isEmpty = async () =>
    (await queue.getJobCountByTypes("wait", "active", "delayed", "prioritized")) === 0;
  let worker: Worker | null = null;
  const broken: { by?: unknown } = {};
  try {
    worker = await readyWorker(made, connection, { signal, onEvent });
    worker?.run().catch((error: unknown) => void (broken.by = error));
    let looked = Date.now();
    while (!signal.aborted && refused.reason === null) {
      if (broken.by !== undefined) throw broken.by;
      await pause(LOOK);
      if (!untilEmpty || Date.now() - looked < LOOK_AT_QUEUE) continue;
      if (await isEmpty()) break;
      looked = Date.now();
    }
  } finally {
    await worker?.close();
    await queue.close();
    await Promise.all(settling);
    connection.disconnect();
  }
  const { reason } = refused;
  if (reason !== null) return { ending: "refused", reason };
  return { ending: signal.aborted ? "stopped" : "empty" };
}

/**
 * A worker whose second connection is there too, which waits for jobs: BullMQ makes one of which the first
 * attempt failed never again, and would do one job and no other. Null where it is told to stop before.
 */
async function readyWorker(
  make: () => Worker,
  connection: Redis,
  { signal, onEvent }: Required<Pick<WorkOptions<unknown>, "signal" | "onEvent">>,
): Promise<Worker | null> {
  let told = "";
  while (!signal.aborted) {
    const worker = make();
    try {
      await worker.waitUntilReady();
      return worker;
    } catch (error) {
      const line = `no second connection (${withoutSecrets(reasonOf(error))}); trying again`;
      if (line !== told) onEvent(line);
      told = line;
    }
    await worker.close(true);
    do await pause(LOOK_AT_QUEUE);
    while (connection.status !== "ready" && !signal.aborted);
  }
  return null;
}
