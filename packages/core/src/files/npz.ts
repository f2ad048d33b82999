/*
 * NumPy's `.npz` files: zip archives of `.npy` files, one per array, stored or deflated.
 *
 * fflate compresses and expands; the directory is read in `zip-directory.ts`. Before a payload is
 * expanded, its header is expanded alone and must agree with the size the archive announces, so
 * that no more memory is taken than the array itself needs.
 */
import { HamError } from "@hamlet/graph";
import { Inflate, zipSync, type Zippable } from "fflate";

import { crc32 } from "./crc32.ts";
import { npyHeaderLength, readNpyHeader } from "./npy-header.ts";
import { assertNpyLength, openNpy, writeNpy } from "./npy.ts";
import {
  assertReadable,
  bytesPerElement,
  elementsIn,
  type FileBytes,
  rowsAtOnce,
} from "./payload.ts";
import { badNpz, readZipDirectory, type ZipMember } from "./zip-directory.ts";
import {
  type ArrayData,
  type ArrayEntry,
  type ArrayHeader,
  elementsOf,
  type TypedArray,
} from "./array-data.ts";

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
export function openNpz(file: FileBytes, source: string): ArrayEntry[] {
  return readZipDirectory(file, source)
    .filter(({ name }) => name.endsWith(EXTENSION))
    .map((member) => openMember(file, member, source));
}

function openMember(file: FileBytes, member: ZipMember, source: string): ArrayEntry {
  const key = member.name.slice(0, -EXTENSION.length);
  const where = `${source}#${key}`;
  const { start, stored } = member;
  const bytes = (from = 0, to = stored) => file.subarray(start + from, start + to);
  let known: ArrayHeader | undefined;
  const headerOf = (): ArrayHeader => {
    assertPlausible(member, where);
    const header = readNpyHeader(expandHeader(member, bytes, where), where);
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
      return openNpy(expand(member, bytes, where), where).read();
    },
    rows(from, to) {
      assertReadable(this.header.dtype, where);
      if (member.deflated) return inflatedRows(member, bytes, where, [from, to]);
      const window = {
        length: stored,
        subarray: bytes,
        readInto: (target: Uint8Array, at: number) => target.set(bytes(at, at + target.length)),
        close: () => Promise.resolve(),
      };
      return openNpy(window, where).rows!(from, to);
    },
  };
}

/** Rows of a deflated member: what is before them is expanded as well, and dropped. */
function* inflatedRows(
  member: ZipMember,
  bytes: (from: number, to: number) => Uint8Array,
  where: string,
  [from, to]: readonly [number, number],
): Generator<TypedArray> {
  const header = readNpyHeader(expandHeader(member, bytes, where), where);
  const { shape, dtype, columnMajor, payloadStart } = header;
  if (columnMajor) {
    throw badNpz(
      where,
      "rows one after the other",
      "a compressed array in column-major order; save numpy.ascontiguousarray of it",
    );
  }
  const row = elementsOf(shape.slice(1)) * bytesPerElement(dtype)!;
  const piece = new Uint8Array(rowsAtOnce(row) * row);
  const [first, last] = [payloadStart + from * row, payloadStart + to * row];
  let filled = 0;
  let reached = 0;
  for (const chunk of expandedChunks(member, bytes, where)) {
    let at = Math.max(0, first - reached);
    const end = Math.min(chunk.length, last - reached);
    reached += chunk.length;
    while (at < end) {
      const some = Math.min(end - at, piece.length - filled);
      piece.set(chunk.subarray(at, at + some), filled);
      [at, filled] = [at + some, filled + some];
      if (filled < piece.length) continue;
      yield elementsIn(piece, header);
      filled = 0;
    }
    // To the end of the last rows the checksum is worth its time.
    if (reached >= last && last < member.size) break;
  }
  if (filled % row > 0 || reached < last) {
    throw badNpz(where, `${member.size} bytes`, `the end after ${reached}`);
  }
  if (filled > 0) yield elementsIn(piece.subarray(0, filled), header);
}

/** The expanded bytes, a chunk at a time; at their end they have been compared with the checksum. */
function* expandedChunks(
  { stored, size, crc }: ZipMember,
  bytes: (from: number, to: number) => Uint8Array,
  where: string,
): Generator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let [length, sum] = [0, 0];
  const inflate = new Inflate((chunk) => {
    length += chunk.length;
    if (length > size) throw new Error(`more than the ${size} bytes announced`);
    chunks.push(chunk);
  });
  for (let at = 0; at < stored; at += PIECE) {
    orBadNpz(where, () => {
      inflate.push(bytes(at, Math.min(at + PIECE, stored)), at + PIECE >= stored);
    });
    for (const chunk of chunks) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
    chunks = [];
  }
  if (length !== size || sum !== crc) throw differs(where);
}

function assertPlausible(member: ZipMember, where: string): void {
  const most = Math.min(LARGEST_ARRAY, member.stored * LARGEST_RATIO);
  if (member.deflated && member.size > most) {
    throw badNpz(
      where,
      `at most ${most} bytes from ${member.stored} compressed ones`,
      `an announced size of ${member.size}`,
    );
  }
}

/** Expands just enough of a member to hold its header. */
function expandHeader(
  { deflated, stored }: ZipMember,
  bytes: (from: number, to: number) => Uint8Array,
  where: string,
): Uint8Array {
  if (!deflated) {
    const start = bytes(0, Math.min(CHUNK, stored));
    const length = Math.min(npyHeaderLength(start) ?? 0, stored);
    return length > start.length ? bytes(0, length) : start;
  }
  let head = new Uint8Array();
  const inflate = new Inflate((chunk) => {
    const longer = new Uint8Array(head.length + chunk.length);
    longer.set(head);
    longer.set(chunk, head.length);
    head = longer;
  });
  return orBadNpz(where, () => {
    for (let at = 0; at < stored; at += CHUNK) {
      if (head.length >= Math.min(npyHeaderLength(head) ?? Infinity, LONGEST_HEADER)) break;
      inflate.push(bytes(at, Math.min(at + CHUNK, stored)), at + CHUNK >= stored);
    }
    return head;
  });
}

function expand(
  member: ZipMember,
  bytes: (from: number, to: number) => Uint8Array,
  where: string,
): Uint8Array {
  const { deflated, stored, size, crc } = member;
  if (!deflated) {
    const content = bytes(0, stored);
    if (content.length !== size || crc32(content) !== crc) throw differs(where);
    return content;
  }
  const expanded = new Uint8Array(size);
  let at = 0;
  for (const chunk of expandedChunks(member, bytes, where)) {
    expanded.set(chunk, at);
    at += chunk.length;
  }
  return expanded;
}

function differs(where: string): HamError {
  return badNpz(where, "the bytes that were saved", "others: the checksum differs");
}

function orBadNpz<Result>(where: string, work: () => Result): Result {
  try {
    return work();
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
    if (new TextEncoder().encode(key + EXTENSION).length > LONGEST_NAME) {
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
