// A const that a schedule moves keeps its declaration all the time.

import {
  declaredRange,
  HamError,
  includes,
  makeClosures,
  makeRanges,
  type Recall,
  refusalOf,
  tensorsIn,
  demandOf,
} from "@hamlet/graph";
import type { RecallSetup } from "./recall.ts";
import { settingOf } from "./setting.ts";

/**
 * Checks every value that the schedules of a recall give: by its range where that is enough, else
 * at every step and, as some solvers look there too, between two steps.
 *
 * @throws HamError `ham/value-refused`.
 */
export function assertSchedulesAdmitted(recall: Recall, setup: RecallSetup): void {
  const { sizes, numbers } = setup;
  for (const { tensor, value } of recall.schedules) {
    const free = tensor.elem === "real" && tensor.bound === null;
    const certain = tensor.elem === "real" && includes(declaredRange(tensor), makeRanges()(value));
    if (free || certain) continue;
    const start = `The recall "${recall.name}": "${tensor.name}" takes ${demandOf(tensor)}`;
    const open = [...tensorsIn([value])].find((read) => !numbers.has(read));
    if (open !== undefined) {
      throw new HamError(
        "ham/value-refused",
        `${start}, but its schedule reads "${open.name}", so nothing keeps it there. Limit it in the formula by max(…) or min(…).`,
        { name: tensor.name },
      );
    }
    const clock = { time: 0 };
    const now = makeClosures({ sizes, tensors: numbers, clock }).compile(value);
    const halves = 2 * Math.max(1, settingOf(recall, setup, "steps") - 1);
    for (let half = 0; half <= halves; half++) {
      clock.time = half / halves;
      const found = now();
      // Between steps a whole number may be passed; only bounds hold there.
      const because = refusalOf(half % 2 === 0 ? tensor : { ...tensor, elem: "real" }, found);
      if (because === null) continue;
      throw new HamError(
        "ham/value-refused",
        `${start}, but its schedule gives ${found} at time ${clock.time}. Change the schedule, or the declaration of "${tensor.name}".`,
        { name: tensor.name, value: found, time: clock.time },
      );
    }
  }
}
