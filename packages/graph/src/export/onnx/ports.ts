// What goes into an exported file and comes out of it.

import { type Environment, sizeOfDim } from "../../expr/evaluate.ts";
import type { Dim, Tensor } from "../../expr/types.ts";
import type { Batch } from "./batch.ts";
import type { OnnxConstant, OnnxNode, OnnxPort } from "./model.ts";

/** What an export needs to know. */
export interface OnnxOptions {
  /** Sizes of dims that do not carry their own. */
  readonly sizes?: ReadonlyMap<Dim, number>;
  /** Entries of arrays that the file holds itself, as initialisers; the others are inputs. */
  readonly values?: ReadonlyMap<Tensor, ArrayLike<number>>;
  /**
   * Takes any number of examples at once: givens, states and what comes out have a leading axis
   * `batch`. Default false: one example, without that axis.
   */
  readonly batch?: boolean;
}

/** The port of a tensor. */
export function portOf(
  name: string,
  tensor: Tensor,
  { sizes, batch }: { readonly sizes: Environment; readonly batch: Batch },
): OnnxPort {
  const own = tensor.axes.map((dim) => sizeOfDim(dim, sizes));
  return { name, shape: batch.shape(tensor, own) };
}

/** Every name that nodes read, also those in the bodies of loops. */
export function namesRead(nodes: readonly OnnxNode[]): Set<string> {
  return new Set(
    nodes.flatMap(({ inputs, attributes }) => [
      ...inputs,
      ...Object.values(attributes).flatMap((value) =>
        typeof value === "object" && "nodes" in value
          ? [...namesRead(value.nodes), ...value.outputs.map(({ name }) => name)]
          : [],
      ),
    ]),
  );
}

/** The entries of a tensor as an initialiser. */
export function initialiserOf(
  name: string,
  { axes }: Tensor,
  { entries, sizes }: { readonly entries: ArrayLike<number>; readonly sizes: Environment },
): OnnxConstant {
  const shape = axes.map((dim) => sizeOfDim(dim, sizes));
  return { name, type: "float", shape, values: Array.from(entries) };
}
