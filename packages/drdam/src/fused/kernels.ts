// The two kernels: a pass over rows that are stored, and one over rows that are transforms.
//
// Both take a state x to its phases p = ⟨ω, x⟩, add Σ (a cos p + b sin p) over the rows to a kernel
// sum and Σ (b cos p − a sin p) ω to its slope, and keep nothing that has the length of the rows
// but, for transforms, one block. Sums are kept in four lanes each, which the caller adds up.

import { assembler } from "@hamlet/core/wasm";
import { sineLanes } from "./sine-lanes.ts";

const {
  assemble,
  bits,
  call,
  f32x4,
  get,
  i32,
  ifBelow,
  load,
  loadSplat,
  loop,
  multiplyAdd,
  procedure,
  set,
  shuffle,
  store,
  whileBelow,
} = assembler;
type Code = assembler.Code;
type Local = assembler.Local;
type Procedure = assembler.Procedure;

/** Rows of a group: four vectors, whose sums do not wait for each other. */
export const GROUP = 16;
const VECTOR = 16;
const GROUP_BYTES = 4 * GROUP;

/** One vector of rows: turns `phase` into the slope and adds its share to `total`. */
function share(local: (type: Local["type"]) => Local, isFused: boolean) {
  const madd = multiplyAdd(isFused);
  const [sine, cosine, sign, square, a, b] = Array.from({ length: 6 }, () => local("v128"));
  return (phase: Local, total: Local, sums: readonly [Code, Code]): Code =>
    [
      sineLanes({ angle: phase, sine, cosine, sign, square }, madd),
      set(a, sums[0]),
      set(b, sums[1]),
      set(total, madd(get(a), get(cosine), madd(get(b), get(sine), get(total)))),
      set(phase, f32x4.sub(f32x4.mul(get(b), get(cosine)), f32x4.mul(get(a), get(sine)))),
    ].flat();
}

/**
 * `stored(rows, sums, groups, states, queries, entries, totals)`: rows in groups of
 * {@link GROUP}, entry by entry; sums in groups, first those of the cosines; states one after the
 * other; totals `[queries, 1 + entries]` of four lanes each. `entries` is even, and a state is
 * padded with a zero.
 */
function storedRows(isFused: boolean): Procedure {
  return procedure("stored", 7, (parameters, local) => {
    const [rows, sums, groups, states, queries, entries, totals] = parameters;
    const madd = multiplyAdd(isFused);
    const [group, query, d, w, x, g, stride, width] = Array.from({ length: 8 }, () => local("i32"));
    const even = Array.from({ length: 4 }, () => local("v128"));
    const odd = Array.from({ length: 4 }, () => local("v128"));
    const [entry, total] = [local("v128"), local("v128")];
    const addShare = share(local, isFused);
    const zero = i32.of(0);
    const forward = [
      ...[...even, ...odd].map((phase) => set(phase, f32x4.of(0))),
      set(w, get(rows)),
      loop(d, { from: zero, until: get(entries), by: i32.of(2) }, [
        ...[even, odd].flatMap((phases, side) => [
          set(entry, loadSplat(get(x), 4 * side)),
          ...phases.map((phase, i) =>
            set(phase, madd(load(get(w), side * GROUP_BYTES + i * VECTOR), get(entry), get(phase))),
          ),
        ]),
        set(w, i32.add(get(w), i32.of(2 * GROUP_BYTES))),
        set(x, i32.add(get(x), i32.of(8))),
      ]),
      ...even.map((phase, i) => set(phase, f32x4.add(get(phase), get(odd[i])))),
    ];
    const slopes = even.map((phase, i) =>
      addShare(phase, total, [
        load(get(sums), i * VECTOR),
        load(get(sums), GROUP_BYTES + i * VECTOR),
      ]),
    );
    const backward = [
      set(w, get(rows)),
      loop(d, { from: zero, until: get(entries), by: i32.of(1) }, [
        set(g, i32.add(get(g), i32.of(VECTOR))),
        store(
          get(g),
          f32x4.add(
            madd(load(get(w), 0), get(even[0]), f32x4.mul(load(get(w), VECTOR), get(even[1]))),
            madd(
              load(get(w), 2 * VECTOR),
              get(even[2]),
              madd(load(get(w), 3 * VECTOR), get(even[3]), load(get(g))),
            ),
          ),
        ),
        set(w, i32.add(get(w), i32.of(GROUP_BYTES))),
      ]),
    ];
    return [
      set(stride, i32.mul(get(entries), i32.of(GROUP_BYTES))),
      set(width, i32.shl(i32.add(get(entries), i32.of(1)), i32.of(4))),
      loop(group, { from: zero, until: get(groups), by: i32.of(1) }, [
        set(x, get(states)),
        loop(query, { from: zero, until: get(queries), by: i32.of(1) }, [
          set(g, i32.add(get(totals), i32.mul(get(query), get(width)))),
          set(total, load(get(g))),
          ...forward,
          ...slopes,
          store(get(g), get(total)),
          ...backward,
        ]),
        set(rows, i32.add(get(rows), get(stride))),
        set(sums, i32.add(get(sums), i32.of(2 * GROUP_BYTES))),
      ]),
    ];
  });
}

/** `transform(work, bytes)`: the Walsh–Hadamard transform of 16 numbers or more, a power of two. */
function transform(): Procedure {
  return procedure("transform", 2, ([work, bytes], local) => {
    const [at, from, until, half, block] = Array.from({ length: 5 }, () => local("i32"));
    const [a, b, c, d] = Array.from({ length: 4 }, () => local("v128"));
    const four = [a, b, c, d];
    const butterfly = (x: Local, y: Local, spare: Local): Code => [
      ...set(spare, f32x4.sub(get(x), get(y))),
      ...set(x, f32x4.add(get(x), get(y))),
      ...set(y, get(spare)),
    ];
    const spare = local("v128");
    const across = [...butterfly(a, b, spare), ...butterfly(c, d, spare)];
    const over = [...butterfly(a, c, spare), ...butterfly(b, d, spare)];
    const MINUS = -0x8000_0000;
    const within = (x: Local): Code => [
      ...set(x, f32x4.add(shuffle(x, [1, 0, 3, 2]), bits.xor(get(x), bits.of(0, MINUS, 0, MINUS)))),
      ...set(x, f32x4.add(shuffle(x, [2, 3, 0, 1]), bits.xor(get(x), bits.of(0, 0, MINUS, MINUS)))),
    ];
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
          butterfly(a, b, spare),
          store(place(0), get(a)),
          store(place(1), get(b)),
        ]),
      ]),
    ];
  });
}

/** `multiply(target, factors, bytes)`: entry by entry. */
function multiply(): Procedure {
  return procedure("multiply", 3, ([target, factors, bytes], local) => {
    const at = local("i32");
    return [
      loop(at, { from: i32.of(0), until: get(bytes), by: i32.of(VECTOR) }, [
        store(
          i32.add(get(target), get(at)),
          f32x4.mul(load(i32.add(get(target), get(at))), load(i32.add(get(factors), get(at)))),
        ),
      ]),
    ];
  });
}

/**
 * `transformed(work, bytes, signs, norms, sums, state, totals)`: one block of rows
 * `norms · H S₃ H S₂ H S₁` for one state. `bytes` is the size of a block of numbers; the sums are
 * two of them, signs three, the state one; totals are four lanes and then one.
 */
function transformedRows(isFused: boolean): Procedure {
  return procedure("transformed", 7, (parameters, local) => {
    const [work, bytes, signs, norms, sums, state, totals] = parameters;
    const madd = multiplyAdd(isFused);
    const at = local("i32");
    const [phase, total] = [local("v128"), local("v128")];
    const addShare = share(local, isFused);
    const all = { from: i32.of(0), until: get(bytes), by: i32.of(VECTOR) };
    const here = (base: Local): Code => i32.add(get(base), get(at));
    const sign = (which: number): Code => i32.add(get(signs), i32.mul(get(bytes), i32.of(which)));
    const turn = call(TRANSFORM, get(work), get(bytes));
    const flip = (which: number): Code => call(MULTIPLY, get(work), sign(which), get(bytes));
    const sines = i32.add(here(sums), get(bytes));
    return [
      loop(at, all, [store(here(work), f32x4.mul(load(here(state)), load(here(signs))))]),
      turn,
      flip(1),
      turn,
      flip(2),
      turn,
      set(total, load(get(totals))),
      loop(at, all, [
        set(phase, f32x4.mul(load(here(work)), load(here(norms)))),
        addShare(phase, total, [load(here(sums)), load(sines)]),
        store(here(work), f32x4.mul(get(phase), load(here(norms)))),
      ]),
      store(get(totals), get(total)),
      turn,
      flip(2),
      turn,
      flip(1),
      turn,
      loop(at, all, [
        store(
          here(totals),
          madd(load(here(work)), load(here(signs)), load(here(totals), VECTOR)),
          VECTOR,
        ),
      ]),
    ];
  });
}

/** Places of the functions that others call. */
const [TRANSFORM, MULTIPLY] = [0, 1];

/** The kernels as they are exported; all arguments are addresses and counts in whole numbers. */
export interface Kernels {
  stored(
    rows: number,
    sums: number,
    groups: number,
    states: number,
    queries: number,
    entries: number,
    totals: number,
  ): void;
  transform(work: number, bytes: number): void;
  multiply(target: number, factors: number, bytes: number): void;
  transformed(
    work: number,
    bytes: number,
    signs: number,
    norms: number,
    sums: number,
    state: number,
    totals: number,
  ): void;
}

/** The bytes of the module; `isFused` where the machine multiplies and adds in one rounding. */
export function kernelModule(isFused: boolean): Uint8Array<ArrayBuffer> {
  return assemble([transform(), multiply(), storedRows(isFused), transformedRows(isFused)]);
}
