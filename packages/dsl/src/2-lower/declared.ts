// What a part or a synapse declares of a name must follow from what is bound to it.

import { assumedRange, declaredRange, type Elem, includes, type Tensor } from "@hamlet/graph";
import { declaredWider } from "../rules/value-out-of-bounds.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** What a declaration says about every entry. */
export type Declared = Pick<Tensor, "elem" | "bound">;

/** Which element types hold nothing but entries of another. */
const HOLDS: Readonly<Record<Elem, readonly Elem[]>> = {
  real: ["real", "int", "bool", "sign", "bit"],
  int: ["int", "bool", "sign", "bit"],
  bool: ["bool", "bit"],
  bit: ["bool", "bit"],
  sign: ["sign"],
};

/** Whether everything that a tensor may hold is declared where it is bound; reports it if not. */
export function keepsDeclaration(
  diagnostics: Diagnostics,
  who: string,
  wanted: Declared,
  tensor: Tensor,
  span: Span,
): boolean {
  const fits =
    HOLDS[wanted.elem].includes(tensor.elem) &&
    includes(declaredRange(wanted), assumedRange(tensor));
  if (!fits) declaredWider(diagnostics, who, wanted, tensor.name, span);
  return fits;
}
