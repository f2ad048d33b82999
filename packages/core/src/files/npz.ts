/*
 * NumPy's `.npz` files: zip archives of `.npy` files, one per array, stored or deflated.
 *
 * fflate compresses and expands; the directory is read in `zip-directory.ts`. Before a payload is
 * expanded, its header is expanded alone and must agree with the size the archive announces, so
 * that no more memory is taken than the array itself needs.
 */
import { HamError } from "@hamlet/graph";
import { Inflate, strToU8, zipSync, type Zippable } from "fflate";

import { crc32 } from "./crc32.ts";
import { npyHeaderLength, readNpyHeader } from "./npy-header.ts";
import { assertNpyLength, assertReadable, openNpy, writeNpy } from "./npy.ts";
import { badNpz, readZipDirectory, type ZipMember } from "./zip-directory.ts";
import type { ArrayData, ArrayEntry, ArrayHeader } from "./array-data.ts";

const LONGEST_NAME = 0xffff;
const EXTENSION = ".npy";
const CHUNK = 1024;
const PIECE = 2 ** 16;
// NumPy itself refuses headers of more than ten thousand characters.
const LONGEST_HEADER = 2 ** 16;
// Deflate cannot do better, so a larger announced size is a lie.
const LARGEST_RATIO = 1032;
const LARGEST_ARRAY = 2 ** 31;
// Archives of equal arrays are equal bytes; zip cannot tell an earlier time.
const EPOCH = new Date(1980, 0, 1);

/** How an archive is written. */
export interface NpzOptions {
  /** Deflate the arrays, as `numpy.savez_compressed` does; default true. */
  compress?: boolean;
}

/**
 * Reads every array of an `.npz` file, by name.
 *
 * @param source - the name to use in errors.
 * @throws HamError `core/bad-npz` or `core/bad-npy` when the archive or an array is malformed.
 * @throws HamError `core/unsupported-dtype` when an array holds no numbers.
 */
export function readNpz(bytes: Uint8Array, source = "npz data"): Map<string, ArrayData> {
  return new Map(openNpz(bytes, source).map((entry) => [entry.key ?? "", entry.read()]));
}

/** Lists the arrays of an `.npz` file; nothing of them is expanded before it is asked for. */
export function openNpz(bytes: Uint8Array, source: string): ArrayEntry[] {
  return readZipDirectory(bytes, source)
    .filter(({ name }) => name.endsWith(EXTENSION))
    .map((member) => openMember(member, source));
}

function openMember(member: ZipMember, source: string): ArrayEntry {
  const key = member.name.slice(0, -EXTENSION.length);
  const where = `${source}#${key}`;
  let known: ArrayHeader | undefined;
  const headerOf = (): ArrayHeader => {
    assertPlausible(member, where);
    const header = readNpyHeader(expandHeader(member, where), where);
    assertNpyLength(header, member.size, where);
    return { key, shape: header.shape, dtype: header.dtype };
  };
  return {
    key,
    get header() {
      return (known ??= headerOf());
    },
    read() {
      assertReadable(this.header.dtype, where);
      return openNpy(expand(member, where), where).read();
    },
  };
}

function assertPlausible(member: ZipMember, where: string): void {
  const most = Math.min(LARGEST_ARRAY, member.bytes.length * LARGEST_RATIO);
  if (member.deflated && member.size > most) {
    throw badNpz(
      where,
      `at most ${most} bytes from ${member.bytes.length} compressed ones`,
      `an announced size of ${member.size}`,
    );
  }
}

/** Expands just enough of a member to hold its header. */
function expandHeader(member: ZipMember, where: string): Uint8Array {
  if (!member.deflated) return member.bytes;
  let head = new Uint8Array();
  const inflate = new Inflate((chunk) => {
    const longer = new Uint8Array(head.length + chunk.length);
    longer.set(head);
    longer.set(chunk, head.length);
    head = longer;
  });
  return orBadNpz(where, () => {
    for (let at = 0; at < member.bytes.length; at += CHUNK) {
      if (head.length >= Math.min(npyHeaderLength(head) ?? Infinity, LONGEST_HEADER)) break;
      inflate.push(member.bytes.subarray(at, at + CHUNK), at + CHUNK >= member.bytes.length);
    }
    return head;
  });
}

function expand(member: ZipMember, where: string): Uint8Array {
  const bytes = member.deflated ? orBadNpz(where, () => inflateMember(member)) : member.bytes;
  if (bytes.length !== member.size || crc32(bytes) !== member.crc) {
    throw badNpz(where, "the bytes that were saved", "others: the checksum differs");
  }
  return bytes;
}

/** Expands a member, and stops as soon as there is more of it than was announced. */
function inflateMember({ bytes, size }: ZipMember): Uint8Array {
  const expanded = new Uint8Array(size);
  let length = 0;
  const inflate = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new Error(`more than the ${size} bytes announced`);
    expanded.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at < bytes.length; at += PIECE) {
    inflate.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  }
  return expanded.subarray(0, length);
}

function orBadNpz(where: string, expandBytes: () => Uint8Array): Uint8Array {
  try {
    return expandBytes();
  } catch (error) {
    throw badNpz(where, "deflated data", error instanceof Error ? error.message : "damage");
  }
}

/**
 * Writes an `.npz` file that `numpy.load` reads. Equal arrays give equal bytes.
 *
 * @throws HamError `core/bad-array` when shape, dtype and data of an array disagree, or a name is too long.
 */
export function writeNpz(
  arrays: ReadonlyMap<string, ArrayData>,
  { compress = true }: NpzOptions = {},
): Uint8Array {
  const files: Zippable = {};
  for (const [key, array] of arrays) {
    if (strToU8(key + EXTENSION).length > LONGEST_NAME) {
      throw new HamError(
        "core/bad-array",
        `writeNpz: expected names of at most ${LONGEST_NAME - EXTENSION.length} bytes, found one ` +
          `that begins "${key.slice(0, 20)}". Shorten it.`,
        { key },
      );
    }
    files[key + EXTENSION] = writeNpy(array);
  }
  return zipSync(files, { level: compress ? 6 : 0, mtime: EPOCH });
}
