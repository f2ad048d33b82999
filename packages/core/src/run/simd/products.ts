// Matrix products: by rows where they lie in one piece, otherwise a register tile over packed factors.

import {
  type Code,
  f32x4,
  get,
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
import { fusedOrNot } from "../../wasm/host.ts";
import { arena } from "./arena.ts";
import type { Kernel } from "./actions.ts";
import { blocks } from "./blocks.ts";
import { MANY, manyDots, TURNED } from "./many-dots.ts";
import { type Compiled, compiledOf, inParts, isLarge } from "./pool.ts";
import { ceil, PIECES, piecesOf } from "./parts.ts";
import { addTotals, CHUNK, dots, mix, mixLong, round, scale, scaleTotals } from "./rows.ts";
import { advance, isFar, LANES, locals, NUMBER, VECTOR } from "./sizes.ts";

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
/** Rows or columns that are not torn apart. */
const UNIT = 16;
/** Rows up to which packing costs more than it saves, however short they are. */
const FEW = 12;
/** Queries from which on a tile of the result pays, and the largest matrix whose rows stay in a cache. */
const SOME = 4;
const NEAR = 2 ** 19;
/** Columns that are worth the way to them. */
const LONG = 64;

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
        set(x, loadSplat(get(p), NUMBER * (high * offset + i))),
        set(sums[2 * i], madd(get(x), get(b0), get(sums[2 * i]))),
        set(sums[2 * i + 1], madd(get(x), get(b1), get(sums[2 * i + 1]))),
      ]).flat(),
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
type KernelName = Kernel | "mixLong" | "blocks" | "pack" | "tiles6" | "tiles4";

/** How those of a module are written. */
type Written = Readonly<Partial<Record<KernelName, (isFused: boolean) => Procedure>>>;
/** The modules; a function is asked of the first that has it. */
const WRITTEN: readonly Written[] = [
  { mix, dots, scale, scaleTotals, addTotals, round },
  { mix, mixLong: () => mixLong(0) },
  {
    tiles6: (isFused) => tiles(HIGH, isFused),
    tiles4: (isFused) => tiles(LOW, isFused),
    pack,
  },
  { blocks },
  { dots, blocks, manyDots: () => manyDots({ dots: 0, blocks: 1 }) },
];

const known = new Map<Written, Compiled>();

/** The module of a function of products, made when one of its functions is first asked for. */
export function compiledKernel(name: KernelName): Compiled {
  const written = WRITTEN.find((own) => name in own)!;
  const made = (isFused: boolean) =>
    arena().compiled(Object.values(written).map((write) => write(isFused)));
  const module = known.get(written) ?? compiledOf(fusedOrNot(made)!);
  known.set(written, module);
  return module;
}

/**
 * A factor: its row `i` at depth `k` is at `at + 4 (i · row + k · depth)`, and the factor of the next
 * product of a stack `next` numbers on.
 */
export interface Side {
  readonly at: number;
  readonly row: number;
  readonly depth: number;
  readonly next: number;
}

/** The sizes of products, and how many there are. */
export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly stack: number;
}

/**
 * Prepares to write products `A Bᵀ`, of `rows × columns` numbers each, at `to`. B's rows are the columns of
 * a product.
 */
export function products(to: number, a: Side, b: Side, sizes: Sizes): () => void {
  const { rows, columns, depth, stack } = sizes;
  const count = rows * columns * stack;
  if (count === 0) return () => undefined;
  const way = wayOf(to, a, b, sizes);
  if (way === null) {
    return () => {
      for (let n = 0; n < stack; n++) {
        packed(to + NUMBER * n * rows * columns, nth(a, n), nth(b, n), sizes);
      }
    };
  }
  const { kernel, length, unit, spare, call } = way;
  const work = count * depth;
  const pieces = piecesOf(length, unit, isLarge(work) ? PIECES / stack : 1);
  const calls = Array.from({ length: stack }, (_, n) =>
    pieces.map(([from, size]) => call(n, from, size)),
  ).flat();
  const cleared = (at: number) => arena().floats(at, count).fill(0);
  if (spare === undefined) {
    return () => {
      if (kernel !== "blocks") cleared(to);
      inParts(compiledKernel(kernel), kernel, calls, work);
    };
  }
  return () => {
    const own = arena().take(NUMBER * Math.max(count, calls.length * spare));
    try {
      cleared(to);
      if (kernel === "mixLong") cleared(own);
      const spared = calls.map(([y, step, ...more], n) => [
        y,
        step,
        own + (kernel === "mixLong" ? y - to : NUMBER * n * spare),
        ...more,
      ]);
      inParts(compiledKernel(kernel), kernel, spared, work);
    } finally {
      arena().give(own);
    }
  };
}

/** The factor of the `n`-th product. */
const nth = (side: Side, n: number): Side => ({ ...side, at: side.at + NUMBER * n * side.next });

/** A kernel that reads rows where they lie; its work may be cut along an axis of the result. */
interface Way {
  readonly kernel: "dots" | "manyDots" | "mix" | "mixLong" | "blocks";
  readonly length: number;
  readonly unit: number;
  /** Numbers that a call has for itself; of `mixLong`, where its results have theirs. */
  readonly spare?: number;
  /** The arguments for a piece of the `n`-th product, without the spare numbers. */
  readonly call: (n: number, from: number, size: number) => readonly number[];
}

/** Null where rows do not lie in one piece, or are short. */
function wayOf(to: number, a: Side, b: Side, { rows, columns, depth }: Sizes): Way | null {
  const line = NUMBER * columns;
  const toNth = (n: number) => to + n * rows * line;
  if (isAlong(a.depth, depth) && isAlong(b.depth, depth)) {
    const isMany = rows >= MANY && columns >= TURNED;
    // The larger factor is read once.
    const isRight = isMany || rows <= columns;
    const [m, x] = isRight ? [b, a] : [a, b];
    const [length, queries] = isRight ? [columns, rows] : [rows, columns];
    const [yQuery, yRow] = isRight ? [line, NUMBER] : [NUMBER, line];
    return {
      kernel: isMany ? "manyDots" : "dots",
      length,
      unit: UNIT,
      ...(isMany && { spare: TURNED * depth }),
      call(n, from, size) {
        const [{ at, row }, own] = [bytesOf(nth(m, n)), bytesOf(nth(x, n))];
        return [
          toNth(n) + from * yRow,
          yQuery,
          ...(isMany ? [] : [yRow]),
          at + from * row,
          row,
          size,
          own.at,
          own.row,
          queries,
          depth,
          isFar(length, depth),
        ];
      },
    };
  }
  const isRight = isAlong(b.row, columns) && (rows <= FEW || columns >= WIDE);
  if (!isRight && !(isAlong(a.row, rows) && columns === 1)) return null;
  const [m, x] = isRight ? [b, a] : [a, b];
  const [queries, across] = isRight ? [rows, columns] : [1, rows];
  // Many lines rather than parts of short ones.
  const isWhole = queries >= PIECES && across < PIECES * LONG;
  const isNear = NUMBER * m.depth * depth <= NEAR && across >= WIDE;
  const inBlocks = queries >= SOME && isNear;
  // Blocks sum where the result is, a vector at least: what is left over goes with the vectors before it.
  const length = isWhole ? queries : inBlocks ? across - (across % LANES) : across;
  return {
    kernel: inBlocks ? "blocks" : depth > CHUNK ? "mixLong" : "mix",
    ...(!inBlocks && depth > CHUNK && { spare: 0 }),
    length,
    unit: !isWhole ? UNIT : inBlocks ? 6 : 2,
    call(n, from, size) {
      const [matrix, own] = [bytesOf(nth(m, n)), bytesOf(nth(x, n))];
      const [query, column] = isWhole ? [from, 0] : [0, from];
      const columns = from + size === length ? across - from : size;
      const [some, wide] = isWhole ? [size, across] : [queries, columns];
      return [
        toNth(n) + line * query + NUMBER * column,
        line,
        own.at + query * own.row,
        own.row,
        own.depth,
        matrix.at + NUMBER * column,
        matrix.depth,
        depth,
        some,
        wide,
      ];
    },
  };
}

/** Whether a row lies in one piece. */
const isAlong = (step: number, size: number): boolean => step === 1 || size <= 1;
const bytesOf = ({ at, row, depth }: Side) => ({ at, row: NUMBER * row, depth: NUMBER * depth });

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
        const strips = { ...b, at: b.at + NUMBER * (j * b.row + k * b.depth) };
        packStrips(right, strips, { rows: some, depth: count, high: WIDE });
        for (let i = 0; i < rows; i += high) {
          const part = Math.min(high, rows - i);
          const side = { ...a, at: a.at + NUMBER * (i * a.row + k * a.depth) };
          packStrips(left, side, { rows: part, depth: count, high: tile });
          const first = Number(k === 0);
          const at = to + NUMBER * (i * columns + j);
          const strip = stripBytes(count, WIDE);
          const work = part * some * count;
          const calls = piecesOf(whole, 1, isLarge(work) ? PIECES : 1).map(([from, strips]) => [
            at + NUMBER * WIDE * from,
            NUMBER * columns,
            left,
            right + from * strip,
            part,
            strips,
            count,
            first,
          ]);
          inParts(compiledKernel(name), name, calls, work);
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
