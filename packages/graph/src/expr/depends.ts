import { children } from "./expr.ts";
import { eachPart } from "./parts.ts";
import type { Expr, Tensor } from "./types.ts";

/** True when `expr` reads one of `tensors`. */
export function dependsOn(expr: Expr, tensors: ReadonlySet<Tensor>): boolean {
  return contains(expr, (node) => node.kind === "get" && tensors.has(node.tensor));
}

/** True when `expr` or a part of it satisfies `holds`. Shared parts are visited once. */
export function contains(expr: Expr, holds: (node: Expr) => boolean): boolean {
  const seen = new Set<Expr>();
  const visit = (node: Expr): boolean => {
    if (seen.has(node)) return false;
    seen.add(node);
    return holds(node) || children(node).some(visit);
  };
  return visit(expr);
}

/** True when `expr` reads a state or an activation, and so may change during a recall. */
export function moves(expr: Expr): boolean {
  return contains(
    expr,
    (node) =>
      node.kind === "get" && (node.tensor.kind === "activation" || node.tensor.kind === "state"),
  );
}

/** Every tensor that the expressions read. */
export function tensorsIn(expressions: readonly Expr[]): Set<Tensor> {
  const found = new Set<Tensor>();
  eachPart(expressions, (node) => {
    if (node.kind === "get") found.add(node.tensor);
  });
  return found;
}

/** Those of some items whose expression reads a tensor, by that tensor: found in one walk of each. */
export function readersOf<Item>(
  items: readonly Item[],
  expressionOf: (item: Item) => Expr,
): Map<Tensor, Item[]> {
  const readers = new Map<Tensor, Item[]>();
  for (const item of items) {
    for (const tensor of tensorsIn([expressionOf(item)])) {
      const known = readers.get(tensor);
      if (known === undefined) readers.set(tensor, [item]);
      else known.push(item);
    }
  }
  return readers;
}
