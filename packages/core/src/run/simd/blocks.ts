// Products with a matrix that is no longer than a cache: a tile of the result stays in registers along
// its rows, which are read where they lie.

import {
  type Code,
  f32x4,
  get,
  i32,
  ifBelow,
  ifTrue,
  inOrder,
  load,
  loadSplat,
  type Local,
  multiplyAdd,
  procedure,
  type Procedure,
  set,
  store,
  whileBelow,
} from "../../wasm/assembler.ts";
import { CHUNK, inGroups, neighbours } from "./rows.ts";
import { advance, LANES, locals, NUMBER, VECTOR } from "./sizes.ts";

/** Queries of a tile: with two vectors of columns, its sums and what they are made of stay in registers. */
const HEIGHTS = [6, 2, 1];

/**
 * `blocks(y, yQuery, x, xQuery, xRow, m, mRow, rows, queries, columns)`: sets y_q to Σ_r x_qr m_r, with
 * four columns at least. Steps are in bytes. Rows are summed some at a time, because long sums in
 * float32 lose more.
 */
export function blocks(isFused: boolean): Procedure {
  return procedure("blocks", 10, (parameters, local) => {
    const [y, yQuery, x, xQuery, xRow, m, mRow, rows, queries, columns] = parameters;
    const madd = multiplyAdd(isFused);
    const [column, query, k, left, some, isFirst] = locals(local, 6, "i32");
    const [fromX, toY, fromM, at] = locals(local, 4, "i32");
    const factor = local("v128");
    const tile = (high: number, wide: number): Code => {
      const xs = locals(local, high, "i32");
      const entries = locals(local, wide, "v128");
      const sums = xs.map(() => locals(local, wide, "v128"));
      const lines = (write: (sum: Local, n: number) => Code): Code =>
        inOrder([
          set(at, get(toY)),
          ...sums.flatMap((own) => [
            ...own.map((sum, n) => write(sum, n * VECTOR)),
            advance(at, get(yQuery)),
          ]),
        ]);
      return inOrder([
        neighbours(xs, get(fromX), xQuery),
        set(fromM, i32.add(get(m), i32.mul(get(column), i32.of(NUMBER)))),
        set(left, get(rows)),
        set(isFirst, i32.of(1)),
        whileBelow(i32.of(0), i32.add(get(left), get(isFirst)), [
          set(some, i32.of(CHUNK)),
          ifBelow(get(left), get(some), [set(some, get(left))]),
          ...sums.flat().map((sum) => set(sum, f32x4.of(0))),
          set(k, i32.of(0)),
          whileBelow(get(k), get(some), [
            ...entries.map((entry, n) => set(entry, load(get(fromM), n * VECTOR))),
            ...xs.flatMap((pointer, q) => [
              set(factor, loadSplat(get(pointer))),
              advance(pointer, get(xRow)),
              ...sums[q].map((sum, n) => set(sum, madd(get(factor), get(entries[n]), get(sum)))),
            ]),
            advance(fromM, get(mRow)),
            advance(k, i32.of(1)),
          ]),
          ifTrue(i32.lessThan(get(isFirst), i32.of(1)), [
            lines((sum, offset) => set(sum, f32x4.add(get(sum), load(get(at), offset)))),
          ]),
          lines((sum, offset) => store(get(at), get(sum), offset)),
          set(isFirst, i32.of(0)),
          set(left, i32.sub(get(left), get(some))),
        ]),
      ]);
    };
    const strip = (wide: number): Code[] => [
      set(query, i32.of(0)),
      set(fromX, get(x)),
      set(toY, i32.add(get(y), i32.mul(get(column), i32.of(NUMBER)))),
      ...HEIGHTS.map((high) =>
        inGroups(query, queries, high, [
          tile(high, wide),
          advance(fromX, i32.mul(get(xQuery), i32.of(high))),
          advance(toY, i32.mul(get(yQuery), i32.of(high))),
        ]),
      ),
    ];
    return [
      set(column, i32.of(0)),
      ...[2, 1].map((wide) => inGroups(column, columns, wide * LANES, strip(wide))),
      // The last ones with some before them once more, to the same bits.
      ifBelow(get(column), get(columns), [
        set(column, i32.sub(get(columns), i32.of(LANES))),
        ...strip(1),
      ]),
    ];
  });
}
