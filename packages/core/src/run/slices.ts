// A step whose intermediates would not fit into memory runs a few examples at a time.
//
// Examples never meet, so the batch can be cut anywhere. What an earlier stage computed for the
// batch is cut too; where it was computed with the batch merged into another axis there is no clean
// cut, and the step runs whole. So does a step with a sum over the examples.

import { BATCH, type Plan } from "../plan/instruction.ts";

/** Consecutive examples of a batch. */
export interface Slice {
  readonly from: number;
  readonly count: number;
}

/** How many examples a step may take at once so that no intermediate exceeds `budget` entries. */
export function examplesAtOnce({ instructions, outputs, summed }: Plan, budget: number): number {
  if (summed) return Infinity;
  const steps = instructions.filter(({ stage }) => stage === "step");
  const read = new Set([...steps.flatMap(({ inputs }) => inputs), ...outputs.values()]);
  const fromBefore = [...read].map((slot) => instructions[slot]);
  const merged = fromBefore.some(
    ({ stage, shape }) => stage !== "step" && shape.some((n) => n < 0 && n !== BATCH),
  );
  if (merged) return Infinity;
  const perExample = steps
    .filter(({ op, shape }) => op !== "input" && shape.some((n) => n < 0))
    .map(({ shape }) => shape.reduce((total, n) => total * Math.abs(n), 1));
  const largest = Math.max(0, ...perExample);
  return largest === 0 ? Infinity : Math.max(1, Math.floor(budget / largest));
}

/** The slices of a batch. */
export function slicesOf(batch: number, atOnce: number): Slice[] {
  const slices: Slice[] = [];
  for (let from = 0; from < batch; from += atOnce) {
    slices.push({ from, count: Math.min(atOnce, batch - from) });
  }
  return slices;
}
