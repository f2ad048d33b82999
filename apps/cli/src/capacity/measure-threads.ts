// Measures numbers of patterns on several threads: each is measured alone, so that nothing changes.

import type { Progress } from "@hamlet/core";
import { inThreads } from "../threads/pool.ts";
import type { CapacityPoint } from "./measure.ts";
import type { PatternPool } from "./sets.ts";
import type { CapacityShare } from "./worker.ts";

/** As `measureCapacity`. */
export async function measureInThreads(
  plan: CapacityShare["plan"],
  { pool, workers }: { readonly pool: PatternPool; readonly workers: number },
  onProgress: (progress: Progress) => void,
): Promise<CapacityPoint[]> {
  const { counts } = plan;
  const share: CapacityShare = { plan, pool };
  const points = new Map<number, CapacityPoint>();
  const done = new Map<number, number>();
  // The largest first, so that no thread is left with it at the end.
  await inThreads<number, CapacityPoint>(counts.toSorted((a, b) => b - a).values(), {
    module: ["./worker", import.meta.url],
    data: share,
    threads: Math.min(workers, counts.length),
    onProgress(trials, K) {
      done.set(K, trials);
      const all = [...done.values()].reduce((sum, some) => sum + some, 0);
      onProgress({ done: all, of: counts.length * plan.trials });
    },
    onAnswer: (point, K) => void points.set(K, point),
  });
  return counts.map((K) => points.get(K)!);
}
