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
