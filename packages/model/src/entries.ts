// From an array of a file to the entries of a tensor: stored order, `take`, and what the element
// type allows.

import type { ArrayData } from "@hamlet/core";
import type { Elem } from "@hamlet/graph";

/** The first entry that an element type does not allow. */
export interface BadEntry {
  readonly at: readonly number[];
  readonly value: number;
}

const ALLOWED: Readonly<Record<Elem, (value: number) => boolean>> = {
  real: Number.isFinite,
  int: Number.isInteger,
  bool: (value) => value === 0 || value === 1,
  bit: (value) => value === 0 || value === 1,
  sign: (value) => value === -1 || value === 1,
};

/** The largest error made by holding float64 entries as float32. */
export function roundingError(array: ArrayData): number {
  if (!(array.data instanceof Float64Array)) return 0;
  return array.data.reduce(
    (worst, value) => Math.max(worst, Math.abs(value - Math.fround(value))),
    0,
  );
}

/**
 * The entries as float32, or the first that is not allowed. A file of 0 and 1 read as `sign`
 * becomes −1 and +1.
 */
export function entriesOf(array: ArrayData, elem: Elem): Float32Array | BadEntry {
  const entries = Float32Array.from(array.data as ArrayLike<number>, Number);
  if (elem === "sign" && !entries.includes(-1)) {
    entries.forEach((value, i) => {
      if (value === 0) entries[i] = -1;
    });
  }
  const allowed = ALLOWED[elem];
  const bad = entries.findIndex((value) => !allowed(value));
  if (bad < 0) return entries;
  return { at: pointAt(bad, array.shape), value: Number(array.data[bad]) };
}

function pointAt(offset: number, shape: readonly number[]): number[] {
  const point: number[] = [];
  let rest = offset;
  for (const size of shape.toReversed()) {
    point.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return point;
}

/** The first `count` entries of the leading axis. */
export function takeFirst(array: ArrayData, count: number | null): ArrayData {
  if (count === null || array.shape.length === 0 || count >= array.shape[0]) return array;
  const shape = [count, ...array.shape.slice(1)];
  const length = shape.reduce((a, b) => a * b, 1);
  return { ...array, shape, data: array.data.slice(0, length) };
}

/** Reorders the axes of row-major entries: axis `i` of the result is axis `order[i]` of `shape`. */
export function reorder(
  entries: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  if (order.every((axis, i) => axis === i)) return entries;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis]);
  const result = new Float32Array(entries.length);
  const point = sizes.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = entries[order.reduce((offset, axis, k) => offset + point[k] * strides[axis], 0)];
    for (let axis = sizes.length - 1; axis >= 0 && ++point[axis] === sizes[axis]; axis--) {
      point[axis] = 0;
    }
  }
  return result;
}
