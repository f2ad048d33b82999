// How many threads compiled programs use. The numbers are the same with any.

import { HamError } from "@hamlet/graph";

/** As many as are used unbidden: more would wait for memory rather than compute. */
const USUAL = 8;
/** As many as work is ever divided for. */
export const MOST_THREADS = 16;

/** What a host may have that runs us: Node, or a page or worker of a browser. */
interface Host {
  readonly process?: {
    readonly env: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: "node:os"): { availableParallelism(): number };
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
}

let wanted: number | undefined;

/** The threads that compiled programs use, with this one. */
export function threads(): number {
  wanted ??= ofHost();
  return wanted;
}

/**
 * Sets how many threads compiled programs use, with the one that calls; results do not depend on it.
 * By default as many as the machine has, at most 8, or what the environment variable `HAMLET_THREADS`
 * says; in a browser one, unless the page is isolated (`crossOriginIsolated`). Where the first compiled
 * program has run on one thread, it stays at one: its memory cannot be shared any more.
 * @throws HamError `core/threads`.
 */
export function useThreads(count: number): void {
  wanted = checked(count, `${count}`);
}

function ofHost(): number {
  const { process, navigator, crossOriginIsolated } = globalThis as unknown as Host;
  const os = process?.getBuiltinModule?.("node:os");
  if (process !== undefined && os !== undefined) {
    const told = process.env.HAMLET_THREADS;
    if (told !== undefined && told !== "") return checked(Number(told), told);
    return Math.min(USUAL, os.availableParallelism());
  }
  return crossOriginIsolated === true ? Math.min(USUAL, navigator?.hardwareConcurrency ?? 1) : 1;
}

function checked(count: number, told: string): number {
  if (Number.isInteger(count) && count >= 1) return Math.min(MOST_THREADS, count);
  throw new HamError(
    "core/threads",
    `The number of threads is ${told}, where a whole number from 1 on was expected.`,
  );
}
