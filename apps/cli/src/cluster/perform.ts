// Does one job: what it reads and writes is under the root of its worker.

import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ActiveJob } from "@hamlet/cluster";
import { HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf } from "../files/patterns.ts";
import { writeFileAtomically } from "../files/write.ts";
import { openAsked } from "../memories/asked.ts";
import { mergeFiles } from "../memories/merge.ts";
import { rememberRows } from "../memories/remember.ts";
import { describeSizes } from "../memories/words.ts";
import { within } from "./roots.ts";
import type { MergeTask, RememberTask, Task } from "./tasks.ts";

/**
 * Does a job in the folder that is the root. May be done again, also at once by two: the file is written
 * whole and holds the same bytes each time.
 * @throws CommandError, HamError
 */
export async function perform(
  { task, signal, onProgress }: ActiveJob<Task>,
  root: string,
): Promise<"done" | "stopped"> {
  if (task.do === "merge") return await merge(task, root);
  return await remember(task, { root, signal, onProgress });
}

type Doing = Pick<ActiveJob<Task>, "signal" | "onProgress"> & { readonly root: string };

async function remember(task: RememberTask, { root, signal, onProgress }: Doing) {
  const { patterns, values, shard, rule, width, valueWidth } = task;
  for (const path of [patterns, ...(values === null ? [] : [values])]) {
    await within(root, fileOf(path));
  }
  const out = await within(root, task.out);
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
    stale: "replace",
    signal,
    bar: () => Promise.resolve({ onProgress, done: () => undefined }),
  });
  return ending === "stopped" ? "stopped" : "done";
}

async function merge(task: MergeTask, root: string): Promise<"done"> {
  const [first, ...others] = task.parts;
  for (const part of task.parts) await within(root, part);
  const out = await within(root, task.out);
  const { whole } = await mergeFiles([first, ...others], { twice: "refuse" });
  await writeFileAtomically(out, whole.save());
  return "done";
}

/** Removes the memories of parts once the queue knows that they are merged. */
export async function tidyUp(task: Task, root: string): Promise<void> {
  if (task.do !== "merge" || task.litter === undefined) return;
  const { folder, prefix } = task.litter;
  await within(root, folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
  }
  // Where others are at work it stays.
  await rmdir(folder).catch(() => undefined);
}

/** Whether what is wrong will be so at every attempt: files and settings are, disks and networks may not. */
export function isLasting(error: unknown): boolean {
  if (error instanceof CommandError) return error.exitCode === EXIT.usage;
  return HamError.isInstance(error) && error.code !== "model/cannot-read";
}
