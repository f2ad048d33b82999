// Reading a file whose name somebody else wrote: only regular files, and only up to a size, so that
// a pipe, a device or a giant is refused at once instead of being waited for.

import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { freeMemory } from "../memory.ts";
import { systemReason } from "./system-error.ts";

/** The largest data file that is read, in bytes: Node reads no larger one at once. */
const LARGEST_DATA = 2 ** 31 - 1;

/** The bytes of a regular file of at most `most` bytes, or why they cannot be had. */
export async function readRegularFile(
  path: string,
  most = LARGEST_DATA,
): Promise<Uint8Array | string> {
  try {
    // Without waiting: a pipe that nobody writes into would be waited for.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) return kindOf(stats);
    if (stats.size > most) return `it has ${stats.size} bytes, more than the ${most} that are read`;
    const free = freeMemory();
    if (stats.size > free) return `it has ${stats.size} bytes, but ${free} of memory are free`;
    return await file.readFile();
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    return reason;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "it is a folder";
  if (stats.isFIFO()) return "it is a pipe, not a file";
  if (stats.isSocket()) return "it is a socket, not a file";
  return "it is a device, not a file";
}
