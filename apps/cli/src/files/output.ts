// Where a command may write: it replaces older results, and nothing else.

import type { Stats } from "node:fs";
import { access, constants, lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { systemReason } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";

/** What a file holds, and how the names of such files end. */
export interface Content {
  readonly what: string;
  readonly endings: readonly string[];
}

/** What `--certificate` names. */
export const CERTIFICATE: Content = { what: "a certificate", endings: [".json"] };

/** A file that a command is going to write. */
export interface Output {
  /** The option that names it, such as `--out`. */
  readonly option: string;
  readonly path: string;
  /** Left out where any name will do. */
  readonly content?: Content;
}

/** What `--out` names in a command that prints with `--out -`. */
export function outputsOf(path: string, content: Content): Output[] {
  return path === "-" ? [] : [{ option: "--out", path, content }];
}

/** The file behind a path: links lead to it, also where it is not there yet. */
export interface Target {
  readonly path: string;
  /** Of the file that will be replaced; null for a new one. */
  readonly stats: Stats | null;
}

/**
 * Makes sure, before any work, that files can be written where they are wanted, and that nothing
 * but older results is lost by it.
 * @throws CommandError for a name with an ending of something else, a place that is no regular
 * file, one that may not be written, one of `inputs`, and two outputs in one place.
 */
export async function assertOutputs(
  outputs: readonly Output[],
  inputs: readonly string[] = [],
): Promise<void> {
  const taken = new Map<string, Output>();
  const read = new Set<string>();
  for (const input of inputs) {
    // What cannot be read is the reader's to explain.
    const stats = await statsOf(input).catch(() => null);
    if (stats !== null) read.add(identity(stats));
  }
  for (const output of outputs) {
    const { option, path } = output;
    assertEnding(output);
    const target = await targetOf(path, option);
    if (target.stats !== null && read.has(identity(target.stats))) {
      throw refusal(path, `this command reads it, and it would be lost`, option);
    }
    const place = target.stats === null ? await placeOf(target.path) : identity(target.stats);
    const other = taken.get(place);
    if (other !== undefined) {
      const both = other.option === option ? option : `${other.option} and ${option}`;
      throw new CommandError(
        EXIT.usage,
        `${both} would write two things to one file, ${path}. Choose another name for one of them.`,
      );
    }
    taken.set(place, output);
  }
}

function assertEnding({ option, path, content }: Output): void {
  const ending = extname(path).toLowerCase();
  if (path === "-") {
    throw new CommandError(
      EXIT.usage,
      `${option} needs the name of a file: the report already goes to the standard output. A file of that name is ./-`,
    );
  }
  if (content === undefined || ending === "" || content.endings.includes(ending)) return;
  throw new CommandError(
    EXIT.usage,
    `${option} writes ${content.what}, found ${path}. Give it a name that ends in ${content.endings[0]}.`,
  );
}

/**
 * The file that writing to a path would replace or make.
 * @throws CommandError where that is no regular file, or one that may not be written.
 */
export async function targetOf(path: string, option?: string): Promise<Target> {
  try {
    const stats = await statsOf(path);
    if (stats === null) {
      const target = await missingTarget(path);
      // As for `file.npz/`: what is there under the plain name has not been looked at.
      if ((await statsOf(target)) !== null) {
        throw refusal(path, "it is written as a folder, and a file is there", option);
      }
      await assertFolder(dirname(target), option);
      return { path: target, stats };
    }
    const kind = kindOf(stats);
    if (kind !== "file") throw refusal(path, `it is a ${kind}`, option);
    if (await isStream(stats)) {
      throw refusal(path, "it is where this command's own input or output goes", option);
    }
    assertMayReplace(path, stats, option);
    const target = await realpath(path);
    await access(target, constants.W_OK);
    await assertFolder(dirname(target), option);
    return { path: target, stats };
  } catch (error) {
    // Where the folder is at fault, it is named.
    if (systemReason(error) !== null) await assertFolder(dirname(path), option);
    throw explained(path, error, option);
  }
}

/** Makes sure that files can be written into a folder, which need not be there yet. */
export async function assertFolder(folder: string, option?: string): Promise<void> {
  try {
    for (let at = folder; ; at = dirname(at)) {
      const stats = await statsOf(at);
      if (stats === null && at !== dirname(at)) continue;
      if (!stats!.isDirectory()) {
        const error = new Error("a file is in the way");
        throw Object.assign(error, { code: "EEXIST" });
      }
      await access(at, constants.W_OK | constants.X_OK);
      return;
    }
  } catch (error) {
    throw explained(folder, error, option, "folder");
  }
}

/** Null for what is not there. */
async function statsOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Where a new file would come to be: a link that leads nowhere yet leads there. */
async function missingTarget(path: string): Promise<string> {
  const full = await withRealFolder(path);
  const link = await lstat(full).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (link === null || !link.isSymbolicLink()) return full;
  const aim = await readlink(full);
  return missingTarget(isAbsolute(aim) ? aim : `${dirname(full)}/${aim}`);
}

/**
 * A path whose folder has its links resolved as far as it is there, as `..` behind a link leads to
 * another place.
 */
async function withRealFolder(path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === path) return resolve(path);
  const real = await realpath(folder).catch((error: unknown) => {
    if (isMissing(error)) return withRealFolder(folder);
    throw error;
  });
  return join(real, basename(path));
}

/** A name for the place of a file that is not there, the same for all ways to write it. */
async function placeOf(path: string): Promise<string> {
  for (let [at, rest] = [path, ""]; ; [at, rest] = [dirname(at), join(basename(at), rest)]) {
    if ((await statsOf(at)) !== null || at === dirname(at)) return join(await realpath(at), rest);
  }
}

function assertMayReplace(path: string, { mode, uid }: Stats, option?: string): void {
  // Root may write everything; a file without the permission is meant to stay all the same.
  if ((mode & 0o222) === 0) {
    throw failure(path, "it is read-only", option);
  }
  const user = process.getuid?.() ?? 0;
  if (user !== 0 && uid !== user) {
    throw failure(path, "it belongs to another user, whom it would be taken from", option);
  }
}

/** Whether a file is this command's standard input, output or error stream. */
async function isStream(stats: Stats): Promise<boolean> {
  const { fstatSync } = await import("node:fs");
  return [0, 1, 2].some((descriptor) => {
    try {
      return identity(fstatSync(descriptor)) === identity(stats);
    } catch {
      return false;
    }
  });
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  if (stats.isFIFO()) return "pipe";
  return stats.isSocket() ? "socket" : "device";
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
}

function refusal(path: string, why: string, option: string | undefined): CommandError {
  return new CommandError(EXIT.usage, `cannot write to ${path}: ${why}. ${cureOf(option, "name")}`);
}

function failure(path: string, why: string, option: string | undefined): CommandError {
  return new CommandError(
    EXIT.failed,
    `cannot write to ${path}: ${why}. ${cureOf(option, "name")}`,
  );
}

/** What the system says, in words; every other error as it is. */
export function explained(
  path: string,
  error: unknown,
  option?: string,
  what: "name" | "folder" = "name",
): unknown {
  const reason = systemReason(error);
  if (reason === null) return error;
  const cure = option === undefined ? "Choose another place." : cureOf(option, what);
  return new CommandError(EXIT.failed, `cannot write to ${resolve(path)}: ${reason}. ${cure}`);
}

function cureOf(option: string | undefined, what: "name" | "folder"): string {
  return option === undefined
    ? `Choose another ${what}.`
    : `Choose another ${what} with ${option}.`;
}
