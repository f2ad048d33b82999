/*
 * The table of contents of a zip archive. Every offset and size in it is checked against the
 * archive's length before it is used, so a forged archive costs no memory and no time.
 */
import { HamError } from "@hamlet/graph";

import type { FileBytes } from "./payload.ts";

/** One file of an archive, still compressed. */
export interface ZipMember {
  name: string;
  /** Where its stored bytes begin in the archive, and how many they are. */
  start: number;
  stored: number;
  /** Whether the bytes are deflated; otherwise they are the file itself. */
  deflated: boolean;
  /** The file's length as announced. */
  size: number;
  /** The file's CRC-32 as announced. */
  crc: number;
}

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_LENGTH = 30;
/** Methods that are not read, by their names. */
const METHODS: Readonly<Record<number, string>> = {
  9: " (deflate64)",
  12: " (bzip2)",
  14: " (LZMA)",
  93: " (Zstandard)",
};
const STORED = 0;
const DEFLATED = 8;

/**
 * Lists the files of a zip archive.
 *
 * @throws HamError `core/bad-npz` naming `source` when the archive is malformed, encrypted, larger
 * than 4 GiB or compressed by another method than deflate.
 */
export function readZipDirectory(file: FileBytes, source: string): ZipMember[] {
  const tail = viewOf(file, Math.max(0, file.length - END_LENGTH - LONGEST_COMMENT));
  const end = findEnd(tail, source);
  const count = tail.getUint16(end + 10, true);
  const from = tail.getUint32(end + 16, true);
  const directory = viewOf(file, from, file.length - tail.byteLength + end);
  const members: ZipMember[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (
      at + ENTRY_LENGTH > directory.byteLength ||
      directory.getUint32(at, true) !== ENTRY_SIGNATURE
    ) {
      throw badNpz(source, `${count} entries in the archive's directory`, `${i}`);
    }
    const nameLength = directory.getUint16(at + 28, true);
    const after = at + ENTRY_LENGTH + nameLength;
    const name = new TextDecoder().decode(bytesOf(directory).subarray(at + ENTRY_LENGTH, after));
    members.push(readMember(file, directory, at, name, source));
    at = after + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  assertApart(members, source);
  return members;
}

function viewOf(file: FileBytes, from: number, to = file.length): DataView {
  const { buffer, byteOffset, byteLength } = file.subarray(from, Math.max(from, to));
  return new DataView(buffer, byteOffset, byteLength);
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Members that share bytes make an archive of a few bytes expand to any size. */
function assertApart(members: readonly ZipMember[], source: string): void {
  const ordered = members.toSorted((a, b) => a.start - b.start);
  for (const [i, { name, start, stored }] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next === undefined || start + stored <= next.start) continue;
    throw badNpz(
      source,
      "files that stand one behind the other",
      `"${name}" and "${next.name}" in the same bytes`,
    );
  }
}

function findEnd(view: DataView, source: string): number {
  for (let at = view.byteLength - END_LENGTH; at >= 0; at--) {
    const comment = view.byteLength - END_LENGTH - at;
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === comment) {
      return at;
    }
  }
  throw badNpz(source, "a zip archive's directory at the end", "none");
}

function readMember(
  file: FileBytes,
  view: DataView,
  at: number,
  name: string,
  source: string,
): ZipMember {
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const stored = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if (encrypted || (method !== STORED && method !== DEFLATED)) {
    const found = encrypted
      ? "an encrypted one"
      : `compression method ${method}${METHODS[method] ?? ""}`;
    throw badNpz(source, `a stored or deflated file "${name}"`, found);
  }
  const header = viewOf(file, local, local + LOCAL_LENGTH);
  const fits = header.byteLength === LOCAL_LENGTH && header.getUint32(0, true) === LOCAL_SIGNATURE;
  const start = fits
    ? local + LOCAL_LENGTH + header.getUint16(26, true) + header.getUint16(28, true)
    : Infinity;
  if (start + stored > file.length || (method === STORED && stored !== size)) {
    throw badNpz(
      source,
      `"${name}" of ${stored} stored bytes at byte ${local}`,
      `an archive of ${file.length} bytes without it`,
    );
  }
  return { name, start, stored, deflated: method === DEFLATED, size, crc };
}

/** The error of a malformed `.npz` file. */
export function badNpz(source: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-npz",
    `${source}: not a valid .npz file. Expected ${expected}, found ${found}. ` +
      "Save the arrays again with numpy.savez, or copy the file again if it was cut short.",
    { source, expected, found },
  );
}
