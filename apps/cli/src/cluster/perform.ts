// Does one job: what it reads and writes is under the root of its worker.

import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ActiveJob } from "@hamlet/cluster";
import { HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf } from "../files/patterns.ts";
import { openAsked } from "../memories/asked.ts";
import { mergeFiles } from "../memories/merge.ts";
import { rememberRows } from "../memories/remember.ts";
import { describeSizes } from "../memories/words.ts";
import { filesWith, isObject, type Objects, underRoot } from "./objects.ts";
import { within } from "./roots.ts";
import type { MergeTask, RememberTask, Task } from "./tasks.ts";

/**
 * Does a job in the folder that is the root. May be done again, also at once by two: the file is written
 * whole and holds the same bytes each time.
 * @throws CommandError, HamError
 */
export async function perform(
  { task, signal, onProgress }: ActiveJob<Task>,
  reach: Reach,
): Promise<"done" | "stopped"> {
  if (task.do === "merge") return await merge(task, reach);
  return await remember(task, { ...reach, signal, onProgress });
}

/** What jobs may touch. */
export interface Reach {
  /** A folder without links. */
  readonly root: string;
  /** Objects for results; null for none. */
  readonly objects: Objects | null;
}

/** A place for a result, in the folder or among the objects. */
async function reached(path: string, { root, objects }: Reach): Promise<string> {
  return isObject(path) ? underRoot(path, objects) : await within(root, path);
}

type Doing = Pick<ActiveJob<Task>, "signal" | "onProgress"> & Reach;

async function remember(task: RememberTask, { root, objects, signal, onProgress }: Doing) {
  const { patterns, values, shard, rule, width, valueWidth } = task;
  for (const path of [patterns, ...(values === null ? [] : [values])]) {
    await within(root, fileOf(path));
  }
  const out = await reached(task.out, { root, objects });
  const flags = { values: values === null ? [] : [values], shard };
  await using asked = await openAsked([patterns], flags, signal);
  if (asked === null) return "stopped";
  if (asked.width !== width || asked.values !== valueWidth) {
    const [found, wanted] = [asked, { width, values: valueWidth }].map(describeSizes);
    throw new CommandError(
      EXIT.usage,
      `${patterns} has patterns of ${found}, and the other shards of ${wanted}.`,
    );
  }
  const { ending } = await rememberRows(asked, {
    ...rule,
    twice: "refuse",
    out,
    files: filesWith(objects),
    stale: "replace",
    signal,
    bar: () => Promise.resolve({ onProgress, done: () => undefined }),
  });
  return ending === "stopped" ? "stopped" : "done";
}

async function merge(task: MergeTask, reach: Reach): Promise<"done"> {
  const [first, ...others] = task.parts;
  for (const part of task.parts) await reached(part, reach);
  const out = await reached(task.out, reach);
  const files = filesWith(reach.objects);
  const { whole } = await mergeFiles([first, ...others], { twice: "refuse", files });
  await files.write(out, whole.save());
  return "done";
}

/** Removes the memories of parts once the queue knows that they are merged. */
export async function tidyUp(task: Task, { root, objects }: Reach): Promise<void> {
  if (task.do !== "merge" || task.litter === undefined) return;
  const { folder, prefix } = task.litter;
  if (isObject(folder)) {
    const { store } = objects!;
    for (const one of await store.list(underRoot(`${folder}/${prefix}`, objects))) {
      await store.remove(one);
    }
    return;
  }
  await within(root, folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
  }
  // Where others are at work it stays.
  await rmdir(folder).catch(() => undefined);
}

/** Files and stores that may be back. */
const PASSING: readonly string[] = ["model/cannot-read", "cluster/no-store"];

/** Whether what is wrong will be so at every attempt: files and settings are, disks and networks may not. */
export function isLasting(error: unknown): boolean {
  if (error instanceof CommandError) return error.exitCode === EXIT.usage;
  return HamError.isInstance(error) && !PASSING.includes(error.code);
}
