// `ham remember --queue`: adds the jobs of shards, and waits until their memory is there.

import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FailedJob, JobQueue, JobTree } from "@hamlet/cluster";
import { openRows } from "@hamlet/core/rows";
import { openCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf } from "../files/patterns.ts";
import type { MemoryFiles } from "../memories/files.ts";
import { emptyMemoryOf, memoryOf, type RuleFlags } from "../memories/memory.ts";
import { summaryOf } from "../memories/words.ts";
import { countBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import { version } from "../version.ts";
import { type Cluster, loadCluster, onEvent } from "./load.ts";
import { filesWith, isObject, openUnder } from "./objects.ts";
import { within } from "./roots.ts";
import { jobTree, type Plan, type Task } from "./tasks.ts";

/** What is told of the queue. */
export interface QueueFlags extends RuleFlags {
  readonly values: readonly string[];
  readonly out: string;
  readonly queue: string;
  readonly endpoint?: string;
  readonly root: string;
  readonly shards: number;
  readonly resume: boolean;
  readonly detach: boolean;
}

/** Milliseconds between two looks at the jobs. */
const LOOK = 500;

/** Returns the exit code. */
export async function rememberOnQueue(
  paths: readonly string[],
  flags: QueueFlags,
): Promise<number> {
  const cluster = await loadCluster();
  const address = cluster.queueAddress(flags.queue);
  const files = filesOf(flags, cluster);
  const plan = await planOf(paths, flags);
  const stamps = await Promise.all(plan.files.map((file) => stampOf(file, flags.root)));
  const tree = jobTree(plan, stamps, cluster);
  await using queue = await cluster.openQueue<Task>(address, { onEvent });
  if (!(await start(queue, tree, { ...flags, files, jobsOf: cluster.jobsOf }))) {
    process.stdout.write(`${flags.out} is there, from these files as they are.\n`);
    return EXIT.ok;
  }
  if (flags.detach) {
    process.stdout.write(
      `The jobs of ${flags.out} are in ${address.shown}; \`ham jobs\` says how far they are.\n`,
    );
    return EXIT.ok;
  }
  return await follow(queue, tree, { out: flags.out, shown: address.shown, files });
}

/** Sizes are those of the first file that can be read: one that cannot is a job that fails alone. */
async function planOf(paths: readonly string[], flags: QueueFlags): Promise<Plan> {
  const { values, shards, rule, beta, features, kind, family, seed } = flags;
  if (values.length > 0 && values.length !== paths.length) {
    throw new CommandError(
      EXIT.usage,
      `Expected --values once for each file of patterns, found ${values.length} for ${paths.length}.`,
    );
  }
  const root = await realpath(flags.root);
  const width = await widthOf(paths);
  const valueWidth = values.length === 0 ? null : await widthOf(values);
  const named = async (path: string) => {
    const file = fileOf(path);
    return (await within(root, resolve(file))) + path.slice(file.length);
  };
  const choice = { rule, beta, features, kind, family, seed };
  // What is told or left out is the same for all jobs, and its mistakes are told here.
  await emptyMemoryOf(flags, { width, values: valueWidth });
  return {
    files: await Promise.all(
      paths.map(async (path, i) => ({
        patterns: await named(path),
        values: values.length === 0 ? null : await named(values[i]),
      })),
    ),
    shards,
    // As it comes out of the queue.
    rule: JSON.parse(JSON.stringify(choice)) as RuleFlags,
    width,
    valueWidth,
    out: isObject(flags.out) ? flags.out : await within(root, resolve(flags.out)),
  };
}

/** Where the memory is going to be. */
function filesOf({ out, endpoint }: QueueFlags, cluster: Cluster): MemoryFiles {
  if (!isObject(out)) return filesWith(null);
  const folder = cluster.objectAddress(out).split("/").slice(0, -1).join("/");
  return filesWith(openUnder(folder, endpoint, cluster));
}

async function widthOf(paths: readonly string[]): Promise<number> {
  let problem: unknown;
  let width: number | null = null;
  for (const path of paths) {
    // All have to be there; what is in them is looked at until one can be read.
    const file = await openCallersFile(fileOf(path));
    try {
      width ??= (await openRows(path, file)).width;
    } catch (error) {
      problem ??= error;
    } finally {
      await file.close();
    }
  }
  if (width === null) throw problem;
  return width;
}

/** What a file is, as far as its size and time tell. */
async function stampOf({ patterns, values }: Plan["files"][number], root: string): Promise<string> {
  const stamps: string[] = [];
  for (const path of [patterns, ...(values === null ? [] : [values])]) {
    const { size, mtimeNs } = await stat(resolve(root, fileOf(path)), { bigint: true });
    stamps.push(`${size} ${mtimeNs}`);
  }
  return stamps.join(", ");
}

type Starting = Pick<QueueFlags, "resume" | "out"> &
  Pick<Cluster, "jobsOf"> & { readonly files: MemoryFiles };

/** Adds the jobs where that is needed; false where their memory is there. */
async function start(
  queue: JobQueue<Task>,
  tree: JobTree<Task>,
  { resume, out, files, jobsOf }: Starting,
): Promise<boolean> {
  const { of, done, failed, unknown, isAtRest } = await queue.stateOf(tree);
  const isFinished = done === of;
  // Memories of parts that are as their files are now are found by the jobs, and not made again; one that
  // a merge could not read is.
  const merges = jobsOf(tree).filter(({ children }) => children.length > 0);
  const isUnmerged = failed.some((job) => merges.some(({ id }) => id === job.id));
  const isBroken = resume && isAtRest && isUnmerged;
  const isStale = isBroken || ((isFinished || resume) && (await queue.countStale(tree)) > 0);
  if (isFinished && !isStale && (await files.has(out))) return false;
  if (isFinished || isStale || unknown > 0) await queue.add(tree, version());
  else if (resume) await queue.resume(tree, version());
  else if (isAtRest) throw stuck(failed, out);
  else process.stderr.write(`These jobs are in the queue: ${done} of ${of} are done.\n`);
  return true;
}

/** Waits until nothing more happens by itself. */
async function follow(
  queue: JobQueue<Task>,
  tree: JobTree<Task>,
  {
    out,
    shown,
    files,
  }: { readonly out: string; readonly shown: string; readonly files: MemoryFiles },
): Promise<number> {
  using signal = listenForStop();
  const bar = await countBar("jobs");
  try {
    for (;;) {
      const { of, done, failed, unknown, isAtRest } = await queue.stateOf(tree);
      bar.onProgress({ done, of });
      if (done === of) break;
      if (unknown > 0) {
        throw new CommandError(
          EXIT.failed,
          `${shown} has lost ${unknown} of the ${of} jobs of ${out}. The same command adds them again; what is done stays done. Let Redis keep an append-only file.`,
        );
      }
      if (isAtRest) throw stuck(failed, out);
      await pause(LOOK);
      if (signal.aborted) {
        process.stderr.write(
          `The jobs of ${out} go on: ${done} of ${of} are done. The same command waits for the rest.\n`,
        );
        return signal.exitCode;
      }
    }
  } finally {
    bar.done();
  }
  process.stdout.write(summaryOf(await memoryOf(await files.read(out), out), out));
  return EXIT.ok;
}

function stuck(failed: readonly FailedJob[], out: string): CommandError {
  const lines = failed.slice(0, 10).map(({ name, reason }) => `\n  ${name}: ${reason}`);
  const more = failed.length > 10 ? `\n  and ${failed.length - 10} more: ham jobs` : "";
  return new CommandError(
    EXIT.failed,
    `${out} is not there yet: ${failed.length} of its jobs failed, all others that can be are done.${lines.join("")}${more}\nMend that, and run the same command with --resume.`,
  );
}
