import type { Recall } from "@hamlet/graph";

/** After how many steps the energy is kept: as the recall says, else `fallback`. */
export function recordEvery(recall: Recall, fallback: number): number {
  return recall.record.find(({ name }) => name === "energy")?.every ?? fallback;
}
