// Nothing enters a model that its declarations rule out: certificates rest on them.

import {
  assumedRange,
  demandOf,
  firstRefused,
  HamError,
  holds,
  placeOf,
  printInterval,
  sizeOfDim,
  type EnergyGraph,
  type Tensor,
} from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { RecallSetup } from "../recall/recall.ts";

/** Whether the declaration of a tensor says more than that its entries are finite. */
function isConstrained({ elem, bound, kind, source }: Tensor): boolean {
  return elem !== "real" || bound !== null || (kind === "const" && source?.from === "value");
}

/**
 * Checks entries against the declaration of their tensor: element type, bound, and for a const the
 * formula that the graph holds.
 *
 * @throws HamError `ham/value-refused` with the first entry that the tensor does not take.
 */
export function assertAdmitted(
  tensor: Tensor,
  entries: ArrayLike<number>,
  shape: readonly number[],
): void {
  const { name } = tensor;
  const refused = firstRefused(tensor, entries);
  if (refused !== null) {
    const at = placeOf(refused.offset, shape);
    const rounded =
      refused.because === "rounding"
        ? `, which float32 holds as ${Math.fround(entries[refused.offset])}`
        : "";
    throw new HamError(
      "ham/value-refused",
      `"${name}" takes ${demandOf(tensor)}: found ${String(refused.value)} at [${at.join(", ")}]${rounded}. Give it other values${isConstrained(tensor) ? ", or declare it without that limit" : ""}.`,
      { name, at, value: Number(refused.value) },
    );
  }
  if (tensor.kind !== "const" || tensor.source?.from !== "value") return;
  const assumed = assumedRange(tensor);
  for (let offset = 0; offset < entries.length; offset++) {
    if (holds(assumed, entries[offset])) continue;
    const at = placeOf(offset, shape);
    throw new HamError(
      "ham/value-refused",
      `"${name}" is a const, and the graph was made with ${assumed.low === assumed.high ? `the value ${assumed.low}` : `values in ${printInterval(assumed)}`}: found ${entries[offset]} at [${at.join(", ")}]. Make the graph with that value, or make "${name}" a param.`,
      { name, at, value: entries[offset] },
    );
  }
}

/**
 * The same for tensors, which are borrowed. Those whose declaration says nothing are not read.
 *
 * @throws HamError `ham/value-refused`.
 */
export async function assertTensorsAdmitted(
  tensors: Iterable<readonly [Tensor, tf.Tensor]>,
): Promise<void> {
  for (const [tensor, value] of tensors) {
    if (isConstrained(tensor)) assertAdmitted(tensor, await value.data(), value.shape);
  }
}

/**
 * The same where nobody can wait.
 *
 * @throws HamError `ham/value-refused`.
 */
export function assertTensorsAdmittedSync(tensors: Iterable<readonly [Tensor, tf.Tensor]>): void {
  for (const [tensor, value] of tensors) {
    if (isConstrained(tensor)) assertAdmitted(tensor, value.dataSync(), value.shape);
  }
}

/**
 * The same for the numbers that a recall is made of.
 *
 * @throws HamError `ham/value-refused`.
 */
export function assertNumbersAdmitted(
  { tensors }: EnergyGraph,
  { numbers, sizes }: Pick<RecallSetup, "numbers" | "sizes">,
): void {
  for (const tensor of tensors) {
    const entries = numbers.get(tensor);
    if (entries === undefined || tensor.kind === "given" || !isConstrained(tensor)) continue;
    const shape = tensor.axes.map((dim) => sizeOfDim(dim, { sizes }));
    assertAdmitted(tensor, entries, shape);
  }
}

/** What a run must check beside its numbers: what it is given, and what came as tensors alone. */
export function unread(
  { numbers, values }: Pick<RecallSetup, "numbers" | "values">,
  givens: ReadonlyMap<Tensor, tf.Tensor> = new Map(),
): (readonly [Tensor, tf.Tensor])[] {
  return [...[...values].filter(([tensor]) => !numbers.has(tensor)), ...givens];
}
