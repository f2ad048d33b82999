// Products that read the rows of a matrix where they lie, without packing: a tile of rows and
// queries stays in registers along the rows, or some rows at once are added to every query.

import {
  bits,
  call,
  type Code,
  f32x4,
  f64x2,
  get,
  i32,
  ifBelow,
  ifTrue,
  inOrder,
  load,
  loadDouble,
  loadLane,
  loadOne,
  loadSplat,
  type Local,
  multiplyAdd,
  procedure,
  type Procedure,
  set,
  shuffle,
  store,
  storeDouble,
  storeLane,
  storeOne,
  whileBelow,
} from "../../wasm/assembler.ts";
import { advance, LANES, locals, NUMBER, VECTOR } from "./sizes.ts";

/** Bytes of a float64 number. */
const DOUBLE = 2 * NUMBER;

const times = (step: Local, count: number): Code => i32.mul(get(step), i32.of(count));
/** Pointers to neighbours, a step apart. */
export const neighbours = (pointers: readonly Local[], first: Code, step: Local): Code =>
  inOrder(
    pointers.map((pointer, n) =>
      set(pointer, n === 0 ? first : i32.add(get(pointers[n - 1]), get(step))),
    ),
  );

/** The sums of the four lanes of one, or of four: one a lane. `to` and the sums are overwritten. */
function sumsOfLanes(to: Local, sums: readonly Local[]): Code {
  /** Lanes of two side by side, those of the lower and of the upper half, added up. */
  const pairs = (a: Local, b: Local): Code =>
    f32x4.add(shuffle(a, [0, 4, 1, 5], b), shuffle(a, [2, 6, 3, 7], b));
  const [a, b, c, d] = sums;
  if (sums.length === 1) return set(to, pairs(a, a)) + set(to, pairs(to, to));
  return set(a, pairs(a, c)) + set(b, pairs(b, d)) + set(to, pairs(a, b));
}

/** `body` as long as `size` are left of `count` at `done`, which it moves on. */
export const inGroups = (done: Local, count: Local, size: number, body: readonly Code[]): Code =>
  whileBelow(i32.add(get(done), i32.of(size - 1)), get(count), [
    ...body,
    advance(done, i32.of(size)),
  ]);

/** What is done with the vectors at some offsets in bytes, or with one number. */
type Step = (offsets: readonly number[], isOne: boolean) => Code;

/**
 * Goes along rows sixteen, four and one numbers at a time, or does something else with the last three
 * or fewer. Of sixteen, `step` takes two vectors at a time.
 */
function along(
  place: Local,
  count: Local,
  pointers: readonly Local[],
  step: Step,
  rest?: Code,
): Code {
  const by = (numbers: number, isOne = false): Code[] => [
    ...(numbers > LANES ? [0, 2].map((n) => [n * VECTOR, (n + 1) * VECTOR]) : [[0]]).map((two) =>
      step(two, isOne),
    ),
    ...pointers.map((pointer) => advance(pointer, i32.of(NUMBER * numbers))),
    advance(place, i32.of(numbers)),
  ];
  return inOrder([
    set(place, i32.of(0)),
    whileBelow(get(place), i32.and(get(count), i32.of(-4 * LANES)), by(4 * LANES)),
    whileBelow(get(place), i32.and(get(count), i32.of(-LANES)), by(LANES)),
    rest === undefined
      ? whileBelow(get(place), get(count), by(1, true))
      : ifBelow(get(place), get(count), [rest]),
  ]);
}

/** A step that takes one vector after the other. */
const eachVector =
  (step: (offset: number, isOne: boolean) => Code): Step =>
  (offsets, isOne) =>
    inOrder(offsets.map((offset) => step(offset, isOne)));

/**
 * `dots(y, yQuery, yRow, m, mRow, rows, x, xQuery, queries, depth, isApart)`: adds ⟨x_q, m_r⟩ to y_qr. Steps
 * are in bytes. `isApart` is 1 where one query had better meet one row after the other (`isFar`), else 0.
 */
export function dots(isFused: boolean): Procedure {
  return procedure("dots", 11, (parameters, local) => {
    const [y, yQuery, yRow, m, mRow, rows, x, xQuery, queries, depth, isApart] = parameters;
    const madd = multiplyAdd(isFused);
    const [row, query, k, fromX, toY, at, back] = locals(local, 7, "i32");
    const [entry, value, isLast] = locals(local, 3, "v128");
    const tile = (high: number, wide: number): Code => {
      const [ms, xs] = [locals(local, high, "i32"), locals(local, wide, "i32")];
      const factors = locals(local, wide, "v128");
      const sums = xs.map(() => locals(local, high, "v128"));
      const step = (read: (pointer: Local) => Code): Code =>
        inOrder([
          ...xs.map((pointer, q) => set(factors[q], read(pointer))),
          ...ms.flatMap((pointer, r) => [
            set(entry, read(pointer)),
            ...sums.map((own, q) => set(own[r], madd(get(entry), get(factors[q]), get(own[r])))),
          ]),
        ]);
      // The last four numbers, without those that were there before.
      const rest = step((pointer) => bits.and(load(i32.sub(get(pointer), get(back))), get(isLast)));
      const apart = (lanes: readonly number[]): Code =>
        inOrder([
          ...lanes.flatMap((lane) => [
            set(entry, loadLane(get(at), get(entry), lane)),
            advance(at, get(yRow)),
          ]),
          set(value, f32x4.add(get(value), get(entry))),
          advance(at, times(yRow, -lanes.length)),
          ...lanes.flatMap((lane) => [
            storeLane(get(at), get(value), lane),
            advance(at, get(yRow)),
          ]),
        ]);
      const together = [
        store(get(at), f32x4.add(get(value), load(get(at)))),
        advance(at, i32.of(VECTOR)),
      ];
      /** The sums of four rows, or of one, go where they belong. */
      const added = (own: readonly Local[]): Code =>
        sumsOfLanes(value, own) +
        (own.length === 1
          ? apart([0])
          : ifBelow(get(yRow), i32.of(2 * NUMBER), together) +
            ifBelow(i32.of(NUMBER), get(yRow), [apart([0, 1, 2, 3])]));
      return inOrder([
        neighbours(ms, get(m), mRow),
        neighbours(xs, get(fromX), xQuery),
        ...sums.flat().map((sum) => set(sum, f32x4.of(0))),
        along(
          k,
          depth,
          [...ms, ...xs],
          eachVector((offset) => step((pointer) => load(get(pointer), offset))),
          rest,
        ),
        ...sums.flatMap((own, q) => [
          set(at, i32.add(get(toY), times(yQuery, q))),
          ...(high === 1
            ? [added(own)]
            : Array.from({ length: high / 4 }, (_, four) =>
                added(own.slice(4 * four, 4 * four + 4)),
              )),
        ]),
      ]);
    };
    const some = (high: number, widths = [2, 1]): Code[] => [
      set(query, i32.of(0)),
      set(fromX, get(x)),
      set(toY, get(y)),
      ...widths.map((wide) =>
        inGroups(query, queries, wide, [
          tile(high, wide),
          advance(fromX, times(xQuery, wide)),
          advance(toY, times(yQuery, wide)),
        ]),
      ),
      advance(m, times(mRow, high)),
      advance(y, times(yRow, high)),
    ];
    // As many numbers as the last ones are short of four are left out there.
    const left = i32.sub(i32.of(LANES), i32.and(get(depth), i32.of(LANES - 1)));
    return [
      set(back, left),
      set(isLast, bits.lessThan(bits.splat(i32.sub(get(back), i32.of(1))), bits.of(0, 1, 2, 3))),
      set(back, i32.mul(get(back), i32.of(NUMBER))),
      set(row, i32.of(0)),
      // Eight sums that do not wait for each other.
      ifBelow(i32.add(get(queries), get(isApart)), i32.of(2), [
        inGroups(row, rows, 8, some(8, [1])),
      ]),
      ifBelow(get(isApart), get(queries), [inGroups(row, rows, 4, some(4))]),
      inGroups(row, rows, 1, some(1, [1])),
    ];
  });
}

/**
 * `mix(y, yQuery, x, xQuery, xRow, m, mRow, rows, queries, columns)`: adds Σ_r x_qr m_r to y_q. Steps
 * are in bytes.
 */
export function mix(isFused: boolean): Procedure {
  return procedure("mix", 10, (parameters, local) => {
    const [y, yQuery, x, xQuery, xRow, m, mRow, rows, queries, columns] = parameters;
    const madd = multiplyAdd(isFused);
    const [row, query, j, fromX, fromM, at] = locals(local, 6, "i32");
    const entries = locals(local, 2, "v128");
    const tile = (high: number, wide: number): Code => {
      const [ms, ys] = [locals(local, high, "i32"), locals(local, wide, "i32")];
      const sums = ys.map(() => locals(local, 2, "v128"));
      const factors = ys.map(() => locals(local, high, "v128"));
      return inOrder([
        neighbours(ms, get(fromM), mRow),
        neighbours(ys, get(y), yQuery),
        ...factors.flatMap((own, q) => [
          set(at, i32.add(get(fromX), times(xQuery, q))),
          ...own.flatMap((factor) => [set(factor, loadSplat(get(at))), advance(at, get(xRow))]),
        ]),
        // What is stored comes last, so that an engine may make one vector of two.
        along(j, columns, [...ms, ...ys], (offsets, isOne) => {
          const read = (to: readonly Local[], pointer: Local) =>
            offsets.map((offset, n) =>
              set(to[n], isOne ? loadOne(get(pointer)) : load(get(pointer), offset)),
            );
          const written = (pointer: Local, from: readonly Local[]) =>
            offsets.map((offset, n) =>
              isOne
                ? storeOne(get(pointer), get(from[n]))
                : store(get(pointer), get(from[n]), offset),
            );
          return inOrder([
            ...ys.flatMap((pointer, q) => read(sums[q], pointer)),
            ...ms.flatMap((pointer, r) => [
              ...read(entries, pointer),
              ...sums.flatMap((own, q) =>
                offsets.map((_, n) =>
                  set(own[n], madd(get(factors[q][r]), get(entries[n]), get(own[n]))),
                ),
              ),
            ]),
            ...ys.flatMap((pointer, q) => written(pointer, sums[q])),
          ]);
        }),
      ]);
    };
    const some = (wide: number): Code[] => [
      set(row, i32.of(0)),
      set(fromX, get(x)),
      set(fromM, get(m)),
      ...[wide === 1 ? 8 : 4, 1].map((high) =>
        inGroups(row, rows, high, [
          tile(high, wide),
          advance(fromX, times(xRow, high)),
          advance(fromM, times(mRow, high)),
        ]),
      ),
      advance(x, times(xQuery, wide)),
      advance(y, times(yQuery, wide)),
    ];
    return [
      set(query, i32.of(0)),
      ...[2, 1].map((wide) => inGroups(query, queries, wide, some(wide))),
    ];
  });
}

/** Rows that are summed by themselves: long sums in float32 lose less, and the rows stay in a cache. */
export const CHUNK = 128;

/**
 * `mixLong(y, yQuery, spare, x, xQuery, xRow, m, mRow, rows, queries, columns)`: `mix` for many rows. The
 * spare numbers lie as those of y do, and are zeros before and after; `place` is that of `mix`.
 */
export function mixLong(place: number): Procedure {
  return procedure("mixLong", 11, (parameters, local) => {
    const [y, yQuery, spare, x, xQuery, xRow, m, mRow, rows, queries, columns] = parameters;
    const [some, query, j, toY, fromSpare, line, from] = locals(local, 7, "i32");
    const mixed = [spare, yQuery, x, xQuery, xRow, m, mRow, some, queries, columns].map(get);
    const zero = f32x4.of(0);
    return [
      whileBelow(i32.of(0), get(rows), [
        set(some, i32.of(CHUNK)),
        ifBelow(get(rows), get(some), [set(some, get(rows))]),
        call(place, ...mixed),
        set(query, i32.of(0)),
        set(toY, get(y)),
        set(fromSpare, get(spare)),
        inGroups(query, queries, 1, [
          set(line, get(toY)),
          set(from, get(fromSpare)),
          along(
            j,
            columns,
            [line, from],
            eachVector((offset, isOne) =>
              isOne
                ? storeOne(get(line), f32x4.add(loadOne(get(line)), loadOne(get(from)))) +
                  storeOne(get(from), zero)
                : store(
                    get(line),
                    f32x4.add(load(get(line), offset), load(get(from), offset)),
                    offset,
                  ) + store(get(from), zero, offset),
            ),
          ),
          advance(toY, get(yQuery)),
          advance(fromSpare, get(yQuery)),
        ]),
        advance(x, i32.mul(get(xRow), get(some))),
        advance(m, i32.mul(get(mRow), get(some))),
        set(rows, i32.sub(get(rows), get(some))),
      ]),
    ];
  });
}

/** `scale(y, factors, lines, columns)`: lines of float32 numbers, times a factor each. */
export function scale(): Procedure {
  return procedure("scale", 4, ([y, factors, lines, columns], local) => {
    const [line, j, at] = locals(local, 3, "i32");
    const factor = local("v128");
    return [
      set(line, i32.of(0)),
      inGroups(line, lines, 1, [
        set(factor, loadSplat(get(factors))),
        set(at, get(y)),
        ifTrue(bits.any(f32x4.ne(get(factor), f32x4.of(1))), [
          along(
            j,
            columns,
            [at],
            eachVector((offset, isOne) =>
              isOne
                ? storeOne(get(at), f32x4.mul(get(factor), loadOne(get(at))))
                : store(get(at), f32x4.mul(get(factor), load(get(at), offset)), offset),
            ),
          ),
        ]),
        advance(y, i32.mul(get(columns), i32.of(NUMBER))),
        advance(factors, i32.of(NUMBER)),
      ]),
    ];
  });
}

/**
 * A procedure that does something `count` times, its last parameter, at places that lie so many bytes
 * apart.
 */
const forEach = (
  name: string,
  steps: readonly number[],
  body: (...places: Code[]) => Code,
): Procedure =>
  procedure(name, steps.length + 1, (parameters, local) => {
    const [done, count] = [local("i32"), parameters[steps.length]];
    const places = parameters.slice(0, steps.length);
    return [
      set(done, i32.of(0)),
      inGroups(done, count, 1, [
        body(...places.map(get)),
        ...places.map((place, n) => advance(place, i32.of(steps[n]))),
      ]),
    ];
  });

/** `scaleTotals(totals, factors, count)`: float64 numbers, times a float32 factor each. */
export const scaleTotals = (): Procedure =>
  forEach("scaleTotals", [DOUBLE, NUMBER], (totals, factors) =>
    storeDouble(totals, f64x2.mul(loadDouble(totals), f64x2.ofSingles(loadOne(factors)))),
  );

/** `addTotals(to, totals, count)`: adds float64 numbers to others. */
export const addTotals = (): Procedure =>
  forEach("addTotals", [DOUBLE, DOUBLE], (to, totals) =>
    storeDouble(to, f64x2.add(loadDouble(to), loadDouble(totals))),
  );

/** `round(to, totals, count)`: float64 numbers as float32. */
export const round = (): Procedure =>
  forEach("round", [NUMBER, DOUBLE], (to, totals) =>
    storeOne(to, f32x4.ofDoubles(loadDouble(totals))),
  );
