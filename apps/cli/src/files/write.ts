// Writing results: whole or not at all.

import { randomUUID } from "node:crypto";
import { lstatSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { explained, type Target, targetOf } from "./output.ts";

/**
 * Writes a file through a temporary one beside it, so that a reader never sees a half-written file
 * and a failed write leaves the old one alone. The file keeps its owner and its permissions, and a
 * link to it stays one.
 * @throws CommandError for a place that is no regular file or may not be written.
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const target = await targetOf(path);
  // A name of its own: behind a long one there may be no room.
  const temporary = join(dirname(target.path), `.ham-${randomUUID().slice(0, 8)}.tmp`);
  try {
    await mkdir(dirname(target.path), { recursive: true });
    // Told of before it is there: a signal may come between.
    begin(temporary);
    // Never one that is there: somebody may have put a link in its place.
    const file = await open(temporary, "wx").catch((error: unknown) => {
      end(temporary);
      throw error;
    });
    try {
      await file.writeFile(content);
      await keepOwner(file, target);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target.path);
    end(temporary);
  } catch (error) {
    if (unfinished.has(temporary)) remove(temporary);
    throw explained(path, error);
  }
}

/** Whether something of that name is there; a link that leads nowhere is in the way as well. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that cannot be: writing says why.
    return false;
  }
}

/** Prints a text where the path is `-`; else writes it, and prints the path with what it holds. */
export async function writeOrPrint(
  path: string,
  content: Uint8Array | string,
  note = "",
): Promise<void> {
  if (path === "-") {
    process.stdout.write(content);
    return;
  }
  await writeFileAtomically(path, content);
  process.stdout.write(`${path}${note === "" ? "" : `   ${note}`}\n`);
}

async function keepOwner(file: FileHandle, { stats }: Target): Promise<void> {
  if (stats === null) return;
  const { uid, gid } = await file.stat();
  if (uid !== stats.uid) await file.chown(stats.uid, stats.gid);
  else if (gid !== stats.gid) {
    // A user can give away a file only to groups of their own.
    await file.chown(uid, stats.gid).catch(() => undefined);
  }
  await file.chmod(stats.mode & 0o7777);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Temporary files that are being written. */
const unfinished = new Set<string>();

function begin(path: string): void {
  if (unfinished.size === 0) {
    process.on("exit", removeUnfinished);
    for (const signal of SIGNALS) process.on(signal, endBySignal);
  }
  unfinished.add(path);
}

function end(path: string): void {
  unfinished.delete(path);
  if (unfinished.size > 0) return;
  process.removeListener("exit", removeUnfinished);
  for (const signal of SIGNALS) process.removeListener(signal, endBySignal);
}

function remove(path: string): void {
  rmSync(path, { force: true });
  end(path);
}

function removeUnfinished(): void {
  for (const path of unfinished) remove(path);
}

/** Leaves nothing behind, and lets the signal do what it does without us. */
function endBySignal(signal: NodeJS.Signals): void {
  // A training stops by itself, and still needs what is being written.
  if (process.listenerCount(signal) > 1) return;
  removeUnfinished();
  process.kill(process.pid, signal);
}
