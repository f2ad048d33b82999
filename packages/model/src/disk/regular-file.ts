// Reading a file whose name somebody else wrote: only regular files, and only up to a size, so that
// a pipe, a device or a giant is refused at once instead of being waited for.

import { constants, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { FileBytes, OpenFile } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { freeMemory } from "../memory.ts";
import { systemReason } from "./system-error.ts";

/** The largest data file that is read, in bytes: Node reads no larger one at once. */
const LARGEST_DATA = 2 ** 31 - 1;

/** Bytes that one call of the system reads. */
const AT_ONCE = 2 ** 30;

/** The bytes of a regular file of at most `most` bytes, or why they cannot be had. */
export async function readRegularFile(
  path: string,
  most = LARGEST_DATA,
): Promise<Uint8Array | string> {
  const file = await openRegularFile(path, { most, held: most });
  return file as Uint8Array | string;
}

/**
 * A regular file: its bytes where it has at most `held`, else the open file, which the caller closes;
 * or why it cannot be had.
 */
export async function openRegularFile(
  path: string,
  { held, most = Infinity }: { readonly held: number; readonly most?: number },
): Promise<FileBytes | string> {
  let handle: FileHandle | undefined;
  try {
    // Without waiting: a pipe that nobody writes into would be waited for.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await handle.stat();
    if (!stats.isFile()) return kindOf(stats);
    const { size } = stats;
    if (size > most) return `it has ${size} bytes, more than the ${most} that are read`;
    if (size > held) {
      const file = new DiskFile(path, handle, size);
      handle = undefined;
      return file;
    }
    const free = freeMemory();
    if (size > free) return `it has ${size} bytes, but ${free} of memory are free`;
    const bytes = new DiskFile(path, handle, size).subarray();
    return bytes;
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    return reason;
  } finally {
    await handle?.close();
  }
}

class DiskFile implements OpenFile {
  readonly length: number;
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle, length: number) {
    this.#path = path;
    this.#handle = handle;
    this.length = length;
  }

  subarray(from = 0, to = this.length): Uint8Array {
    const end = Math.min(to, this.length);
    const bytes = new Uint8Array(Math.max(0, end - from));
    this.readInto(bytes, from);
    return bytes;
  }

  readInto(target: Uint8Array, from: number): void {
    for (let done = 0; done < target.length;) {
      const wanted = Math.min(target.length - done, AT_ONCE);
      const count = readSync(this.#handle.fd, target, done, wanted, from + done);
      if (count === 0) {
        throw new HamError(
          "model/cannot-read",
          `${this.#path}: expected ${this.length} bytes, found the end after ${from + done}: it was cut short while it was read. Write it again, or wait until it is written.`,
        );
      }
      done += count;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "it is a folder";
  if (stats.isFIFO()) return "it is a pipe, not a file";
  if (stats.isSocket()) return "it is a socket, not a file";
  return "it is a device, not a file";
}
