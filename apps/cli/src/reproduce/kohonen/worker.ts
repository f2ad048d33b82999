// One setting of a sweep after the other, in a thread of its own.

import { type Closeness, measureRecall, separationOf } from "@hamlet/kohonen";
import { readSeparation } from "@hamlet/model";
import { doJobs } from "../../threads/thread.ts";
import { methodNamed, type SweepSetting } from "./points.ts";

interface Swept {
  readonly job: SweepSetting;
  readonly answer: Closeness;
  /** The formula of the user's own. */
  readonly data: string | null;
}

doJobs<Swept>(async (setting, { data: formula }) => {
  const own = formula === null ? null : separationOf(readSeparation(formula));
  return await measureRecall({ ...setting, method: methodNamed(setting.method, own) });
});
