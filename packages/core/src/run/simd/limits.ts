// What one core of the machine does at most: numbers read in order, and multiply-adds.

import {
  assemble,
  type Code,
  f32x4,
  get,
  i32,
  load,
  type Local,
  multiplyAdd,
  procedure,
  type Procedure,
  set,
  store,
  whileBelow,
} from "../../wasm/assembler.ts";
import { compiled, functionsOf, fusedOrNot, makeLinearMemory } from "../../wasm/host.ts";
import { LANES, VECTOR } from "./sizes.ts";

/** What one thread of compiled code reaches here. */
export interface Limits {
  /** Bytes read a second, of more than near caches hold. */
  readonly bytesPerSecond: number;
  /** Operations on float32 numbers a second: two a multiply-add. */
  readonly flopsPerSecond: number;
}

/** How limits are measured. */
export interface LimitsOptions {
  /** Milliseconds; default: those of this process. */
  readonly clock?: () => number;
  /** Milliseconds that each of the two takes; default 100. */
  readonly atLeast?: number;
}

/** Bytes of a pass. */
const PASS = 2 ** 26;
/** Vectors that are summed side by side: as many as hide how long one takes. */
const SIDE_BY_SIDE = 12;
/** Passes at least: the first ones run code that is not optimised yet. */
const PASSES = 20;
const TURNS = 2 ** 18;
const FLOPS = 2 * LANES * SIDE_BY_SIDE * TURNS;

/** Sums of vectors, kept where the memory begins so that none is left out. */
function summing(
  name: string,
  step: (sums: readonly Local[], at: Local) => readonly Code[],
  by: number,
): Procedure {
  return procedure(name, 2, ([at, until], local) => {
    const sums = Array.from({ length: SIDE_BY_SIDE }, () => local("v128"));
    return [
      ...sums.map((sum) => set(sum, f32x4.of(0))),
      whileBelow(get(at), get(until), [...step(sums, at), set(at, i32.add(get(at), i32.of(by)))]),
      ...sums.map((sum, n) => store(i32.of(0), get(sum), VECTOR * n)),
    ];
  });
}

const reading = summing(
  "read",
  (sums, at) => sums.map((sum, n) => set(sum, f32x4.add(get(sum), load(get(at), VECTOR * n)))),
  VECTOR * SIDE_BY_SIDE,
);
const computing = (isFused: boolean) =>
  summing(
    "compute",
    (sums) =>
      sums.map((sum) => set(sum, multiplyAdd(isFused)(get(sum), f32x4.of(0.5), f32x4.of(1)))),
    1,
  );

/**
 * Measures the limits of one core, in about a fifth of a second: the best of some passes over 64 MB,
 * and of some loops of independent multiply-adds in vectors of 128 bits. Null where no code can be
 * compiled.
 */
export function measureLimits({
  clock = () => performance.now(),
  atLeast = 100,
}: LimitsOptions = {}): Limits | null {
  const memory = makeLinearMemory(PASS + VECTOR * SIDE_BY_SIDE);
  const module = fusedOrNot((isFused) => compiled(assemble([reading, computing(isFused)])));
  if (memory === null || module === null) return null;
  // Pages that nobody has written are all the same one, which a cache holds.
  new Uint8Array(memory.buffer).fill(1);
  const run = functionsOf(module, memory) as Record<
    "read" | "compute",
    (at: number, until: number) => void
  >;
  const best = (once: () => void): number => {
    const began = clock();
    let [least, now] = [Infinity, began];
    let passes = 0;
    do {
      once();
      passes++;
      const ended = clock();
      least = Math.min(least, ended - now);
      now = ended;
    } while (now - began < atLeast || passes < PASSES);
    return least / 1000;
  };
  return {
    bytesPerSecond: PASS / best(() => run.read(0, PASS)),
    flopsPerSecond: FLOPS / best(() => run.compute(0, TURNS)),
  };
}
