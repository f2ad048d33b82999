// Scores of many queries: eight rows at a time are turned, so that the sums of a tile lie side by side and
// no lanes have to be added up; with wider lanes, two vectors of them are one.

import {
  call,
  type Code,
  get,
  i32,
  ifBelow,
  inOrder,
  load,
  loadOne,
  type Local,
  procedure,
  type Procedure,
  set,
  shuffle,
  store,
  storeOne,
  whileBelow,
} from "../../wasm/assembler.ts";
import { inGroups, neighbours } from "./rows.ts";
import { advance, LANES, locals, NUMBER, VECTOR } from "./sizes.ts";

/** Rows that are turned at a time: two vectors. */
export const TURNED = 8;
/** Queries from which on it pays. */
export const MANY = 32;

/** Four vectors turned: their first lanes, their second lanes and so on. */
function turned([a, b, c, d]: readonly Local[], spare: readonly Local[]): Code {
  const pairs = (to: Local, x: Local, y: Local, isUpper: boolean): Code =>
    set(to, shuffle(x, isUpper ? [2, 6, 3, 7] : [0, 4, 1, 5], y));
  const [low, lower, high, higher] = spare;
  return inOrder([
    pairs(low, a, b, false),
    pairs(lower, c, d, false),
    pairs(high, a, b, true),
    pairs(higher, c, d, true),
    set(a, shuffle(low, [0, 1, 4, 5], lower)),
    set(b, shuffle(low, [2, 3, 6, 7], lower)),
    set(c, shuffle(high, [0, 1, 4, 5], higher)),
    set(d, shuffle(high, [2, 3, 6, 7], higher)),
  ]);
}

/**
 * `manyDots(y, yQuery, spare, m, mRow, rows, x, xQuery, queries, depth, isApart)`: sets y_qr to ⟨x_q, m_r⟩,
 * which lie side by side and are 0 before. Steps are in bytes; the spare numbers are eight for each of
 * `depth`; `isApart` is that of `dots`. `places` are those of `dots` and `blocks`.
 */
export function manyDots(places: Readonly<Record<"dots" | "blocks", number>>): Procedure {
  return procedure("manyDots", 11, (parameters, local) => {
    const [y, yQuery, spare, m, mRow, rows, x, xQuery, queries, depth, isApart] = parameters;
    const [row, k, to] = locals(local, 3, "i32");
    const pointers = locals(local, TURNED, "i32");
    const [four, others] = [locals(local, LANES, "v128"), locals(local, LANES, "v128")];
    const halves = [0, LANES].map((from) => pointers.slice(from, from + LANES));
    const moved = (by: number): Code[] => [
      ...pointers.map((pointer) => advance(pointer, i32.of(NUMBER * by))),
      advance(to, i32.of(NUMBER * TURNED * by)),
      advance(k, i32.of(by)),
    ];
    const turn: Code[] = [
      neighbours(pointers, get(m), mRow),
      set(to, get(spare)),
      set(k, i32.of(0)),
      whileBelow(get(k), i32.and(get(depth), i32.of(-LANES)), [
        ...halves.flatMap((own, half) => [
          ...own.map((pointer, n) => set(four[n], load(get(pointer)))),
          turned(four, others),
          ...four.map((line, n) => store(get(to), get(line), VECTOR * half + NUMBER * TURNED * n)),
        ]),
        ...moved(LANES),
      ]),
      whileBelow(get(k), get(depth), [
        ...pointers.map((pointer, n) =>
          storeOne(i32.add(get(to), i32.of(NUMBER * n)), loadOne(get(pointer))),
        ),
        ...moved(1),
      ]),
    ];
    const [number, line] = [i32.of(NUMBER), i32.of(NUMBER * TURNED)];
    const sums = [y, yQuery, x, xQuery].map(get);
    return [
      set(row, i32.of(0)),
      ifBelow(i32.of(MANY - 1), get(queries), [
        inGroups(row, rows, TURNED, [
          ...turn,
          call(
            places.blocks,
            ...sums,
            number,
            get(spare),
            line,
            get(depth),
            get(queries),
            i32.of(TURNED),
          ),
          advance(y, line),
          advance(m, i32.mul(get(mRow), i32.of(TURNED))),
        ]),
      ]),
      call(
        places.dots,
        get(y),
        get(yQuery),
        number,
        get(m),
        get(mRow),
        i32.sub(get(rows), get(row)),
        ...[x, xQuery, queries, depth, isApart].map(get),
      ),
    ];
  });
}
