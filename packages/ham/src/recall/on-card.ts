// Which steps shaders do not take: those that need the processor in between, and those that are too
// large for one workgroup an example.

import type { StepPart } from "./describe.ts";

/** Bytes that a step of one example moves at most: one workgroup reads some 100 GB/s. */
const LARGEST = 2 ** 25;

/** Why a step of one example had better run on tensors than in shaders; null where it had not. */
export function whyNotOnCard(parts: readonly StepPart[]): string | null {
  const solved = parts.find(({ kind, ops }) => kind === "host" && !ops.includes("normal"));
  if (solved !== undefined) {
    return `its solver computes ${solved.ops.join()} on the processor in every step, which shaders would wait for`;
  }
  const bytes = parts.reduce((all, part) => all + part.bytes, 0);
  if (bytes <= LARGEST) return null;
  const [own, most] = [bytes, LARGEST].map((n) => `${Math.ceil(n / 2 ** 20)} MB`);
  return `a step of one example moves ${own}, and more than ${most} take one workgroup longer than the whole card`;
}
