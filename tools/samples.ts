// As many samples of a law as the run wants, from its seed; see sampling.ts.

import { inject } from "vitest";
import type { Sampling } from "./sampling.ts";

declare module "vitest" {
  interface ProvidedContext extends Sampling {}
}

/** So many samples, more or fewer as the run wants; at least one. */
export const samples = (count: number): number =>
  Math.max(1, Math.round(count * inject("samples")));

/** Where the samples of this run come from. */
export const seed = (): number => inject("seed");

/**
 * As many of a list as the run wants, in their order, at least one; others in every run.
 * @param count - Of how many it may want more or fewer; default all of them.
 */
export function some<One>(list: readonly One[], count = list.length): One[] {
  const wanted = samples(count);
  return list.filter((_, at) => (at + seed()) % list.length < wanted);
}

/** Every so many-th, from another one on in every run; all of them with as many times the samples. */
export function everySo(many: number): { readonly stride: number; readonly offset: number } {
  const stride = Math.max(1, Math.round(many / samples(1)));
  return { stride, offset: seed() % stride };
}
