// The change of an energy when one unit of a layer jumps, as an expression.
//
// Every tensor that moves has a *shift* beside it: how much each of its entries moves. The rules
// are those of exact differences, not of derivatives: for degrees up to two they give slope and
// curvature, for anything else the difference of two values.

import {
  add,
  dependsOn,
  type Expr,
  get,
  lit,
  makeFold,
  makeTensor,
  mul,
  replaceGets,
  select,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { type BinaryLayers, type OverlapForm, overlapForm } from "./overlaps.ts";

/** What a discrete solver needs to know of an energy. */
export interface FlipForm extends OverlapForm {
  /** For every overlap and layer, the tensor of how much its entries move. */
  readonly shifts: ReadonlyMap<Tensor, Tensor>;
  /** E(after) − E(before), over overlaps, layers and their shifts. */
  readonly change: Expr;
}

/** Derives ΔE of the flip of any one unit of the layers. */
export function flipForm(energy: Expr, layers: BinaryLayers): FlipForm {
  const form = overlapForm(energy, layers);
  const moving = [...form.overlaps.map(({ tensor }) => tensor), ...layers.keys()];
  const shifts = new Map(
    moving.map((tensor) => [tensor, makeTensor(`shift of ${tensor.name}`, "const", tensor.axes)]),
  );
  return { ...form, shifts, change: differenceOf(form.energy, shifts) };
}

/** `expr` after the shifts, minus `expr`. */
function differenceOf(expr: Expr, shifts: ReadonlyMap<Tensor, Tensor>): Expr {
  const moving = new Set(shifts.keys());
  const after = (node: Expr): Expr =>
    replaceGets(node, (entry) => {
      const shift = shifts.get(entry.tensor);
      return shift === undefined ? null : add(entry, get(shift, entry.at));
    });
  const change = makeFold((node) => (dependsOn(node, moving) ? difference(node) : lit(0)));
  const difference = (node: Expr): Expr => {
    switch (node.kind) {
      case "get":
        return get(shifts.get(node.tensor)!, node.at);
      case "select":
        if (dependsOn(node.condition, moving)) break;
        return select(node.condition, change(node.whenTrue), change(node.whenFalse));
      case "reduce":
        if (node.op !== "sum" || (node.where !== null && dependsOn(node.where, moving))) break;
        return sum(node.over, change(node.body), node.where);
      case "apply":
        if (node.op === "add") return add(...node.args.map(change));
        if (node.op === "mul") return ofProduct(node.args);
        if (node.op === "pow" && node.args[1].kind === "lit" && node.args[1].value === 2) {
          const [base] = node.args;
          return mul(change(base), add(mul(lit(2), base), change(base)));
        }
        break;
      default:
    }
    return sub(after(node), node);
  };
  const ofProduct = (factors: readonly Expr[]): Expr => {
    const still = factors.filter((factor) => !dependsOn(factor, moving));
    const [a, b, ...more] = factors.filter((factor) => dependsOn(factor, moving));
    if (b === undefined) return mul(...still, change(a));
    if (more.length > 0) {
      const all = [a, b, ...more];
      return mul(...still, sub(mul(...all.map(after)), mul(...all)));
    }
    const both = add(mul(a, change(b)), mul(change(a), b), mul(change(a), change(b)));
    return mul(...still, both);
  };
  return change(expr);
}
