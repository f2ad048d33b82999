import { adam, adamw } from "./adam.ts";
import type { Optimiser } from "./optimiser.ts";
import { sgd } from "./sgd.ts";

/** Every optimiser, by name. */
export const OPTIMISERS: ReadonlyMap<string, Optimiser> = new Map(
  [sgd, adam, adamw].map((optimiser) => [optimiser.name, optimiser]),
);
