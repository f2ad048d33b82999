import { addProduct } from "../../numbers/product.ts";
import { addScaled, dot } from "../../numbers/vector.ts";
import { atOnce, type Work } from "../../turn.ts";
import { foldIn, type Key } from "../key.ts";
import { drawNormal } from "../normal.ts";
import { rowNorms, type RowOptions } from "./norms.ts";

/**
 * Rows that are orthogonal within every group of `D`: each group is a random rotation whose rows
 * get norms of their own. Rotations alone have rows of norm 1, and would approximate the kernel of
 * an inverse temperature `D` times too small.
 * Returns `[Y, D]`, row-major.
 * @see Yu et al. (2016), Orthogonal random features.
 */
export function orthogonalRows(options: RowOptions): Float32Array {
  return atOnce(drawOrthogonalRows(options));
}

/** The rows of {@link orthogonalRows}, part by part. */
export function* drawOrthogonalRows(options: RowOptions): Work<Float32Array> {
  const { D, Y, key } = options;
  const norms = rowNorms(options, D);
  const rows = new Float32Array(Y * D);
  for (let group = 0; group * D < Y; group++) {
    const rotation = yield* randomRotation(D, foldIn(key, group + 2));
    const count = Math.min(D, Y - group * D);
    for (let i = 0; i < count; i++) {
      const norm = norms[group * D + i];
      for (let d = 0; d < D; d++) rows[(group * D + i) * D + d] = norm * rotation[i * D + d];
    }
  }
  return rows;
}

/** Rows that are made orthogonal to all before them at once. */
const BLOCK = 32;

/** Normal rows, each made orthogonal to those before it, twice over, and of norm 1. */
function* randomRotation(D: number, key: Key): Work<Float64Array> {
  const rows = new Float64Array(yield* drawNormal(key, [D, D]));
  for (let from = 0; from < D; from += BLOCK) {
    const to = Math.min(D, from + BLOCK);
    for (let pass = 0; pass < 2; pass++) yield* subtractEarlier(rows, D, from, to);
    for (let i = from; i < to; i++) {
      yield;
      const row = rows.subarray(i * D, (i + 1) * D);
      for (let pass = 0; pass < 2; pass++) {
        for (let j = from; j < i; j++) {
          const earlier = rows.subarray(j * D, (j + 1) * D);
          addScaled(row, earlier, -dot(earlier, row));
        }
      }
      const norm = Math.hypot(...row);
      for (let d = 0; d < D; d++) row[d] /= norm;
    }
  }
  return rows;
}

/** Takes what the first rows say out of the rows `from` to `to`. */
function* subtractEarlier(rows: Float64Array, D: number, from: number, to: number): Work<void> {
  const some = { data: rows, offset: from * D, row: D };
  const overlaps = new Float64Array((to - from) * from);
  const sizes = { rows: to - from, columns: from, depth: D };
  yield* addProduct(
    { data: overlaps, row: from },
    { ...some, depth: 1 },
    { data: rows, row: D, depth: 1 },
    sizes,
  );
  yield* addProduct(
    some,
    { data: overlaps, row: from, depth: 1 },
    { data: rows, row: 1, depth: D },
    { rows: to - from, columns: D, depth: from, scale: -1 },
  );
}
