// Where compiled code that belongs to no program works: in memories of its own, or, once the engine of
// programs is there, in the memory of that, on its threads.

import { assemble, type Procedure } from "./assembler.ts";
import { compiled, functionsOf, makeLinearMemory, type Memory, PAGE } from "./host.ts";

/** Writes procedures; it is what their module is known by. */
type Write = () => readonly Procedure[];

/** Bytes that somebody has until they are given back. */
export interface Bench {
  /** Where they are in the memory. */
  readonly at: number;
  /** The memory as it is now: where others take more, there may be another afterwards. */
  readonly buffer: ArrayBufferLike;
  /**
   * Does calls of a procedure whose results do not meet: on several threads, if so many products of two
   * numbers are worth it.
   */
  run(name: string, calls: readonly (readonly number[])[], work: number): void;
  free(): void;
}

type TakeBench = (write: Write, bytes: number) => Bench | null;

let take: TakeBench = ownBench;

/** So many bytes for procedures; null where no code can be compiled, or there is no memory. */
export const takeBench: TakeBench = (write, bytes) => take(write, bytes);

/** From now on benches are taken where `offered` says; returns where they were taken before. */
export function offerBenches(offered: TakeBench): TakeBench {
  const before = take;
  take = offered;
  return before;
}

interface Own {
  readonly memory: Memory;
  readonly functions: Readonly<Record<string, (...numbers: readonly number[]) => void>>;
}

/** Modules, and their memories that nobody uses now: whoever takes turns with others has one each. */
const known = new Map<Write, { readonly module: object | null; readonly free: Own[] }>();

/** A bench in a memory of its own. */
export function ownBench(write: Write, bytes: number): Bench | null {
  if (!known.has(write)) known.set(write, { module: compiled(assemble(write())), free: [] });
  const { module, free } = known.get(write)!;
  if (module === null) return null;
  const own = free.pop() ?? made(module);
  if (own === null) return null;
  const { memory, functions } = own;
  const missing = bytes - memory.buffer.byteLength;
  try {
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  } catch {
    free.push(own);
    return null;
  }
  return {
    at: 0,
    buffer: memory.buffer,
    run(name, calls) {
      for (const call of calls) functions[name](...call);
    },
    free: () => void free.push(own),
  };
}

function made(module: object): Own | null {
  const memory = makeLinearMemory(PAGE);
  if (memory === null) return null;
  return { memory, functions: functionsOf(module, memory) as Own["functions"] };
}
