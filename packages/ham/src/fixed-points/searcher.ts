// The two long parts of a search for fixed points, which can be shared out: each start is on its own.

import { inTurns, type Turn } from "@hamlet/core";
import { descend } from "./descend.ts";
import type { Landscape, StateVector } from "./landscape.ts";
import { refine, type Refined } from "./refine.ts";

/** Searches from many starts. What is found from one has the same bits whatever the others are. */
export interface Searcher {
  /** Where descents of the energy end. */
  descend(starts: readonly StateVector[]): Promise<StateVector[]>;
  /** Where searches end that do not care which way is down. */
  refine(starts: readonly StateVector[]): Promise<Refined[]>;
}

/** Searches here. */
export function makeSearcher(landscape: Landscape, turn: Turn): Searcher {
  return {
    descend: (starts) => inTurns(descend(landscape, starts), turn),
    refine: (starts) => inTurns(refine(landscape, starts), turn),
  };
}
