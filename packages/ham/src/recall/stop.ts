// Whether an example may stop.

import { evaluateScalar, type Recall, RECALL_QUANTITIES, type Tensor } from "@hamlet/graph";
import type { RecallSetup } from "./recall.ts";

/** Whether the `stop when` of a recall holds for an example; never without one. */
export function stopsAt(
  { stop }: Recall,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
  reached: { readonly step: number; readonly energy: number; readonly change: number },
): boolean {
  if (stop === null) return false;
  const { step, energy, change } = reached;
  const tensors = new Map<Tensor, ArrayLike<number>>([
    ...numbers,
    [RECALL_QUANTITIES.change, [change]],
    [RECALL_QUANTITIES.energy, [energy]],
    [RECALL_QUANTITIES.step, [step]],
    [RECALL_QUANTITIES.settled, [Number(change === 0)]],
  ]);
  return evaluateScalar(stop, { sizes, tensors }) !== 0;
}
