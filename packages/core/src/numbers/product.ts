// The one product behind everything here: `out += scale · A Bᵀ`, in float64.
//
// Both factors are packed into strips of four rows, so that the inner loop reads two streams in
// order and keeps sixteen sums in registers. Large products are compiled code, with the same bits.

import type { Work } from "../turn.ts";
import { type Bench, giveBench, takeBench } from "./product-lanes.ts";

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
/** Rows of A that are packed at a time: 1 MB. */
const HIGH = 512;

/** Multiplications between two turns of others, about: half a millisecond. */
const AT_ONCE = 2 ** 20;

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
  const sizes = [padded(high) * deep, padded(columns) * deep, TILE * padded(high)];
  const [left, right, tiles] = sizes;
  const compiled = rows * columns * depth < LARGE ? null : takeBench(left + right + tiles);
  const bench = compiled ?? plainBench(left + right + tiles);
  const { numbers } = bench;
  const packed = {
    left: numbers.subarray(0, left),
    right: numbers.subarray(left, left + right),
    tiles: numbers.subarray(left + right, left + right + tiles),
  };
  try {
    for (let k = 0; k < depth; k += deep) {
      const count = Math.min(deep, depth - k);
      pack(packed.right, b, { from: 0, rows: columns, k, count });
      for (let i = 0; i < rows; i += high) {
        const part = Math.min(high, rows - i);
        pack(packed.left, a, { from: i, rows: part, k, count });
        yield* addTiles(target, bench, packed, { ...options, from: i, rows: part, depth: count });
      }
    }
  } finally {
    if (compiled !== null) giveBench(compiled);
  }
}

/** Multiplications from which compiled code is worth its call. */
const LARGE = 2 ** 15;

/** The same without compiled code. */
function plainBench(count: number): Bench {
  const numbers = new Float64Array(count);
  return {
    numbers,
    tiles(to, a, b, strips, depth) {
      for (let n = 0; n < strips; n++) {
        writeTile(numbers, to + TILE * TILE * n, a + TILE * depth * n, b, depth);
      }
    },
  };
}

function padded(rows: number): number {
  return TILE * Math.ceil(rows / TILE);
}

/** Copies rows into strips of four, depth after depth; a last strip is filled up with zeros. */
function pack(
  strips: Float64Array,
  { data, offset = 0, row, depth }: Factor,
  { from, rows, k, count }: { from: number; rows: number; k: number; count: number },
): void {
  if (rows % TILE > 0) strips.fill(0, (padded(rows) - TILE) * count, padded(rows) * count);
  const start = offset + from * row + k * depth;
  if (row === 1) {
    // Rows lie side by side: read along them.
    for (let step = 0; step < count; step++) {
      const at = start + step * depth;
      const to = TILE * step;
      for (let i = 0; i < rows; i++) strips[(i & ~3) * count + to + (i & 3)] = data[at + i];
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    let to = (i & ~3) * count + (i & 3);
    let at = start + i * row;
    for (let step = 0; step < count; step++, to += TILE, at += depth) strips[to] = data[at];
  }
}

/** Adds the products of all pairs of strips. */
function* addTiles(
  { data, offset = 0, row }: Target,
  bench: Bench,
  { left, right, tiles }: Readonly<Record<"left" | "right" | "tiles", Float64Array>>,
  {
    from,
    rows,
    columns,
    depth,
    scale = 1,
    lower = false,
  }: ProductOptions & { readonly from: number },
): Work<void> {
  const at = (part: Float64Array) => part.byteOffset / Float64Array.BYTES_PER_ELEMENT;
  const strips = Math.ceil(rows / TILE);
  let done = 0;
  for (let j = 0; j < columns; j += TILE) {
    done += TILE * rows * depth;
    if (done >= AT_ONCE) {
      done = 0;
      yield;
    }
    // Tiles that lie above the diagonal are left out.
    const first = lower ? Math.max(0, Math.floor((j - from) / TILE)) : 0;
    if (first >= strips) continue;
    const [p, q] = [at(left) + first * TILE * depth, at(right) + j * depth];
    bench.tiles(at(tiles), p, q, strips - first, depth);
    const wide = Math.min(TILE, columns - j);
    let to = offset + (from + first * TILE) * row + j;
    for (let i = first * TILE, t = 0; i < rows; i++, t += TILE, to += row) {
      for (let c = 0; c < wide; c++) data[to + c] += scale * tiles[t + c];
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
