// The same numbers in another order of steps.

import type { Instruction } from "../../plan/instruction.ts";
import type { View } from "./actions.ts";
import { stepsOf } from "./loops.ts";

/** What a slot is when transposes and reshapes of its stage are undone; null where no steps tell it. */
export function seenThrough(instructions: readonly Instruction[], slot: number): View | null {
  const { op, inputs, numbers, shape, stage } = instructions[slot];
  if (op === "tile" || shape.some((n) => n < 0)) return null;
  if (op !== "transpose" && op !== "reshape")
    return { base: slot, sizes: shape, strides: stepsOf(shape) };
  const [from] = inputs;
  const isOwn = instructions[from].stage === stage;
  const sizes = instructions[from].shape;
  const seen = isOwn
    ? seenThrough(instructions, from)
    : { base: from, sizes, strides: stepsOf(sizes) };
  if (seen === null) return null;
  if (op === "transpose") {
    return { ...seen, sizes: shape, strides: numbers.map((axis) => seen.strides[axis]) };
  }
  const strides = reshaped(seen, shape);
  return strides && { ...seen, sizes: shape, strides };
}

/** Steps along the axes of another shape; null where there are none. */
function reshaped({ sizes, strides }: View, shape: readonly number[]): number[] | null {
  /** Axes that are not walked as one. */
  const runs: { size: number; readonly stride: number }[] = [];
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const stride = strides[axis];
    const last = runs.at(-1);
    const joins = last !== undefined && last.stride === size * stride;
    if (joins) runs.pop();
    runs.push({ size: joins ? last.size * size : size, stride });
  });
  const steps: number[] = [];
  for (const size of shape) {
    if (runs[0]?.size === 1) runs.shift();
    const [run] = runs;
    if (size !== 1 && (run === undefined || run.size % size !== 0)) return null;
    if (size !== 1) run.size /= size;
    steps.push(size === 1 ? 0 : run.stride * run.size);
  }
  return steps;
}
