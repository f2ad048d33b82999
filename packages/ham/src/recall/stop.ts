// Whether an example may stop.

import { makeClosures, type Recall, RECALL_QUANTITIES } from "@hamlet/graph";
import type { RecallSetup } from "./recall.ts";

/** What is known of an example after a step. */
export interface Reached {
  readonly step: number;
  readonly energy: number;
  readonly change: number;
}

/** Whether the `stop when` of a recall holds for an example; never without one. */
export function makeStop(
  { stop }: Recall,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
): (reached: Reached) => boolean {
  if (stop === null) return () => false;
  const [change, energy, step, settled] = [[0], [0], [0], [0]];
  const quantities = [
    [RECALL_QUANTITIES.change, change],
    [RECALL_QUANTITIES.energy, energy],
    [RECALL_QUANTITIES.step, step],
    [RECALL_QUANTITIES.settled, settled],
  ] as const;
  const holds = makeClosures({ sizes, tensors: new Map([...numbers, ...quantities]) }).compile(
    stop,
  );
  return (reached) => {
    change[0] = reached.change;
    energy[0] = reached.energy;
    step[0] = reached.step;
    settled[0] = Number(reached.change === 0);
    return holds() !== 0;
  };
}
