// Searches for fixed points from some starts after the other, in a thread of its own.

import { makeTurn } from "@hamlet/core";
import type { EnergyGraph } from "@hamlet/graph";
import { type LandscapeSpace, makeLandscape, makeSearcher, type Searcher } from "@hamlet/ham";
import { doJobs } from "../threads/thread.ts";

/** Some starts, and what is to be done from them. */
export interface SearchJob {
  readonly how: keyof Searcher;
  readonly starts: readonly Float64Array<ArrayBuffer>[];
}

/** Where each of them ended, as a `Searcher` says it. */
export type SearchAnswer = Awaited<ReturnType<Searcher[keyof Searcher]>>;

/** The energy that is searched, which is plain data. */
export interface Searched {
  readonly graph: EnergyGraph;
  readonly space: LandscapeSpace;
}

interface Search {
  readonly job: SearchJob;
  readonly answer: SearchAnswer;
  readonly data: Searched;
}

let searcher: Searcher | null = null;

doJobs<Search>(async ({ how, starts }, { data: { graph, space }, signal }) => {
  searcher ??= makeSearcher(makeLandscape(graph, space), makeTurn(signal));
  return await searcher[how](starts);
});
