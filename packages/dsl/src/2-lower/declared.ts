// What a part or a synapse declares of a name must follow from what is bound to it.

import {
  assumedRange,
  declaredRange,
  type Elem,
  type Expr,
  includes,
  isLit,
  isWhole,
  makeRanges,
  refusalOf,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { declaredWider, formulaWider, valueRefused } from "../rules/value-out-of-bounds.ts";
import type { Span } from "../source.ts";
import type { Lowering } from "./lowering.ts";

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
  { diagnostics, scheduled }: Lowering,
  who: string,
  wanted: Declared,
  tensor: Tensor,
  span: Span,
): boolean {
  const range = scheduled.has(tensor.name) ? declaredRange(tensor) : assumedRange(tensor);
  const fits = HOLDS[wanted.elem].includes(tensor.elem) && includes(declaredRange(wanted), range);
  if (!fits) declaredWider(diagnostics, { who, wanted, written: tensor.name, span });
  return fits;
}

/** The same of a formula, or of a `let` entry by entry, for the name that it is bound to. */
export function formulaKeeps(
  model: Lowering,
  { who, name }: { readonly who: string; readonly name: string },
  wanted: Declared,
  value: Expr,
  span: Span,
): boolean {
  const { diagnostics, scheduled } = model;
  if (isLit(value)) {
    const fits = refusalOf(wanted, value.value) === null;
    if (!fits) valueRefused(diagnostics, name, wanted, value.value, span, null);
    return fits;
  }
  const isElement =
    wanted.elem === "real" ||
    (wanted.elem === "int" && isWhole(value)) ||
    (value.kind === "get" && HOLDS[wanted.elem].includes(value.tensor.elem));
  const moved = [...tensorsIn([value])].filter((tensor) => scheduled.has(tensor.name));
  const range = makeRanges(new Map(moved.map((tensor) => [tensor, declaredRange(tensor)])));
  const fits = isElement && includes(declaredRange(wanted), range(value));
  if (!fits)
    formulaWider(diagnostics, { who, wanted, written: model.expressions.written(span), span });
  return fits;
}
