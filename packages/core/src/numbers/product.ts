// The one product behind everything here: `out += scale · A Bᵀ`, in float64.
//
// Both factors are packed into strips of four rows, so that the inner loop reads two streams in
// order and keeps sixteen sums in registers. Large products are compiled code, with the same bits.

import type { Work } from "../turn.ts";
import { type Pair, type Strips, takeStrips } from "./product-lanes.ts";

/** A factor: its row `i` at depth `k` is `data[offset + i · row + k · depth]`. */
export interface Factor {
  readonly data: Float32Array | Float64Array;
  readonly offset?: number;
  readonly row: number;
  readonly depth: number;
}

/** Where a product goes: entry `(i, j)` is added to `data[offset + i · row + j]`. */
export interface Target {
  readonly data: Float64Array;
  readonly offset?: number;
  readonly row: number;
}

export interface ProductOptions {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** A factor of the whole product; default 1. */
  readonly scale?: number;
  /** Leave out tiles that lie above the diagonal; default false. */
  readonly lower?: boolean;
}

const TILE = 4;
/** Depth of a packed strip, whose sums are added up: two strips of four fill half of a 32 kB cache. */
export const DEEP = 256;
/** Rows of A that are packed at a time: half a megabyte. */
const HIGH = 256;

/** Multiplications between two turns of others at least, about: a tenth of a millisecond. */
const AT_ONCE = 2 ** 20;
/** Strips of columns that are multiplied at once, at most: threads share them. */
const MOST_STRIPS = 64;

/** Adds `scale · A Bᵀ` to the target. */
export function* addProduct(
  target: Target,
  a: Factor,
  b: Factor,
  options: ProductOptions,
): Work<void> {
  const { rows, columns, depth } = options;
  if (depth === 0) return;
  const deep = Math.min(DEEP, depth);
  const high = Math.min(HIGH, rows);
  const right = TILE * stripsOf(high) * deep;
  const tiles = right + TILE * stripsOf(columns) * deep;
  const count = tiles + TILE * TILE * stripsOf(high) * Math.min(MOST_STRIPS, stripsOf(columns));
  const isLarge = rows * columns * depth >= LARGE;
  const strips = (isLarge && takeStrips(count)) || plainStrips(count);
  try {
    for (let k = 0; k < depth; k += deep) {
      const some = Math.min(deep, depth - k);
      pack(strips.numbers().subarray(right), b, { from: 0, rows: columns, k, count: some });
      for (let i = 0; i < rows; i += high) {
        const part = Math.min(high, rows - i);
        pack(strips.numbers(), a, { from: i, rows: part, k, count: some });
        const sizes = { ...options, from: i, rows: part, depth: some };
        yield* addTiles(target, strips, [right, tiles], sizes);
      }
    }
  } finally {
    strips.free();
  }
}

/** Multiplications from which compiled code is worth its call. */
const LARGE = 2 ** 12;

/** The same without compiled code. */
function plainStrips(count: number): Strips {
  const numbers = new Float64Array(count);
  return {
    numbers: () => numbers,
    multiply(pairs, depth) {
      for (const { to, a, b, count: strips } of pairs) {
        for (let n = 0; n < strips; n++) {
          writeTile(numbers, to + TILE * TILE * n, a + TILE * depth * n, b, depth);
        }
      }
    },
    free() {},
  };
}

/** How many strips rows fill, the last of them maybe not whole. */
function stripsOf(rows: number): number {
  return Math.ceil(rows / TILE);
}

/** Copies rows into strips of four, depth after depth; what fills up a last strip is its first row. */
function pack(
  strips: Float64Array,
  { data, offset = 0, row, depth }: Factor,
  { from, rows, k, count }: { from: number; rows: number; k: number; count: number },
): void {
  for (let i = 0, to = 0; i < rows; i += TILE) {
    const second = i + 1 < rows ? row : 0;
    const third = i + 2 < rows ? 2 * row : 0;
    const fourth = i + 3 < rows ? 3 * row : 0;
    let at = offset + (from + i) * row + k * depth;
    for (let step = 0; step < count; step++, to += TILE, at += depth) {
      strips[to] = data[at];
      strips[to + 1] = data[at + second];
      strips[to + 2] = data[at + third];
      strips[to + 3] = data[at + fourth];
    }
  }
}

/** Adds the products of all strips of A, the first of the numbers, with those of B. */
function* addTiles(
  { data, offset = 0, row }: Target,
  strips: Strips,
  [right, tiles]: readonly [number, number],
  {
    from,
    rows,
    columns,
    depth,
    scale = 1,
    lower = false,
  }: ProductOptions & { readonly from: number },
): Work<void> {
  const all = stripsOf(rows);
  const wide = TILE * MOST_STRIPS;
  let done = 0;
  for (let j = 0; j < columns; j += wide) {
    if (done >= AT_ONCE) {
      done = 0;
      yield;
    }
    done += wide * rows * depth;
    const pairs: Pair[] = [];
    for (let column = j; column < Math.min(j + wide, columns); column += TILE) {
      // Tiles that lie above the diagonal are left out.
      const first = lower ? Math.max(0, Math.floor((column - from) / TILE)) : 0;
      if (first >= all) break;
      const to = tiles + pairs.length * TILE * TILE * all;
      pairs.push({ to, a: first * TILE * depth, b: right + column * depth, count: all - first });
    }
    strips.multiply(pairs, depth);
    const corner = { data, offset: offset + from * row + j, row };
    addPairs(corner, strips.numbers(), pairs, { rows, columns: columns - j, scale });
  }
}

/** Adds tiles to rows of the target; a plain loop, which leaves nothing to collect. */
function addPairs(
  { data, offset, row }: Required<Target>,
  numbers: Float64Array,
  pairs: readonly Pair[],
  { rows, columns, scale }: Required<Pick<ProductOptions, "rows" | "columns" | "scale">>,
): void {
  const all = stripsOf(rows);
  for (const [n, { to, count }] of pairs.entries()) {
    const wanted = columns - TILE * n;
    let at = to;
    for (let i = TILE * (all - count); i < rows; i++, at += TILE) {
      const place = offset + i * row + TILE * n;
      data[place] += scale * numbers[at];
      if (wanted > 1) data[place + 1] += scale * numbers[at + 1];
      if (wanted > 2) data[place + 2] += scale * numbers[at + 2];
      if (wanted > 3) data[place + 3] += scale * numbers[at + 3];
    }
  }
}

/** Writes the product of a strip with a strip: four rows of four numbers. */
function writeTile(data: Float64Array, at: number, p: number, q: number, depth: number): void {
  let t00 = 0;
  let t01 = 0;
  let t02 = 0;
  let t03 = 0;
  let t10 = 0;
  let t11 = 0;
  let t12 = 0;
  let t13 = 0;
  let t20 = 0;
  let t21 = 0;
  let t22 = 0;
  let t23 = 0;
  let t30 = 0;
  let t31 = 0;
  let t32 = 0;
  let t33 = 0;
  for (const end = p + TILE * depth; p < end; p += TILE, q += TILE) {
    const a0 = data[p];
    const a1 = data[p + 1];
    const a2 = data[p + 2];
    const a3 = data[p + 3];
    const b0 = data[q];
    const b1 = data[q + 1];
    const b2 = data[q + 2];
    const b3 = data[q + 3];
    t00 += a0 * b0;
    t01 += a0 * b1;
    t02 += a0 * b2;
    t03 += a0 * b3;
    t10 += a1 * b0;
    t11 += a1 * b1;
    t12 += a1 * b2;
    t13 += a1 * b3;
    t20 += a2 * b0;
    t21 += a2 * b1;
    t22 += a2 * b2;
    t23 += a2 * b3;
    t30 += a3 * b0;
    t31 += a3 * b1;
    t32 += a3 * b2;
    t33 += a3 * b3;
  }
  data.set([t00, t01, t02, t03, t10, t11, t12, t13, t20, t21, t22, t23, t30, t31, t32, t33], at);
}

/** Copies the lower triangle of a square matrix into its upper one. */
export function mirrorLower(data: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) data[i * size + j] = data[j * size + i];
  }
}

/** `A Aᵀ`, `[size, size]` row-major and symmetric to the last bit, of `A: [size, depth]`. */
export function* gramProduct(
  a: Factor,
  { size, depth }: { readonly size: number; readonly depth: number },
): Work<Float64Array> {
  const data = new Float64Array(size * size);
  const sizes = { rows: size, columns: size, depth, lower: true };
  yield* addProduct({ data, row: size }, a, a, sizes);
  mirrorLower(data, size);
  return data;
}
