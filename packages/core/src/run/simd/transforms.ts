// Rows that are products of Walsh–Hadamard matrices and signs, as compiled code: no plan says a
// transform, whose P log P sums and differences are all there is to do.

import {
  bits,
  call,
  type Code,
  f32x4,
  get,
  i32,
  ifBelow,
  load,
  type Local,
  loop,
  procedure,
  type Procedure,
  set,
  shuffle,
  store,
  whileBelow,
} from "../../wasm/assembler.ts";
import type { StructuredRows } from "../../random/rows/structured.ts";
import { Block } from "../block.ts";
import { type Arena, arena } from "./arena.ts";
import { made, type SimdArray } from "./array.ts";
import { type Compiled, compiledOf, inParts } from "./pool.ts";
import { advance, locals, NUMBER, VECTOR } from "./sizes.ts";

/** Numbers that are transformed at once, at least. */
const SMALLEST = 16;

/** Places of the functions that others call. */
const [TRANSFORM, MULTIPLY] = [0, 1];

/** `transform(work, bytes)`: the Walsh–Hadamard transform of 16 numbers or more, a power of two. */
function transform(): Procedure {
  return procedure("transform", 2, ([work, bytes], local) => {
    const [at, from, until, half, block] = locals(local, 5, "i32");
    const four = locals(local, 4, "v128");
    const spare = local("v128");
    const [a, b, c, d] = four;
    const butterfly = (x: Local, y: Local): Code =>
      set(spare, f32x4.sub(get(x), get(y))) +
      set(x, f32x4.add(get(x), get(y))) +
      set(y, get(spare));
    const across = butterfly(a, b) + butterfly(c, d);
    const over = butterfly(a, c) + butterfly(b, d);
    const MINUS = -0x8000_0000;
    const within = (x: Local): Code =>
      set(x, f32x4.add(shuffle(x, [1, 0, 3, 2]), bits.xor(get(x), bits.of(0, MINUS, 0, MINUS)))) +
      set(x, f32x4.add(shuffle(x, [2, 3, 0, 1]), bits.xor(get(x), bits.of(0, 0, MINUS, MINUS))));
    const place = (i: number): Code =>
      i === 0 ? get(at) : i32.add(get(at), i === 1 ? get(half) : i32.mul(get(half), i32.of(i)));
    const end = i32.add(get(work), get(bytes));
    return [
      // Four levels at once inside every 16 numbers.
      loop(at, { from: get(work), until: end, by: i32.of(4 * VECTOR) }, [
        ...four.map((x, i) => set(x, load(get(at), i * VECTOR))),
        ...four.map(within),
        across,
        over,
        ...four.map((x, i) => store(get(at), get(x), i * VECTOR)),
      ]),
      // Then two levels at a time; `half` is in bytes.
      set(half, i32.of(4 * VECTOR)),
      whileBelow(i32.shl(get(half), i32.of(1)), get(bytes), [
        loop(from, { from: get(work), until: end, by: i32.shl(get(half), i32.of(2)) }, [
          set(until, i32.add(get(from), get(half))),
          loop(at, { from: get(from), until: get(until), by: i32.of(VECTOR) }, [
            ...four.map((x, i) => set(x, load(place(i)))),
            across,
            over,
            ...four.map((x, i) => store(place(i), get(x))),
          ]),
        ]),
        set(half, i32.shl(get(half), i32.of(2))),
      ]),
      // One level may be left.
      ifBelow(get(half), get(bytes), [
        set(block, i32.add(get(work), get(half))),
        loop(at, { from: get(work), until: get(block), by: i32.of(VECTOR) }, [
          set(a, load(place(0))),
          set(b, load(place(1))),
          butterfly(a, b),
          store(place(0), get(a)),
          store(place(1), get(b)),
        ]),
      ]),
    ];
  });
}

/** `multiply(to, a, b, bytes)`: entry by entry. */
function multiply(): Procedure {
  return procedure("multiply", 4, ([to, a, b, bytes], local) => {
    const at = local("i32");
    const here = (base: Local): Code => load(i32.add(get(base), get(at)));
    return [
      loop(at, { from: i32.of(0), until: get(bytes), by: i32.of(VECTOR) }, [
        store(i32.add(get(to), get(at)), f32x4.mul(here(a), here(b))),
      ]),
    ];
  });
}

/** `project(to, state, signs, norms, bytes, blocks)`: `norms · H S₃ H S₂ H S₁ x`, block by block. */
function project(): Procedure {
  return procedure("project", 6, ([to, state, signs, norms, bytes, blocks], local) => {
    const block = local("i32");
    const turned = [call(TRANSFORM, get(to), get(bytes)), advance(signs, get(bytes))];
    return [
      loop(block, { from: i32.of(0), until: get(blocks), by: i32.of(1) }, [
        call(MULTIPLY, get(to), get(state), get(signs), get(bytes)),
        ...turned,
        call(MULTIPLY, get(to), get(to), get(signs), get(bytes)),
        ...turned,
        call(MULTIPLY, get(to), get(to), get(signs), get(bytes)),
        ...turned,
        call(MULTIPLY, get(to), get(to), get(norms), get(bytes)),
        advance(to, get(bytes)),
        advance(norms, get(bytes)),
      ]),
    ];
  });
}

/**
 * `collect(to, work, weights, signs, norms, bytes, blocks)`: adds the transposed rows times the
 * weights of every block.
 */
function collect(): Procedure {
  return procedure("collect", 7, ([to, work, weights, signs, norms, bytes, blocks], local) => {
    const [block, at] = locals(local, 2, "i32");
    const sign = (which: number): Code => i32.add(get(signs), i32.mul(get(bytes), i32.of(which)));
    const here = (base: Local): Code => i32.add(get(base), get(at));
    const turned = call(TRANSFORM, get(work), get(bytes));
    return [
      loop(block, { from: i32.of(0), until: get(blocks), by: i32.of(1) }, [
        call(MULTIPLY, get(work), get(weights), get(norms), get(bytes)),
        turned,
        call(MULTIPLY, get(work), get(work), sign(2), get(bytes)),
        turned,
        call(MULTIPLY, get(work), get(work), sign(1), get(bytes)),
        turned,
        call(MULTIPLY, get(work), get(work), get(signs), get(bytes)),
        loop(at, { from: i32.of(0), until: get(bytes), by: i32.of(VECTOR) }, [
          store(here(to), f32x4.add(load(here(to)), load(here(work)))),
        ]),
        advance(weights, get(bytes)),
        advance(norms, get(bytes)),
        advance(signs, i32.mul(get(bytes), i32.of(3))),
      ]),
    ];
  });
}

let known: Compiled | undefined;

function functions(): Compiled {
  if (known !== undefined) return known;
  const procedures = [transform(), multiply(), project(), collect()];
  return (known = compiledOf(arena().compiled(procedures)!));
}

/**
 * Structured rows in float32, where code can be compiled: as {@link StructuredRows}, four numbers at a
 * time and several states on several threads. Holds signs and norms until it is disposed.
 */
export class TransformedRows {
  /** Rows with those that fill the last block, which are 0. */
  readonly rows: number;
  readonly #D: number;
  readonly #P: number;
  readonly #blocks: number;
  /** Signs, and norms behind them. */
  readonly #factors: Block<Arena>;
  readonly #norms: number;

  /** Null where a block is shorter than what is transformed at once. */
  static of(rows: StructuredRows): TransformedRows | null {
    return rows.P < SMALLEST ? null : new TransformedRows(rows);
  }

  private constructor({ D, P, blocks, signs, norms }: StructuredRows) {
    [this.#D, this.#P, this.#blocks, this.rows] = [D, P, blocks, blocks * P];
    this.#factors = new Block(NUMBER * (signs.length + this.rows), arena());
    this.#norms = this.#factors.at + NUMBER * signs.length;
    arena().floats(this.#factors.at, signs.length).set(signs);
    const lengths = arena().floats(this.#norms, this.rows).fill(0);
    lengths.set(norms.map((norm) => norm * P ** -1.5));
  }

  /** `scale · x ωᵀ`, `[B, rows]`, of states `[B, D]`; the caller frees it. */
  project(states: ArrayLike<number>, scale: number): SimdArray {
    const batch = states.length / this.#D;
    const from = made([batch, this.#P]);
    const to = made([batch, this.rows]);
    const padded = from.data.fill(0);
    for (let b = 0; b < batch; b++) {
      for (let d = 0; d < this.#D; d++) padded[b * this.#P + d] = scale * states[b * this.#D + d];
    }
    const bytes = NUMBER * this.#P;
    this.#each("project", batch, (b) => [
      to.at + b * this.#blocks * bytes,
      from.at + b * bytes,
      this.#factors.at,
      this.#norms,
      bytes,
      this.#blocks,
    ]);
    from.free();
    return to;
  }

  /** `weights ω`, `[B, D]`, of weights `[B, rows]`. */
  collect(weights: SimdArray): Float32Array {
    const batch = weights.length / this.rows;
    const work = made([batch, 2, this.#P]);
    work.data.fill(0);
    const bytes = NUMBER * this.#P;
    this.#each("collect", batch, (b) => [
      work.at + 2 * b * bytes,
      work.at + (2 * b + 1) * bytes,
      weights.at + b * this.#blocks * bytes,
      this.#factors.at,
      this.#norms,
      bytes,
      this.#blocks,
    ]);
    const sums = new Float32Array(batch * this.#D);
    for (let b = 0; b < batch; b++) {
      const at = 2 * b * this.#P;
      sums.set(work.data.subarray(at, at + this.#D), b * this.#D);
    }
    work.free();
    return sums;
  }

  dispose(): void {
    this.#factors.free();
  }

  #each(name: "project" | "collect", batch: number, call: (b: number) => readonly number[]): void {
    const work = batch * this.rows * 3 * Math.log2(this.#P);
    inParts(
      functions(),
      name,
      Array.from({ length: batch }, (_, b) => call(b)),
      work,
    );
  }
}
