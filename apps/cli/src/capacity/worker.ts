// One number of patterns after the other, in a thread of its own.

import { startBackend } from "../backend.ts";
import { doJobs } from "../threads/thread.ts";
import { type CapacityPlan, type CapacityPoint, measureCapacity } from "./measure.ts";
import { type PatternPool, setsOf } from "./sets.ts";

/** What is the same for all numbers. */
export interface CapacityShare {
  readonly plan: Omit<CapacityPlan, "sets">;
  readonly pool: PatternPool;
}

/** What goes through such a thread. */
interface Measured {
  readonly job: number;
  readonly answer: CapacityPoint;
  readonly data: CapacityShare;
}

doJobs<Measured>(async (K, { data: { plan, pool }, onProgress }) => {
  await startBackend("cpu");
  const one = { ...plan, counts: [K], sets: setsOf(pool) };
  const [point] = await measureCapacity(one, ({ done }) => onProgress(done));
  return point;
});
