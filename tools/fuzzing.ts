// What the programs that try a law any number of times share: their arguments, and how they end.

import type { RunDetails } from "fast-check";

/**
 * `COUNT [SEED]` of the command line, and says the seed, which a process that dies could not; says the
 * usage and ends the process where they are no numbers.
 */
export function countAndSeed(
  usage: string,
  usual: number,
): { readonly count: number; readonly seed: number } {
  const [, , count = usual, seed = Date.now() % 2 ** 31] = process.argv;
  const [many, from] = [Number(count), Number(seed)];
  if (!Number.isSafeInteger(many) || many < 1 || !Number.isSafeInteger(from)) endWith(usage);
  console.error(`seed ${from}`);
  return { count: many, seed: from };
}

/** Says how the program is called, and ends it. */
export function endWith(usage: string): never {
  console.error(`usage: ${usage}`);
  process.exit(2);
}

/** Whether the law was broken; then says the smallest sample that breaks it, and the exit code is 1. */
export function isBroken<T>({ failed, seed, errorInstance, counterexample }: RunDetails<T>) {
  if (!failed) return false;
  console.error(`seed ${seed}`);
  if (errorInstance instanceof Error) console.error(errorInstance.stack);
  console.error(JSON.stringify(counterexample));
  process.exitCode = 1;
  return true;
}
