// The temperature of a stochastic recall: a number, or a formula over a const that is scheduled.

import { HamError, makeClosures, type Recall, replaceGets } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { settingOf } from "../recall/setting.ts";

/**
 * The temperature as a function of the clock; it is checked whenever it changes.
 *
 * @throws HamError `ham/bad-setting`, also later, where a schedule makes it negative.
 */
export function temperatureOf(
  recall: Recall,
  setup: RecallSetup,
  clock: { time: number },
): () => number {
  if (recall.schedules.length === 0) {
    const temperature = settingOf(recall, setup, "temperature");
    return () => temperature;
  }
  const values = new Map(recall.schedules.map(({ tensor, value }) => [tensor, value]));
  const written = recall.solver.options.get("temperature");
  if (written === undefined) settingOf(recall, setup, "temperature");
  const expr = replaceGets(written!, ({ tensor }) => values.get(tensor) ?? null);
  const { sizes, numbers } = setup;
  const value = makeClosures({ sizes, tensors: numbers, clock }).compile(expr);
  return () => {
    const now = value();
    if (now >= 0) return now;
    throw new HamError(
      "ham/bad-setting",
      `The recall "${recall.name}": expected "temperature" to be 0 or above, found ${now} at time ${clock.time} of its schedule.`,
    );
  };
}
