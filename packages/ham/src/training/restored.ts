// What a checkpoint brings is held to the model as everything else that enters it.

import { type ArrayData, asFloat64 } from "@hamlet/core";
import { HamError, placeOf, refusalOf, type Tensor } from "@hamlet/graph";
import type { Entries } from "../hypergraph/initial-entries.ts";

/**
 * Checks the weights of a checkpoint, and what their optimiser remembers.
 *
 * @throws HamError `core/bad-checkpoint` with the first entry that is no number.
 */
export function assertFinite(name: string, array: ArrayData): void {
  assertEntries(name, array, { elem: "real", bound: null });
}

/**
 * Checks the best params of a checkpoint: those that are trained, as they are declared.
 *
 * @throws HamError `core/bad-checkpoint`.
 */
export function assertBest(
  best: { readonly loss: number; readonly params: ReadonlyMap<string, ArrayData> },
  params: ReadonlyMap<Tensor, Entries>,
): void {
  if (!Number.isFinite(best.loss)) {
    throw damaged(`expected the lowest loss as a number, found ${best.loss}`);
  }
  const names = [...params.keys()].map(({ name }) => name);
  const unknown = [...best.params.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw damaged(`its best params hold "${unknown}", and those trained are ${names.join(", ")}`);
  }
  for (const [tensor, { shape }] of params) {
    const array = best.params.get(tensor.name);
    if (array === undefined || array.shape.join() !== shape.join()) {
      const found = array === undefined ? "nothing" : `[${array.shape.join(", ")}]`;
      throw damaged(
        `expected the best "${tensor.name}" of shape [${shape.join(", ")}], found ${found}`,
      );
    }
    assertEntries(`best "${tensor.name}"`, array, tensor);
  }
}

function assertEntries(
  name: string,
  { shape, data }: ArrayData,
  declared: Pick<Tensor, "elem" | "bound">,
): void {
  const numbers = asFloat64(data);
  const offset = numbers.findIndex((value) => refusalOf(declared, value) !== null);
  if (offset < 0) return;
  const at = placeOf(offset, shape).join(", ");
  throw damaged(`${name} holds ${numbers[offset]} at [${at}], which it cannot take`);
}

function damaged(what: string): HamError {
  return new HamError(
    "core/bad-checkpoint",
    `The checkpoint is damaged: ${what}. Take an earlier one, or start anew without it.`,
  );
}
