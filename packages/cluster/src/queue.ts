// What is known of jobs: add a tree of them, see how far it is, and give failed ones again.

import { FlowProducer, type FlowJob, type Job, Queue } from "bullmq";
import type { QueueAddress } from "./address.ts";
import { connect, ignored } from "./connect.ts";
import { type JobTree, jobsOf } from "./tree.ts";

/** The one queue that everybody uses who shares a Redis, unless told another name. */
export const QUEUE = "hamlet";

/** What a job of the queue carries. */
export interface JobData<Task> {
  readonly task: Task;
  /** Of the program that is to do it. */
  readonly version: string;
  readonly stamp: string;
  /** The name of the last job of its tree. */
  readonly tree: string;
}

/** A job of the dead-letter list: it is not tried again by itself. */
export interface FailedJob {
  readonly id: string;
  readonly name: string;
  /** The name of the last job of its tree. */
  readonly tree: string;
  readonly reason: string;
  readonly attempts: number;
  /** Who tried last. */
  readonly worker: string | null;
}

/** How far a tree is. Every job is in one of the numbers. */
export interface TreeState {
  readonly of: number;
  readonly done: number;
  readonly active: number;
  /** Ready, or waiting for a pause or for other jobs to end. */
  readonly waiting: number;
  readonly failed: readonly FailedJob[];
  /** Jobs that the queue does not know. */
  readonly unknown: number;
  /** Whether nothing more will happen by itself. */
  readonly isAtRest: boolean;
}

/** What a job leaves in the queue: vectors are in files. */
export const DONE = "done";

/** The jobs of everybody. */
export interface QueueCounts {
  readonly done: number;
  readonly waiting: number;
  readonly active: readonly (Pick<FailedJob, "id" | "name" | "tree" | "worker"> & {
    /** The last that was told. */
    readonly progress: unknown;
  })[];
  readonly failed: readonly FailedJob[];
}

/** A queue, from the side of who adds jobs. */
export interface JobQueue<Task> {
  /** Adds all jobs of a tree at once, in place of older ones of the same ids. */
  add(tree: JobTree<Task>, version: string): Promise<void>;
  stateOf(tree: JobTree<Task>): Promise<TreeState>;
  /** How many jobs are done that have other stamps now. */
  countStale(tree: JobTree<Task>): Promise<number>;
  /** Gives what failed again, and lets a version do what is left; returns how many were given. */
  resume(tree: JobTree<Task>, version: string): Promise<number>;
  counts(): Promise<QueueCounts>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Attempts of a job whose failure may pass, and milliseconds before the second; the pause doubles. */
const [ATTEMPTS, PAUSE] = [3, 1000];
/** Seconds for which a finished job is remembered. */
const KEPT = 7 * 24 * 3600;
/** Questions that are asked at once. */
const AT_ONCE = 256;

/** Which queue is opened, and who is told of it. */
export interface QueueOptions {
  /** Default: the one that workers look at unless told another. */
  readonly name?: string;
  /** Called with what happens: a line for people. */
  readonly onEvent?: (line: string) => void;
}

/**
 * Opens the queue at an address.
 * @throws HamError `cluster/no-redis`; a Redis that is lost later is waited for.
 */
export async function openQueue<Task>(
  address: QueueAddress,
  { name = QUEUE, onEvent = () => undefined }: QueueOptions = {},
): Promise<JobQueue<Task>> {
  const connection = await connect(address, onEvent);
  const queue = new Queue<JobData<Task>>(name, { connection });
  const flows = new FlowProducer({ connection });
  queue.on("error", ignored);
  flows.on("error", ignored);
  const finished = new Set<string>();
  const jobNamed = async (id: string) => (await queue.getJob(id)) as Job<JobData<Task>> | undefined;

  const statesOf = async (tree: JobTree<Task>) => {
    const states = new Map<string, string>();
    const open = jobsOf(tree).filter(({ id }) => !finished.has(id));
    for (let at = 0; at < open.length; at += AT_ONCE) {
      const some = open.slice(at, at + AT_ONCE);
      const found = await Promise.all(some.map(({ id }) => queue.getJobState(id)));
      some.forEach(({ id }, i) => states.set(id, found[i]));
    }
    return states;
  };

  return {
    async add(tree, version) {
      finished.clear();
      await (await jobNamed(tree.id))?.remove({ removeChildren: true });
      // A tree whose last job was lost may have left others.
      for (const [id, state] of await statesOf(tree)) {
        if (state !== "unknown") await (await jobNamed(id))?.remove({ removeChildren: true });
      }
      const flowOf = ({ id, name: title, task, stamp, children }: JobTree<Task>): FlowJob => ({
        queueName: name,
        name: title,
        data: { task, version, stamp, tree: tree.name } satisfies JobData<Task>,
        opts: {
          jobId: id,
          attempts: ATTEMPTS,
          backoff: { type: "exponential", delay: PAUSE },
          removeOnComplete: { age: KEPT },
          stackTraceLimit: 0,
        },
        ...(children.length === 0 ? {} : { children: children.map(flowOf) }),
      });
      await flows.add(flowOf(tree));
    },
    async stateOf(tree) {
      const count = { active: 0, waiting: 0, ready: 0, unknown: 0 };
      const failed: FailedJob[] = [];
      for (const [id, state] of await statesOf(tree)) {
        if (state === "completed") finished.add(id);
        else if (state === "active") count.active++;
        else if (state === "unknown") count.unknown++;
        else if (state === "failed") {
          const job = await jobNamed(id);
          if (job !== undefined) failed.push(failedOf(job));
        } else {
          count.waiting++;
          if (state !== "waiting-children") count.ready++;
        }
      }
      const { active, waiting, unknown } = count;
      const of = jobsOf(tree).length;
      const done = of - active - waiting - unknown - failed.length;
      return { of, done, active, waiting, failed, unknown, isAtRest: active + count.ready === 0 };
    },
    async countStale(tree) {
      let stale = 0;
      for (const { id, stamp } of jobsOf(tree)) {
        const job = await jobNamed(id);
        if (job?.returnvalue === DONE && job.data.stamp !== stamp) stale++;
      }
      return stale;
    },
    async resume(tree, version) {
      let given = 0;
      const states = await statesOf(tree);
      for (const { id, stamp } of jobsOf(tree)) {
        const state = states.get(id);
        if (state === undefined || state === "completed") continue;
        const job = await jobNamed(id);
        if (job === undefined) continue;
        await job.updateData({ ...job.data, version, stamp });
        if (state !== "failed") continue;
        await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
        given++;
      }
      return given;
    },
    async counts() {
      const found = await queue.getJobCounts();
      const waiting = ["waiting", "waiting-children", "delayed", "prioritized", "paused"];
      const active = (await queue.getActive()) as Job<JobData<Task>>[];
      return {
        done: found["completed"] ?? 0,
        waiting: waiting.reduce((sum, state) => sum + (found[state] ?? 0), 0),
        active: active.filter(Boolean).map((job) => ({ ...shownOf(job), progress: job.progress })),
        failed: ((await queue.getFailed()) as Job<JobData<Task>>[]).filter(Boolean).map(failedOf),
      };
    },
    async [Symbol.asyncDispose]() {
      await flows.close();
      await queue.close();
      await connection.quit();
    },
  };
}

function shownOf<Task>({ id, name, data, processedBy }: Job<JobData<Task>>) {
  return { id: id!, name, tree: data.tree, worker: processedBy ?? null };
}

function failedOf<Task>(job: Job<JobData<Task>>): FailedJob {
  return { ...shownOf(job), reason: job.failedReason, attempts: job.attemptsMade };
}
