// One setting of a sweep after the other, in a thread of its own.

import { parentPort, workerData } from "node:worker_threads";
import { measureRecall, separationOf } from "@hamlet/kohonen";
import { readSeparation } from "@hamlet/model";
import { methodNamed, type SweepSetting } from "./points.ts";

const formula = workerData as string | null;
const own = formula === null ? null : separationOf(readSeparation(formula));

parentPort!.on("message", async (setting: SweepSetting) => {
  const method = methodNamed(setting.method, own);
  const measured = await measureRecall({ ...setting, method });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort!.postMessage(measured);
});
