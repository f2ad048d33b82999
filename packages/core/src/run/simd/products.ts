// Matrix products: by rows where they lie in one piece, otherwise a register tile over packed factors.

import {
  type Code,
  f32x4,
  get,
  type HostFunction,
  i32,
  ifTrue,
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
import { arena } from "./arena.ts";
import type { Kernel } from "./actions.ts";
import { type Compiled, compiledOf, inParts, isLarge } from "./pool.ts";
import { addTotals, dots, mix, round, scale, scaleTotals } from "./rows.ts";
import { advance, locals, NUMBER, VECTOR } from "./sizes.ts";

/** Columns of a tile: two vectors. */
const WIDE = 8;
/**
 * Rows of a tile: twelve vectors of sums stay in registers with what they are made of. Four where
 * that leaves fewer rows empty.
 */
const HIGH = 6;
const LOW = 4;
/** Depth of packed strips: a strip of eight columns fills a quarter of a near cache. */
const DEEP = 256;
/** Bytes between strips of columns: without them, all would want the same lines of the cache. */
const GAP = 64;
/** Columns and rows that are packed at a time: half a megabyte, and an eighth. */
const COLUMNS = 512;
const ROWS = 120;
/** Pieces that a large product is done in at most, and rows or columns that are not torn apart. */
const PIECES = 16;
const UNIT = 16;
/** Rows up to which packing costs more than it saves. */
const FEW = 12;

const zero = (sum: Local): Code => set(sum, f32x4.of(0));
/**
 * `tiles6(c, row, a, b, rows, strips, depth, isFirst)`: sets, or adds to, `rows` rows of C, `row` bytes
 * apart, the products of strips of six rows of A with `strips` strips of eight columns of B. Strips
 * of A are filled up with zeros, and no row behind `rows` is written.
 */
function tiles(high: number, isFused: boolean): Procedure {
  return procedure(`tiles${high}`, 8, ([c, row, a, b, rows, strips, depth, isFirst], local) => {
    const madd = multiplyAdd(isFused);
    const [strip, k, left, at, p, q, line] = locals(local, 7, "i32");
    const sums = locals(local, 2 * high, "v128");
    const [b0, b1, x] = locals(local, 3, "v128");
    const deep = (offset: number): Code[] => [
      set(b0, load(get(q), 2 * VECTOR * offset)),
      set(b1, load(get(q), 2 * VECTOR * offset + VECTOR)),
      ...Array.from({ length: high }, (_, i) => [
        ...set(x, loadSplat(get(p), NUMBER * (high * offset + i))),
        ...set(sums[2 * i], madd(get(x), get(b0), get(sums[2 * i]))),
        ...set(sums[2 * i + 1], madd(get(x), get(b1), get(sums[2 * i + 1]))),
      ]),
    ];
    const unrolled = 4;
    const through = (by: number): Code[] => [
      ...Array.from({ length: by }, (_, offset) => deep(offset)).flat(),
      advance(p, i32.of(by * high * NUMBER)),
      advance(q, i32.of(by * WIDE * NUMBER)),
      set(k, i32.add(get(k), i32.of(by))),
    ];
    const written = Array.from({ length: high }, (_, i) =>
      ifTrue(i32.lessThan(i32.of(i), get(left)), [
        ifTrue(i32.lessThan(get(isFirst), i32.of(1)), [
          set(sums[2 * i], f32x4.add(get(sums[2 * i]), load(get(line)))),
          set(sums[2 * i + 1], f32x4.add(get(sums[2 * i + 1]), load(get(line), VECTOR))),
        ]),
        store(get(line), get(sums[2 * i])),
        store(get(line), get(sums[2 * i + 1]), VECTOR),
        advance(line, get(row)),
      ]),
    );
    return [
      set(strip, i32.of(0)),
      whileBelow(get(strip), get(strips), [
        set(left, get(rows)),
        set(at, get(c)),
        set(p, get(a)),
        whileBelow(i32.of(0), get(left), [
          ...sums.map(zero),
          set(q, get(b)),
          set(k, i32.of(0)),
          whileBelow(get(k), i32.and(get(depth), i32.of(-unrolled)), through(unrolled)),
          whileBelow(get(k), get(depth), through(1)),
          set(line, get(at)),
          ...written,
          advance(at, i32.mul(get(row), i32.of(high))),
          // At most what is left.
          set(left, i32.sub(get(left), i32.of(high))),
          set(left, i32.mul(get(left), i32.lessThan(get(left), get(rows)))),
        ]),
        advance(b, i32.add(i32.mul(get(depth), i32.of(WIDE * NUMBER)), i32.of(GAP))),
        advance(c, i32.of(WIDE * NUMBER)),
        advance(strip, i32.of(1)),
      ]),
    ];
  });
}

/** `pack(to, from, row, depth, strips)`: strips of eight columns of rows that lie in order. */
function pack(): Procedure {
  return procedure("pack", 5, ([to, from, row, depth, strips], local) => {
    const [k, strip, p, q, step] = locals(local, 5, "i32");
    return [
      set(step, i32.add(i32.mul(get(depth), i32.of(WIDE * NUMBER)), i32.of(GAP))),
      set(k, i32.of(0)),
      whileBelow(get(k), get(depth), [
        set(p, get(from)),
        set(q, get(to)),
        set(strip, i32.of(0)),
        whileBelow(get(strip), get(strips), [
          store(get(q), load(get(p))),
          store(get(q), load(get(p), VECTOR), VECTOR),
          advance(p, i32.of(WIDE * NUMBER)),
          advance(q, get(step)),
          advance(strip, i32.of(1)),
        ]),
        advance(from, get(row)),
        advance(to, i32.of(WIDE * NUMBER)),
        advance(k, i32.of(1)),
      ]),
    ];
  });
}

/** The functions of products. */
type KernelName = Kernel | "pack" | "tiles6" | "tiles4";

/** How each is written. */
const KERNELS: Readonly<Record<KernelName, (isFused: boolean) => Procedure>> = {
  tiles6: (isFused) => tiles(HIGH, isFused),
  tiles4: (isFused) => tiles(LOW, isFused),
  pack,
  dots,
  mix,
  scale,
  scaleTotals,
  addTotals,
  round,
};

/** The parameters of those that bands call. */
const PARAMETERS: Readonly<Record<Kernel, number>> = {
  dots: 10,
  mix: 10,
  scale: 4,
  scaleTotals: 3,
  addTotals: 3,
  round: 3,
};

/** A function of rows as a module imports it. */
export function imported(name: Kernel): HostFunction {
  return { name, parameters: PARAMETERS[name], isKernel: true };
}

const known: { [Name in KernelName]?: Compiled } = {};

/** The module of a function of products, made when it is first asked for. */
export function compiledKernel(name: KernelName): Compiled {
  const made = known[name];
  if (made !== undefined) return made;
  const of = (isFused: boolean) => arena().compiled([KERNELS[name](isFused)]);
  return (known[name] = compiledOf((of(true) ?? of(false))!));
}

/** A factor: its row `i` at depth `k` is at `at + 4 (i · row + k · depth)`. */
export interface Side {
  readonly at: number;
  readonly row: number;
  readonly depth: number;
}

/** The sizes of a product. */
export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Writes `A Bᵀ`, of `rows × columns` numbers, at `to`. B's rows are the columns of the product. */
export function multiply(to: number, a: Side, b: Side, sizes: Sizes): void {
  const { rows, columns, depth } = sizes;
  if (rows === 0 || columns === 0) return;
  const [left, right] = [bytesOf(a), bytesOf(b)];
  const cleared = () =>
    arena()
      .floats(to, rows * columns)
      .fill(0);
  if (isAlong(a.depth, depth) && isAlong(b.depth, depth)) {
    // The larger factor is read once.
    const [line, next] = [NUMBER * columns, NUMBER];
    cleared();
    const [m, x, steps] =
      rows <= columns
        ? [{ at: b.at, ...right }, { at: a.at, ...left }, [line, next]]
        : [{ at: a.at, ...left }, { at: b.at, ...right }, [next, line]];
    const [yQuery, yRow] = steps;
    const queries = Math.min(rows, columns);
    inPieces("dots", sizes, { length: Math.max(rows, columns), unit: UNIT }, (from, count) => [
      to + from * yRow,
      yQuery,
      yRow,
      m.at + from * m.row,
      m.row,
      count,
      x.at,
      x.row,
      queries,
      depth,
    ]);
  } else if (isAlong(b.row, columns) && rows <= FEW) {
    cleared();
    const x = [a.at, left.row, left.depth];
    inPieces("mix", sizes, { length: columns, unit: UNIT }, (from, count) => [
      to + NUMBER * from,
      NUMBER * columns,
      ...x,
      b.at + NUMBER * from,
      right.depth,
      depth,
      rows,
      count,
    ]);
  } else if (isAlong(a.row, rows) && columns === 1) {
    cleared();
    inPieces("mix", sizes, { length: rows, unit: UNIT }, (from, count) => [
      to + NUMBER * from,
      0,
      b.at,
      0,
      right.depth,
      a.at + NUMBER * from,
      left.depth,
      depth,
      1,
      count,
    ]);
  } else packed(to, a, b, sizes);
}

/** A function of a large product on pieces of an axis, along which no entry depends on others. */
function inPieces(
  name: KernelName,
  { rows, columns, depth }: Sizes,
  { length, unit }: { readonly length: number; readonly unit: number },
  call: (from: number, count: number) => readonly number[],
): void {
  const work = rows * columns * depth;
  const piece = isLarge(work) ? ceil(length / PIECES, unit) : length;
  const calls: (readonly number[])[] = [];
  for (let from = 0; from < length; from += piece) {
    calls.push(call(from, Math.min(piece, length - from)));
  }
  inParts(compiledKernel(name), name, calls, work);
}

/** Whether a row lies in one piece. */
const isAlong = (step: number, size: number): boolean => step === 1 || size <= 1;
const bytesOf = ({ row, depth }: Side) => ({ row: NUMBER * row, depth: NUMBER * depth });

function packed(to: number, a: Side, b: Side, { rows, columns, depth }: Sizes): void {
  const own = arena();
  const deep = Math.min(DEEP, depth);
  const wide = Math.min(COLUMNS, ceil(columns, WIDE));
  const tile = ceil(rows, LOW) < ceil(rows, HIGH) ? LOW : HIGH;
  const name = tile === LOW ? "tiles4" : "tiles6";
  const high = Math.min(ROWS, ceil(rows, tile));
  const packedRight = (wide / WIDE) * stripBytes(deep, WIDE);
  const left = own.take(
    NUMBER * (deep * high + (columns % WIDE > 0 ? rows * WIDE : 0)) + packedRight,
  );
  const right = left + NUMBER * deep * high;
  // The last columns where they do not fill a strip.
  const edge = right + packedRight;
  try {
    if (depth === 0) own.floats(to, rows * columns).fill(0);
    for (let j = 0; j < columns; j += wide) {
      const some = Math.min(wide, columns - j);
      const whole = Math.floor(some / WIDE);
      for (let k = 0; k < depth; k += deep) {
        const count = Math.min(deep, depth - k);
        const strips = {
          at: b.at + NUMBER * (j * b.row + k * b.depth),
          row: b.row,
          depth: b.depth,
        };
        packStrips(right, strips, { rows: some, depth: count, high: WIDE });
        for (let i = 0; i < rows; i += high) {
          const part = Math.min(high, rows - i);
          const side = {
            at: a.at + NUMBER * (i * a.row + k * a.depth),
            row: a.row,
            depth: a.depth,
          };
          packStrips(left, side, { rows: part, depth: count, high: tile });
          const first = Number(k === 0);
          const at = to + NUMBER * (i * columns + j);
          const strip = stripBytes(count, WIDE);
          const piece = { rows: part, columns: some, depth: count };
          inPieces(name, piece, { length: whole, unit: 1 }, (from, strips) => [
            at + NUMBER * WIDE * from,
            NUMBER * columns,
            left,
            right + from * strip,
            part,
            strips,
            count,
            first,
          ]);
          if (whole * WIDE < some) {
            const last = right + whole * strip;
            const line = NUMBER * WIDE;
            compiledKernel(name).functions[name](
              edge + line * i,
              line,
              left,
              last,
              part,
              1,
              count,
              first,
            );
          }
        }
      }
    }
    const over = columns % WIDE;
    if (over > 0 && depth > 0) {
      const from = own.floats(edge, rows * WIDE);
      const into = own.floats(to, rows * columns);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < over; j++) into[(i + 1) * columns - over + j] = from[i * WIDE + j];
      }
    }
  } finally {
    own.give(left);
  }
}

const ceil = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** Bytes from a strip to the next: only those of columns have a gap. */
const stripBytes = (depth: number, high: number): number =>
  NUMBER * depth * high + (high === WIDE ? GAP : 0);

/** Copies rows into strips of `high`, depth after depth; a last strip is filled up with zeros. */
function packStrips(
  to: number,
  { at, row, depth }: Side,
  size: { readonly rows: number; readonly depth: number; readonly high: number },
): void {
  const { rows, high } = size;
  let done = 0;
  if (high === WIDE && row === 1) {
    const strips = Math.floor(rows / WIDE);
    compiledKernel("pack").functions.pack(to, at, NUMBER * depth, size.depth, strips);
    done = strips * WIDE;
  }
  if (done === rows) return;
  const own = arena();
  const span = (rows - 1) * Math.abs(row) + (size.depth - 1) * depth + 1;
  const from = own.floats(at, span);
  const step = stripBytes(size.depth, high) / NUMBER;
  const into = own.floats(to, Math.ceil(rows / high) * step);
  for (let i = done; i < ceil(rows, high); i++) {
    let place = Math.floor(i / high) * step + (i % high);
    if (i >= rows) {
      for (let k = 0; k < size.depth; k++, place += high) into[place] = 0;
      continue;
    }
    let source = i * row;
    for (let k = 0; k < size.depth; k++, place += high, source += depth) into[place] = from[source];
  }
}
