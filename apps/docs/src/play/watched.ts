// A search that is watched: how far it is, again and again, and at last what it found.

import type { Signal } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** Where a search stands. */
export type Watched<Result> =
  | { readonly ending: "running" | "stopped"; readonly done: number }
  | { readonly ending: "failed"; readonly done: number; readonly problem: string }
  | { readonly ending: "found"; readonly done: 1; readonly result: Result };

/** What a search tells and what ends it. */
export interface Watch {
  readonly onProgress: (progress: { readonly done: number; readonly of: number }) => void;
  readonly signal: Signal;
}

/** What gives a search up, and what ends all that is asked for. */
export interface Ends {
  readonly enough: () => boolean;
  readonly signal: Signal | undefined;
}

/** Milliseconds between two looks at a search. */
const LOOK = 100;

/** Begins a search; tells how far it is, and at last what it found or why there is nothing. */
export async function* watched<Result>(
  search: (watch: Watch) => Promise<Result>,
  { enough, signal }: Ends,
): AsyncGenerator<Watched<Result>> {
  let [done, left] = [0, false];
  const searching = search({
    onProgress: (progress) => (done = progress.done / (progress.of ?? 1)),
    signal: {
      get aborted() {
        return left || enough() || signal?.aborted === true;
      },
    },
  });
  const ended = searching.then(
    () => true,
    () => true,
  );
  const look = () => new Promise<false>((resolve) => void setTimeout(resolve, LOOK, false));
  try {
    do yield { ending: "running", done };
    while (!(await Promise.race([ended, look()])));
    yield { ending: "found", done: 1, result: await searching };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (enough()) yield { ending: "stopped", done };
    else if (!HamError.isInstance(error)) throw error;
    else yield { ending: "failed", done, problem: error.message };
  } finally {
    // What it searches is disposed next.
    left = true;
    await ended;
  }
}
