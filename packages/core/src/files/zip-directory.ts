/*
 * The table of contents of a zip archive. Every offset and size in it is checked against the
 * archive's length before it is used, so a forged archive costs no memory and no time.
 */
import { HamError } from "@hamlet/graph";
import { strFromU8 } from "fflate";

/** One file of an archive, still compressed. */
export interface ZipMember {
  name: string;
  /** The stored bytes. */
  bytes: Uint8Array;
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
export function readZipDirectory(bytes: Uint8Array, source: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, source);
  const count = view.getUint16(end + 10, true);
  const members: ZipMember[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_LENGTH > end || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw badNpz(source, `${count} entries in the archive's directory`, `${i}`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const name = strFromU8(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength));
    members.push(readMember(bytes, view, at, name, source));
    at += ENTRY_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  assertApart(members, source);
  return members;
}

/** Members that share bytes make an archive of a few bytes expand to any size. */
function assertApart(members: readonly ZipMember[], source: string): void {
  const ordered = members.toSorted((a, b) => a.bytes.byteOffset - b.bytes.byteOffset);
  for (const [i, { name, bytes }] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next === undefined || bytes.byteOffset + bytes.length <= next.bytes.byteOffset) continue;
    throw badNpz(
      source,
      "files that stand one behind the other",
      `"${name}" and "${next.name}" in the same bytes`,
    );
  }
}

function findEnd(view: DataView, source: string): number {
  const last = view.byteLength - END_LENGTH;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    const comment = last - at;
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === comment) {
      return at;
    }
  }
  throw badNpz(source, "a zip archive's directory at the end", "none");
}

function readMember(
  bytes: Uint8Array,
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
  const localFits =
    local + LOCAL_LENGTH <= bytes.length && view.getUint32(local, true) === LOCAL_SIGNATURE;
  const start = localFits
    ? local + LOCAL_LENGTH + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    : Infinity;
  if (start + stored > bytes.length || (method === STORED && stored !== size)) {
    throw badNpz(
      source,
      `"${name}" of ${stored} stored bytes at byte ${local}`,
      `an archive of ${bytes.length} bytes without it`,
    );
  }
  const content = bytes.subarray(start, start + stored);
  return { name, bytes: content, deflated: method === DEFLATED, size, crc };
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
