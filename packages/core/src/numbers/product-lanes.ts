// The tiles of a product in float64 by compiled code: the sums of product.ts, two columns at a time.
//
// Every sum adds its products one after the other and rounds each, so that the bits are those of the
// plain loop, on every machine.

import {
  assemble,
  type Code,
  f64x2,
  get,
  i32,
  load,
  loadDoubleSplat,
  loop,
  type Procedure,
  procedure,
  set,
  store,
} from "../wasm/assembler.ts";
import { compiled, functionsOf, makeLinearMemory, type Memory, PAGE } from "../wasm/host.ts";

const TILE = 4;
const DOUBLE = 8;
const VECTOR = 16;
/** Vectors in a line of a tile. */
const WIDE = 2;

/**
 * `tiles(to, a, b, end, depth)`: of strips of four rows from `a` on, up to `end`, with one strip of
 * four, the products one behind the other. Addresses are in bytes, and so is `depth`, of a strip.
 */
function tiles(): Procedure {
  return procedure("tiles", 5, ([to, a, b, end, depth], local) => {
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
          ...Array.from({ length: TILE }, (_, r): Code => [
            set(x, loadDoubleSplat(get(k), r * DOUBLE)),
            right.map((own, c) => {
              const sum = sums[WIDE * r + c];
              return set(sum, f64x2.add(get(sum), f64x2.mul(get(x), get(own))));
            }),
          ]),
          set(q, i32.add(get(q), i32.of(TILE * DOUBLE))),
        ]),
        ...sums.map((sum, n) => store(get(to), get(sum), n * VECTOR)),
        set(to, i32.add(get(to), i32.of(TILE * TILE * DOUBLE))),
      ]),
    ];
  });
}

/** Numbers that packed strips lie in, and what multiplies those. */
export interface Bench {
  readonly numbers: Float64Array;
  /**
   * Writes at `to` the products, four by four each, of `strips` strips from `a` on with that at `b`; of
   * a depth.
   */
  tiles(to: number, a: number, b: number, strips: number, depth: number): void;
}

interface Compiled extends Bench {
  readonly memory: Memory;
  numbers: Float64Array;
}

/** Those that nobody uses now: products that take turns have one each. */
const free: Compiled[] = [];
let module: object | null | undefined;

/** A bench of so many numbers at least; null where no code can be compiled. Give it back. */
export function takeBench(count: number): Bench | null {
  module ??= compiled(assemble([tiles()]));
  const own = free.pop() ?? make();
  if (own === null) return null;
  const missing = DOUBLE * count - own.memory.buffer.byteLength;
  try {
    if (missing > 0) own.memory.grow(Math.ceil(missing / PAGE));
  } catch {
    free.push(own);
    return null;
  }
  own.numbers = new Float64Array(own.memory.buffer);
  return own;
}

/** For others to take. */
export function giveBench(bench: Bench): void {
  free.push(bench as Compiled);
}

function make(): Compiled | null {
  const memory = module === null || module === undefined ? null : makeLinearMemory(PAGE);
  if (memory === null) return null;
  const run = functionsOf(module!, memory) as { tiles(...numbers: readonly number[]): void };
  return {
    memory,
    numbers: new Float64Array(memory.buffer),
    tiles(to, a, b, strips, depth) {
      const strip = DOUBLE * TILE * depth;
      run.tiles(DOUBLE * to, DOUBLE * a, DOUBLE * b, DOUBLE * a + strips * strip, strip);
    },
  };
}
