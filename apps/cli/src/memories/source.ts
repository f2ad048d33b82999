// A file of patterns as a source: what it holds by the hash of its bytes, its rows in pieces, and
// whether it stayed as it was while it was read.

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { makeTurn, type OpenFile, type Signal } from "@hamlet/core";
import { openRows, type Rows } from "@hamlet/core/rows";
import { openCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf } from "../files/patterns.ts";
import type { Piece } from "./memory.ts";

/** Patterns, with their values where there are any. */
export interface Source {
  /** As it was given. */
  readonly path: string;
  readonly valuesPath: string | null;
  /** Equal for equal content. */
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly width: number;
  /** Numbers of a value; null where there are none. */
  readonly values: number | null;
  /** Rows from one up to another, some at a time. */
  pieces(from: number, to: number): AsyncIterable<Piece & { readonly from: number }>;
  /** @throws CommandError where the bytes may be others than those that were hashed. */
  assertUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** How a source is opened. */
export interface SourceOptions {
  readonly signal: Signal;
  /** Where somebody has hashed it already. */
  readonly id?: string;
}

/**
 * Opens `FILE` or `FILE#KEY`, and the values that belong to its rows.
 * @throws CommandError, HamError as `openRows` does.
 */
export async function openSource(
  path: string,
  valuesPath: string | null,
  { signal, id }: SourceOptions,
): Promise<Source> {
  const parts: Part[] = [];
  try {
    for (const each of valuesPath === null ? [path] : [path, valuesPath]) {
      parts.push(await openPart(each, id === undefined ? signal : null));
    }
    const [keys, values] = parts.map(({ rows }) => rows.count);
    if (values !== undefined && values !== keys) {
      throw new CommandError(
        EXIT.usage,
        `${path} has ${keys} keys and ${valuesPath} ${values} values: give one row of values for each key.`,
      );
    }
  } catch (error) {
    for (const { file } of parts) await file.close();
    throw error;
  }
  const [keys, values = null] = parts;
  const { count, width } = keys.rows;
  return {
    path,
    valuesPath,
    id: id ?? parts.map((part) => part.id).join(" "),
    name: parts.map(({ name }) => name).join(" with "),
    count,
    width,
    values: values?.rows.width ?? null,
    async *pieces(from, to) {
      const more = values === null ? null : cursor(values.rows, from, to);
      let at = from;
      for await (const rows of keys.rows.pieces(from, to)) {
        const some = rows.length / width;
        const own = more === null ? null : await more(some);
        assertFinite(path, rows, { width, from: at });
        if (own !== null) assertFinite(valuesPath!, own, { width: values!.rows.width, from: at });
        yield { rows, values: own, from: at };
        at += some;
      }
    },
    async assertUnchanged() {
      for (const part of parts) await part.assertUnchanged();
    },
    async close() {
      for (const { file } of parts) await file.close();
    },
  };
}

interface Part {
  readonly file: OpenFile;
  readonly rows: Rows;
  readonly id: string;
  readonly name: string;
  assertUnchanged(): Promise<void>;
}

/** @param signal - null where no hash is needed. */
async function openPart(path: string, signal: Signal | null): Promise<Part> {
  const name = fileOf(path);
  const file = await openCallersFile(name);
  const before = await stampOf(name);
  const assertUnchanged = async () => {
    if ((await stampOf(name)) === before) return;
    throw new CommandError(
      EXIT.failed,
      `${path} was changed while it was read, so nothing of it is kept. Start again when it is written.`,
    );
  };
  try {
    const hash = signal === null ? "" : await hashOf(file, signal);
    const id = `sha256:${hash}${path.slice(name.length)}`;
    return { file, rows: await openRows(path, file), id, name: basename(path), assertUnchanged };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function stampOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats === null ? "" : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

/** Bytes that are hashed at a time. */
const PIECE = 2 ** 20;

async function hashOf(file: OpenFile, signal: Signal): Promise<string> {
  const hash = createHash("sha256");
  const turn = makeTurn(signal);
  for (let at = 0; at < file.length; at += PIECE) {
    hash.update(file.subarray(at, Math.min(at + PIECE, file.length)));
    await turn();
  }
  return hash.digest("hex");
}

/** Takes so many of the next rows each time, however they come. */
function cursor(rows: Rows, from: number, to: number): (count: number) => Promise<Float64Array> {
  const pieces = rows.pieces(from, to)[Symbol.asyncIterator]();
  let left = new Float64Array();
  return async (count) => {
    const taken = new Float64Array(count * rows.width);
    for (let filled = 0; filled < taken.length;) {
      if (left.length === 0) left = (await pieces.next()).value as Float64Array<ArrayBuffer>;
      const some = left.subarray(0, taken.length - filled);
      taken.set(some, filled);
      filled += some.length;
      left = left.subarray(some.length);
    }
    return taken;
  };
}

function assertFinite(
  path: string,
  numbers: Float64Array,
  { width, from }: { readonly width: number; readonly from: number },
): void {
  // A plain loop: a call for each number would leave it, boxed, to be collected.
  let wrong = 0;
  while (wrong < numbers.length && Number.isFinite(numbers[wrong])) wrong++;
  if (wrong === numbers.length) return;
  throw new CommandError(
    EXIT.usage,
    `${path}: expected numbers, found ${numbers[wrong]} in row ${from + Math.floor(wrong / width)}, which would spoil the whole memory. Leave that row out.`,
  );
}
