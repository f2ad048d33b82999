// From an array of a file to the entries of a tensor: stored order, `take`, and what the element
// type allows.

import type { ArrayData } from "@hamlet/core";
import {
  type Elem,
  firstRefused,
  losesDigits,
  placeOf,
  type Refusal,
  type Tensor,
} from "@hamlet/graph";

/** The first entry that a tensor does not take. */
export interface BadEntry {
  readonly at: readonly number[];
  readonly value: number | bigint;
  readonly because: Refusal;
}

/**
 * A black and white picture as what a binary element is: the brightest level is 1. Pictures with
 * levels in between, and elements that are numbers, stay as they are.
 */
export function asBits(array: ArrayData, elem: Elem, brightest: number): ArrayData {
  const binary = elem === "sign" || elem === "bit" || elem === "bool";
  const levels = array.data as Uint8Array | Uint16Array;
  if (!binary || !levels.every((level) => level === 0 || level === brightest)) return array;
  return { ...array, data: levels.map((level) => level / brightest) };
}

/** What is lost when entries are held as float32. */
export type Loss =
  /** A whole number that becomes another, or something else than 0 that becomes 0. */
  | {
      readonly what: "whole number" | "small number";
      readonly at: readonly number[];
      readonly value: number | bigint;
    }
  /** Differences that are small beside the numbers themselves. */
  | { readonly what: "differences"; readonly error: number; readonly spread: number };

/** A rounding of this part of the spread of all entries is no longer that of the numbers alone. */
const COARSE = 1e-5;

const EXACT: ReadonlySet<string> = new Set(["bool", "int8", "uint8", "int16", "uint16", "float32"]);

/**
 * What float32 loses of an array beyond the last of seven digits, which every number may lose; null
 * for nothing.
 */
export function lossOf({ data, dtype, shape }: ArrayData): Loss | null {
  if (EXACT.has(dtype)) return null;
  let [low, high, error] = [Infinity, -Infinity, 0];
  let lost: Extract<Loss, { value: unknown }> | null = null;
  // Large numbers of float64 are whole by themselves; it takes whole numbers all over to mean them.
  let whole = true;
  for (let offset = 0; offset < data.length; offset++) {
    const value = data[offset];
    const number = Number(value);
    const held = Math.fround(number);
    if (held === 0 && number !== 0) {
      return { what: "small number", at: placeOf(offset, shape), value };
    }
    whole &&= typeof value === "bigint" || Number.isSafeInteger(number);
    if (lost === null && losesDigits(value)) {
      lost = { what: "whole number", at: placeOf(offset, shape), value };
    }
    low = Math.min(low, number);
    high = Math.max(high, number);
    error = Math.max(error, Math.abs(number - held));
  }
  if (whole && lost !== null) return lost;
  const spread = high - low;
  return spread > 0 && error > COARSE * spread ? { what: "differences", error, spread } : null;
}

/**
 * The entries as float32, or the first that the declaration of a tensor rules out. An array of 0
 * and 1 read as `sign` becomes −1 and +1.
 */
export function entriesOf(
  { data, shape }: Pick<ArrayData, "data" | "shape">,
  tensor: Pick<Tensor, "elem" | "bound">,
): Float32Array | BadEntry {
  const signs = tensor.elem === "sign" ? fromBits(data) : null;
  const refused = firstRefused(tensor, signs ?? data);
  if (refused === null) return signs ?? Float32Array.from(data as ArrayLike<number>, Number);
  const { offset, because } = refused;
  return { at: placeOf(offset, shape), value: data[offset], because };
}

/** −1 for every 0 where nothing is −1 already, else null. */
function fromBits(data: ArrayData["data"]): Float32Array | null {
  const bits = Float32Array.from(data as ArrayLike<number>, Number);
  return bits.includes(-1) ? null : bits.map((bit) => (bit === 0 ? -1 : bit));
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
