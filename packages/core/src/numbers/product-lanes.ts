// The tiles of a product in float64 by compiled code: the sums of product.ts, two columns at a time.
//
// Every sum adds its products one after the other and rounds each, so that the bits are those of the
// plain loop, on every machine.

import {
  f64x2,
  get,
  i32,
  load,
  loadDoubleSplat,
  loop,
  procedure,
  set,
  store,
} from "../wasm/assembler.ts";
import { takeBench } from "../wasm/bench.ts";

const TILE = 4;
const DOUBLE = 8;
const VECTOR = 16;
/** Vectors in a line of a tile. */
const WIDE = 2;
/** What a product of two of these numbers takes, in those of two float32 numbers. */
const WORTH = 3;

const written = () => [
  // `tiles(to, a, b, end, depth)`: of strips of four rows from `a` on, up to `end`, with one strip of
  // four, the products one behind the other. Addresses are in bytes, and so is `depth`, of a strip.
  procedure("tiles", 5, ([to, a, b, end, depth], local) => {
    const [p, q, k] = Array.from({ length: 3 }, () => local("i32"));
    const sums = Array.from({ length: TILE * WIDE }, () => local("v128"));
    const right = Array.from({ length: WIDE }, () => local("v128"));
    const x = local("v128");
    return [
      loop(p, { from: get(a), until: get(end), by: get(depth) }, [
        ...sums.map((sum) => set(sum, f64x2.of(0))),
        set(q, get(b)),
        loop(k, { from: get(p), until: i32.add(get(p), get(depth)), by: i32.of(TILE * DOUBLE) }, [
          ...right.map((own, c) => set(own, load(get(q), c * VECTOR))),
          ...Array.from({ length: TILE }, (_, r) => [
            set(x, loadDoubleSplat(get(k), r * DOUBLE)),
            ...right.map((own, c) => {
              const sum = sums[WIDE * r + c];
              return set(sum, f64x2.add(get(sum), f64x2.mul(get(x), get(own))));
            }),
          ]).flat(),
          set(q, i32.add(get(q), i32.of(TILE * DOUBLE))),
        ]),
        ...sums.map((sum, n) => store(get(to), get(sum), n * VECTOR)),
        set(to, i32.add(get(to), i32.of(TILE * TILE * DOUBLE))),
      ]),
    ];
  }),
];

/** Numbers that packed strips lie in, and what multiplies those. */
export interface Strips {
  /** The numbers, until the next turn of others. */
  numbers(): Float64Array;
  /**
   * Writes products, four by four each: at `to` those of `count` strips from `a` on with that at `b`; of a
   * depth.
   */
  multiply(pairs: readonly Pair[], depth: number): void;
  free(): void;
}

/** Strips that are multiplied, and where their products go: places among the numbers. */
export interface Pair {
  readonly to: number;
  readonly a: number;
  readonly b: number;
  readonly count: number;
}

/** So many numbers; null where no code can be compiled. */
export function takeStrips(count: number): Strips | null {
  const bench = takeBench(written, DOUBLE * count);
  if (bench === null) return null;
  const { at } = bench;
  return {
    numbers: () => new Float64Array(bench.buffer, at, count),
    multiply(pairs, depth) {
      const strip = DOUBLE * TILE * depth;
      const calls = pairs.map(({ to, a, b, count: strips }) => {
        const from = at + DOUBLE * a;
        return [at + DOUBLE * to, from, at + DOUBLE * b, from + strips * strip, strip];
      });
      const all = pairs.reduce((sum, pair) => sum + pair.count, 0);
      bench.run("tiles", calls, WORTH * TILE * TILE * depth * all);
    },
    free: () => bench.free(),
  };
}
