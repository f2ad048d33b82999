// Patterns of −1 and +1 from an array file, whatever their axes.

import { type ArrayData, asFloat64, openDataFile } from "@hamlet/core";
import type { StoredPatterns } from "@hamlet/ham";
import { CommandError, EXIT } from "../exit.ts";
import { assertMemory, readCallersFile } from "@hamlet/model/disk";

/** Patterns with the axes of one of them. */
export interface PatternFile extends StoredPatterns {
  readonly axes: readonly number[];
}

/** As stored, as numbers, and as signs. */
const BYTES_OF_A_UNIT = 24;

/**
 * Reads `FILE` or `FILE#KEY`: patterns stand first, all other axes become units. Entries are −1 and
 * +1, or bits 0 and 1.
 */
export async function readPatterns(
  path: string,
  options: { take?: number | undefined } = {},
): Promise<PatternFile> {
  const { shape, axes, data } = await readRows(path, options);
  const [rows, size] = shape;
  return { shape, axes, data: signsOf(path, data, rows * size, size) };
}

/** The same with entries as they are; of text and pictures too. */
export async function readRows(
  path: string,
  { take, bytes = null }: { take?: number | undefined; readonly bytes?: Uint8Array | null } = {},
): Promise<{
  readonly shape: readonly [number, number];
  readonly axes: readonly number[];
  readonly data: ArrayData["data"];
}> {
  const entry = await openDataFile(path, bytes ?? (await readCallersFile(fileOf(path))));
  const { shape } = entry.header;
  const [count, ...axes] = shape;
  if (count === undefined || count === 0 || axes.length === 0 || axes.includes(0)) {
    throw new CommandError(
      EXIT.usage,
      `${path}: expected patterns, one a row, such as [100, 28, 28]; found the shape [${shape.join(", ")}].`,
    );
  }
  if (take !== undefined && take > count) {
    throw new CommandError(EXIT.usage, `${path} has ${count} patterns, fewer than --take ${take}.`);
  }
  const rows = take ?? count;
  const size = axes.reduce((a, b) => a * b, 1);
  assertMemory(`${count} patterns of ${size} units`, count * size * BYTES_OF_A_UNIT);
  const { data } = entry.read();
  return { shape: [rows, size], axes, data: rows === count ? data : data.slice(0, rows * size) };
}

/** The file of `FILE#KEY`. */
export function fileOf(path: string): string {
  return path.replace(/#[^#]*$/, "");
}

function signsOf(
  path: string,
  data: ArrayData["data"],
  length: number,
  size: number,
): Float64Array {
  const all = asFloat64(data).slice(0, length);
  const wrong = all.findIndex((entry) => entry !== 1 && entry !== 0 && entry !== -1);
  const [zero, minus] = [all.indexOf(0), all.indexOf(-1)];
  const bad = wrong >= 0 ? wrong : minus >= 0 ? zero : -1;
  if (bad >= 0) {
    throw new CommandError(
      EXIT.usage,
      `${path}: expected entries of -1 and 1, or of 0 and 1; found ${all[bad]}${wrong < 0 ? " beside -1" : ""} in pattern ${Math.floor(bad / size)}.`,
    );
  }
  return minus >= 0 ? all : all.map((bit) => 2 * bit - 1);
}
