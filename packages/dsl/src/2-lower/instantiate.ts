// A definition is lowered once, over dims and tensors that stand for whatever it will be used with.
// Here they become those of one use.

import {
  add,
  children,
  type Dim,
  type Expr,
  type Index,
  lit,
  makeFold,
  makeIndex,
  mul,
  position,
  size,
  type Tensor,
  withChildren,
} from "@hamlet/graph";

/** Where an axis of a definition is read: at a fixed position, or along the axes it became. */
export type Place = number | readonly Index[];

/** What the dims and tensors of a definition are in one use. */
export interface Instance {
  /**
   * The axes that a dim of the definition became: one for a synapse, several where a Lagrangian
   * mixes several axes at once.
   */
  dims(dim: Dim): readonly Dim[];
  /** One entry of a tensor of the definition; null leaves it as it is. */
  entry(tensor: Tensor, at: readonly Place[]): Expr | null;
}

/** `expr` with everything of the definition replaced by what it is in `instance`. */
export function instantiate(expr: Expr, instance: Instance): Expr {
  const walked = new Map<Index, readonly Index[]>();

  function indices(index: Index): readonly Index[] {
    let known = walked.get(index);
    if (known === undefined) {
      const dims = instance.dims(index.dim);
      known = dims.map((dim, i) =>
        makeIndex(dims.length === 1 ? index.name : `${index.name}${i + 1}`, dim),
      );
      walked.set(index, known);
    }
    return known;
  }

  return makeFold<Expr>((node, visit) => {
    switch (node.kind) {
      case "size":
        return mul(...instance.dims(node.dim).map(size));
      case "position":
        // Several axes are one in row-major order.
        return indices(node.index).reduce<Expr>(
          (before, index) => add(mul(before, size(index.dim)), position(index)),
          lit(0),
        );
      case "get": {
        const at = node.at.map((index) => (typeof index === "number" ? index : indices(index)));
        return instance.entry(node.tensor, at) ?? node;
      }
      case "reduce":
      case "softmax":
        return withChildren(node, children(node).map(visit), node.over.flatMap(indices));
      default:
        return withChildren(node, children(node).map(visit));
    }
  })(expr);
}
