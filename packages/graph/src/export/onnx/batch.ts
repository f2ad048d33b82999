// Many examples at once: one more axis in front of whatever differs between them.

import { makeDim, makeIndex } from "../../expr/dim.ts";
import { invariant } from "../../error.ts";
import { get } from "../../expr/expr.ts";
import { replaceGets } from "../../rewrite/substitute.ts";
import type { Expr, Index, Tensor } from "../../expr/types.ts";

/** The name that a file gives the number of its examples. */
export const BATCH = "batch";

/** The axis of the examples; without one, a file takes a single example. */
export class Batch {
  /** Null for a single example. */
  readonly index: Index | null;
  readonly #size: () => string;
  readonly #tensors = new Map<Tensor, Tensor>();

  /** `size` names the number of examples, as a list of one number. */
  constructor(size: (() => string) | null) {
    this.index = size === null ? null : makeIndex(BATCH, makeDim(BATCH));
    this.#size = size ?? (() => invariant(false, "a single example has no axis") as never);
  }

  size(): string {
    return this.#size();
  }

  /** The tensor with that axis, where it has one of its own for every example. */
  tensor(tensor: Tensor): Tensor {
    if (this.index === null || !varies(tensor)) return tensor;
    let whole = this.#tensors.get(tensor);
    if (whole === undefined) {
      whole = { ...tensor, axes: [this.index.dim, ...tensor.axes] };
      this.#tensors.set(tensor, whole);
    }
    return whole;
  }

  expr(expr: Expr): Expr {
    const { index } = this;
    if (index === null) return expr;
    return replaceGets(expr, ({ tensor, at }) =>
      varies(tensor) ? get(this.tensor(tensor), [index, ...at]) : null,
    );
  }

  axes(indices: readonly Index[]): readonly Index[] {
    return this.index === null ? indices : [this.index, ...indices];
  }

  /** The shape of a tensor whose own axes have the sizes `own`. */
  shape(tensor: Tensor, own: readonly number[]): (number | string)[] {
    return this.index !== null && varies(tensor) ? [BATCH, ...own] : [...own];
  }
}

function varies({ kind }: Tensor): boolean {
  return kind === "given" || kind === "state" || kind === "activation";
}
