// Where a recall starts from.

import type { Key } from "@hamlet/core";
import { evaluateScalar, type Neuron, type Recall, sizeOfDim } from "@hamlet/graph";
import { type Among, drawnAmong } from "./among.ts";
import { drawEntries } from "./draw.ts";
import type { RecallSetup } from "./recall.ts";

/** The states of a layer that the recall draws, `[batch, …axes]`; null for one that it does not draw. */
export function drawnStart(
  recall: Recall,
  { sizes, numbers }: Pick<RecallSetup, "sizes" | "numbers">,
  neuron: Neuron,
  {
    key,
    batch,
    among,
  }: { readonly key: Key; readonly batch: number; readonly among?: Among | undefined },
): Float32Array | null {
  const start = recall.starts.find((item) => item.neuron === neuron);
  if (start?.from !== "draw") return null;
  const shape = neuron.axes.map((dim) => sizeOfDim(dim, { sizes }));
  const args = start.args.map((arg) => evaluateScalar(arg, { sizes, tensors: numbers }));
  return drawnAmong(
    (count) => drawEntries(neuron, { ...start, args }, [count, ...shape], key),
    batch,
    among,
  );
}
