// Searches for fixed points on several threads, which stay from one part of a search to the next.

import type { CensusOptions, Searcher } from "@hamlet/ham";
import { inThreads } from "../threads/pool.ts";
import type { SearchAnswer, Searched, SearchJob } from "./worker.ts";

/** Calls `search` with who does the long parts of a census: threads, or nobody where one is asked for. */
export async function withSearchThreads<Result>(
  workers: number,
  search: (options: Pick<CensusOptions, "searcher">) => Promise<Result>,
): Promise<Result> {
  if (workers === 1) return await search({});
  const waiting: SearchJob[] = [];
  const asked = new Map<SearchJob, (answer: SearchAnswer) => void>();
  const state = { isOver: false };
  let wake = () => {};
  let work: Promise<void> = Promise.resolve();
  async function* jobs(): AsyncGenerator<SearchJob> {
    while (!state.isOver) {
      const job = waiting.shift();
      if (job !== undefined) yield job;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const start = (searched: Searched) => {
    work = inThreads<SearchJob, SearchAnswer>(jobs(), {
      module: ["./worker", import.meta.url],
      data: searched,
      threads: workers,
      onAnswer: (answer, job) => asked.get(job)!(answer),
    });
    // Who waits for an answer is told; where nobody does, the end is.
    work.catch(() => undefined);
  };
  const share = async (how: SearchJob["how"], starts: SearchJob["starts"]) => {
    const count = Math.min(workers, starts.length);
    const parts = Array.from({ length: count }, (_, i): SearchJob => {
      const [from, to] = [i, i + 1].map((end) => Math.floor((starts.length * end) / count));
      return { how, starts: starts.slice(from, to) };
    });
    const answers = Promise.all(
      parts.map((job) => new Promise<SearchAnswer>((resolve) => void asked.set(job, resolve))),
    );
    waiting.push(...parts);
    wake();
    // Threads end before the search does only by an error.
    await Promise.race([answers, work]);
    for (const job of parts) asked.delete(job);
    return (await answers).flat();
  };
  try {
    return await search({
      searcher(graph, space) {
        start({ graph, space });
        return {
          descend: (starts) => share("descend", starts) as ReturnType<Searcher["descend"]>,
          refine: (starts) => share("refine", starts) as ReturnType<Searcher["refine"]>,
        };
      },
    });
  } finally {
    state.isOver = true;
    wake();
    await work;
  }
}
