// From an array of a file to the entries of a tensor: stored order, `take`, and what the element
// type allows.

import { type ArrayData, asFloat32, exactNumbers, type TypedArray } from "@hamlet/core";
import { areFinite } from "@hamlet/core/numbers";
import {
  type Elem,
  firstRefused,
  HamError,
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

/** An array as it is stored: its elements in their order, all at once or some at a time. */
export interface Stored {
  readonly shape: readonly number[];
  readonly pieces: Iterable<TypedArray>;
}

/**
 * What float32 loses of an array beyond the last of seven digits, which every number may lose; null
 * for nothing.
 */
export function lossOf({ shape, pieces }: Stored): Loss | null {
  let [low, high, error] = [Infinity, -Infinity, 0];
  let lost: Extract<Loss, { value: unknown }> | null = null;
  // Large numbers of float64 are whole by themselves; it takes whole numbers all over to mean them.
  let whole = true;
  let start = 0;
  for (const piece of pieces) {
    if (piece.BYTES_PER_ELEMENT < 4 || piece instanceof Float32Array) return null;
    const values: ArrayLike<number | bigint> = exactNumbers(piece) ?? piece;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const number = Number(value);
      const held = Math.fround(number);
      if (held === 0 && number !== 0) {
        return { what: "small number", at: placeOf(start + i, shape), value };
      }
      whole &&= typeof value === "bigint" || Number.isSafeInteger(number);
      if (lost === null && losesDigits(value)) {
        lost = { what: "whole number", at: placeOf(start + i, shape), value: piece[i] };
      }
      if (number < low) low = number;
      if (number > high) high = number;
      const off = Math.abs(number - held);
      if (off > error) error = off;
    }
    start += piece.length;
  }
  if (whole && lost !== null) return lost;
  const spread = high - low;
  return spread > 0 && error > COARSE * spread ? { what: "differences", error, spread } : null;
}

/**
 * The entries as float32, or the first that the declaration of a tensor rules out. An array of 0
 * and 1 read as `sign` becomes −1 and +1. Float32 that comes at once is not copied.
 */
export function entriesOf(
  { shape, pieces }: Stored,
  tensor: Pick<Tensor, "elem" | "bound">,
): Float32Array | BadEntry {
  const areBits = tensor.elem === "sign" && !hasMinusOne(pieces);
  const count = shape.reduce((product, size) => product * size, 1);
  let entries: Float32Array | null = null;
  let start = 0;
  for (const piece of pieces) {
    const numbers = exactNumbers(piece);
    let part: Float32Array;
    if (numbers instanceof Float32Array && piece.length === count && !areBits) {
      part = entries = numbers;
    } else {
      entries ??= new Float32Array(count);
      part = entries.subarray(start, start + piece.length);
      part.set(numbers ?? asFloat32(piece));
    }
    if (areBits) for (let i = 0; i < part.length; i++) if (part[i] === 0) part[i] = -1;
    const refused = areTaken(tensor, piece)
      ? null
      : firstRefused(tensor, areBits ? part : (numbers ?? piece));
    if (refused !== null) {
      const { offset, because } = refused;
      return { at: placeOf(start + offset, shape), value: piece[offset], because };
    }
    start += piece.length;
  }
  return entries ?? new Float32Array(count);
}

/** True for what patterns nearly always are: float32, finite, for a tensor that takes every number. */
function areTaken({ elem, bound }: Pick<Tensor, "elem" | "bound">, piece: TypedArray): boolean {
  return elem === "real" && bound === null && piece instanceof Float32Array && areFinite(piece);
}

function hasMinusOne(pieces: Iterable<TypedArray>): boolean {
  for (const piece of pieces) {
    // As float32, which is what they become; small integers need not be copied for that.
    const held = piece.BYTES_PER_ELEMENT < 4 ? exactNumbers(piece) : asFloat32(piece);
    if (held?.includes(-1) === true) return true;
  }
  return false;
}

/** The first `count` entries of the leading axis. */
export function takeFirst(stored: Stored, count: number | null): Stored {
  const { shape, pieces } = stored;
  if (count === null || shape.length === 0 || count >= shape[0]) return stored;
  const wanted = shape.slice(1).reduce((product, size) => product * size, count);
  return {
    shape: [count, ...shape.slice(1)],
    pieces: {
      *[Symbol.iterator]() {
        let left = wanted;
        for (const piece of pieces) {
          // Not a view: that would keep what is not wanted.
          yield piece.length <= left ? piece : piece.slice(0, left);
          left -= piece.length;
          if (left <= 0) return;
        }
      },
    },
  };
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
  const steps = order.map((axis) => strides[axis]);
  const result = new Float32Array(entries.length);
  const point = sizes.map(() => 0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = entries[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++point[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      point[axis] = 0;
    }
  }
  return result;
}

/**
 * Throws where givens do not hold the same number of examples.
 * @throws HamError `model/batch-mismatch`.
 */
export function assertOneBatch(shapes: ReadonlyMap<Tensor, readonly number[]>): void {
  const sizes = [...shapes].map(([{ name }, [count]]) => ({ name, count }));
  if (new Set(sizes.map(({ count }) => count)).size <= 1) return;
  const list = sizes.map(({ name, count }) => `  ${name}: ${count} examples`).join("\n");
  throw new HamError(
    "model/batch-mismatch",
    `The givens hold different numbers of examples:\n${list}\nGive each the same number.`,
  );
}
