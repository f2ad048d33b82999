// Matrix products: by rows where they lie in one piece, otherwise a register tile over packed factors.

import {
  assemble,
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
import { compiled, functionsOf } from "../../wasm/host.ts";
import { arena } from "./arena.ts";
import type { Kernel } from "./actions.ts";
import { dots, mix, round, scale, scaleTotals } from "./rows.ts";

const NUMBER = 4;
const VECTOR = 16;
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
/** Rows up to which packing costs more than it saves. */
const FEW = 12;

type MakeLocal = (type: Local["type"]) => Local;
const locals = (local: MakeLocal, count: number, type: Local["type"]): Local[] =>
  Array.from({ length: count }, () => local(type));
const advance = (pointer: Local, by: Code): Code => set(pointer, i32.add(get(pointer), by));
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

type Tiles = (
  c: number,
  row: number,
  a: number,
  b: number,
  rows: number,
  strips: number,
  depth: number,
  isFirst: number,
) => void;

interface Kernels extends Readonly<Record<Kernel, (...args: number[]) => void>> {
  readonly tiles6: Tiles;
  readonly tiles4: Tiles;
  pack(to: number, from: number, row: number, depth: number, strips: number): void;
}

/** How each is written. */
const KERNELS: Readonly<Record<keyof Kernels, (isFused: boolean) => Procedure>> = {
  tiles6: (isFused) => tiles(HIGH, isFused),
  tiles4: (isFused) => tiles(LOW, isFused),
  pack,
  dots,
  mix,
  scale,
  scaleTotals,
  round,
};

/** The parameters of those that bands call. */
const PARAMETERS: Readonly<Record<Kernel, number>> = {
  dots: 10,
  mix: 10,
  scale: 4,
  scaleTotals: 3,
  round: 3,
};

/** A function of rows as a module imports it. */
export function imported(name: Kernel): HostFunction {
  return { name, parameters: PARAMETERS[name], isKernel: true };
}

const known: { -readonly [Name in keyof Kernels]?: Kernels[Name] } = {};

/** A function of products, made when it is first asked for. */
export function kernel<Name extends keyof Kernels>(name: Name): Kernels[Name] {
  const made = known[name];
  if (made !== undefined) return made;
  const of = (isFused: boolean) => compiled(assemble([KERNELS[name](isFused)]));
  const functions = functionsOf((of(true) ?? of(false))!, arena().memory) as Kernels;
  return (known[name] = functions[name]);
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
    if (rows <= columns) {
      kernel("dots")(to, line, next, b.at, right.row, columns, a.at, left.row, rows, depth);
    } else {
      kernel("dots")(to, next, line, a.at, left.row, rows, b.at, right.row, columns, depth);
    }
  } else if (isAlong(b.row, columns) && rows <= FEW) {
    cleared();
    const [line, x] = [NUMBER * columns, a.at];
    kernel("mix")(to, line, x, left.row, left.depth, b.at, right.depth, depth, rows, columns);
  } else if (isAlong(a.row, rows) && columns === 1) {
    cleared();
    kernel("mix")(to, 0, b.at, 0, right.depth, a.at, left.depth, depth, 1, rows);
  } else packed(to, a, b, sizes);
}

/** Whether a row lies in one piece. */
const isAlong = (step: number, size: number): boolean => step === 1 || size <= 1;
const bytesOf = ({ row, depth }: Side) => ({ row: NUMBER * row, depth: NUMBER * depth });

function packed(to: number, a: Side, b: Side, { rows, columns, depth }: Sizes): void {
  const own = arena();
  const deep = Math.min(DEEP, depth);
  const wide = Math.min(COLUMNS, ceil(columns, WIDE));
  const tile = ceil(rows, LOW) < ceil(rows, HIGH) ? LOW : HIGH;
  const multiplyTiles = tile === LOW ? kernel("tiles4") : kernel("tiles6");
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
          multiplyTiles(at, NUMBER * columns, left, right, part, whole, count, first);
          if (whole * WIDE < some) {
            const last = right + stripBytes(count, WIDE) * whole;
            multiplyTiles(
              edge + NUMBER * WIDE * i,
              NUMBER * WIDE,
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
    kernel("pack")(to, at, NUMBER * depth, size.depth, strips);
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
