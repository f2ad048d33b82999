// Lanes of 256 bits. WebAssembly has vectors of 128 bits, of which V8 can make one of 256 where two
// neighbours do the same; it is told to by a flag, which is an experiment of V8 and off by default. A
// lane computes what it did before, so the bits stay: that is tried out before it stays on.

import { assemble, type Procedure } from "../../wasm/assembler.ts";
import { compiled, functionsOf, fusedOrNot, makeLinearMemory } from "../../wasm/host.ts";
import { blocks } from "./blocks.ts";
import { mix } from "./rows.ts";
import { NUMBER } from "./sizes.ts";

/** Whether compiled code uses wider lanes, and why or why not. */
export interface Turbo {
  readonly isOn: boolean;
  readonly why: string;
}

/** The process of Node that runs us. */
interface Host {
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly versions: { readonly v8?: string };
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flag: string): void };
}

const host = (): Host | undefined => (globalThis as { readonly process?: Host }).process;

/** The V8 of Node.js 24: what older ones make of this flag was not tried. */
const OLDEST_V8 = 13;
/** A kernel takes so much of its time at most: two thirds are usual. */
const LESS = 0.9;
/** How often each way is timed. */
const TIMES = 40;

/** The numbers of a product that is tried out: rows, queries and columns, none of them even. */
const [ROWS, QUERIES, COLUMNS] = [61, 13, 67];

let found: Turbo | undefined;

/** Whether the environment asks for it: the variable `HAMLET_TURBO` is 1. */
export function isTurboWanted(): boolean {
  return host()?.env?.["HAMLET_TURBO"] === "1";
}

/**
 * Lets compiled code use lanes of 256 bits where the processor has them: in Node.js 24 and newer on
 * processors with AVX2, by an experiment of V8 (`--experimental-wasm-revectorize`). Products take two
 * thirds of their time; every number is the same. It stays off where that does not show when it is tried
 * out, in some tens of milliseconds. It is a matter of the whole process and serves what is compiled
 * after it, so call it first; the environment variable `HAMLET_TURBO=1` does so.
 * @example
 * const { isOn, why } = useTurbo();
 */
export function useTurbo(): Turbo {
  found ??= triedOn(host());
  return found;
}

/** Turns it on where it serves, and tells. */
export function triedOn(process: Host | undefined): Turbo {
  const off = (why: string): Turbo => ({ isOn: false, why });
  const v8 = process?.getBuiltinModule?.("node:v8");
  if (process === undefined || v8 === undefined) return off("only Node.js can tell its engine to");
  if (process.arch !== "x64") return off(`it needs a processor with AVX2, found ${process.arch}`);
  if (Number.parseInt(process.versions.v8 ?? "0", 10) < OLDEST_V8) {
    return off("it needs Node.js 24 or newer");
  }
  try {
    // Optimised at once: what comes first otherwise is no matter of this.
    v8.setFlagsFromString("--no-liftoff");
    const narrow = attempt("narrow");
    v8.setFlagsFromString("--experimental-wasm-revectorize");
    const wide = attempt("wide");
    const why =
      narrow === null || wide === null ? "code cannot be compiled" : differing(narrow, wide);
    if (why === null) {
      return {
        isOn: true,
        why: "the numbers are the same, and come sooner, where it was tried out",
      };
    }
    v8.setFlagsFromString("--no-experimental-wasm-revectorize");
    return off(why);
  } finally {
    v8.setFlagsFromString("--liftoff");
  }
}

/** A way to compute the numbers that are compared. */
interface Attempt {
  readonly run: () => void;
  readonly bits: Int32Array;
}

/** Compiles products of its own, under a name that makes it another module, and does them once. */
function attempt(name: string): Attempt | null {
  const [y, x] = [0, 2 * QUERIES * COLUMNS];
  const m = x + QUERIES * ROWS;
  const count = m + ROWS * COLUMNS;
  const memory = makeLinearMemory(NUMBER * count);
  const named = (own: Procedure): Procedure => ({ ...own, name: `${name} ${own.name}` });
  const module = fusedOrNot((isFused) =>
    compiled(assemble([blocks, mix].map((write) => named(write(isFused))))),
  );
  if (memory === null || module === null) return null;
  const functions = functionsOf(module, memory) as Record<string, (...numbers: number[]) => void>;
  const numbers = new Float32Array(memory.buffer, 0, count);
  for (let n = x; n < count; n++) numbers[n] = Math.sin(n) * 2 ** ((n % 40) - 20);
  const product = (kernel: string, to: number) =>
    functions[`${name} ${kernel}`](
      NUMBER * to,
      NUMBER * COLUMNS,
      NUMBER * x,
      NUMBER * ROWS,
      NUMBER,
      NUMBER * m,
      NUMBER * COLUMNS,
      ROWS,
      QUERIES,
      COLUMNS,
    );
  const run = () => product("blocks", y);
  run();
  product("mix", y + QUERIES * COLUMNS);
  return { run, bits: new Int32Array(memory.buffer, 0, x) };
}

/** What speaks against the other way; null where nothing does. */
function differing(narrow: Attempt, wide: Attempt): string | null {
  if (wide.bits.some((bits, n) => bits !== narrow.bits[n])) return "the numbers were not the same";
  const least = [Infinity, Infinity];
  for (let n = 0; n < TIMES; n++) {
    [narrow, wide].forEach(({ run }, which) => {
      const began = performance.now();
      run();
      run();
      least[which] = Math.min(least[which], performance.now() - began);
    });
  }
  if (least[1] < LESS * least[0]) return null;
  return "the processor, or this Node.js, has nothing to gain by it";
}
