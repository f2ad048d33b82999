import type { Bound, Dim, Elem, Tensor, TensorKind, TensorSource } from "./types.ts";

/** Makes a tensor; everything but its name, kind and axes has a default. */
export function makeTensor(
  name: string,
  kind: TensorKind,
  axes: readonly Dim[] = [],
  options: { elem?: Elem; bound?: Bound | null; source?: TensorSource | null } = {},
): Tensor {
  const { elem = "real", bound = null, source = null } = options;
  return { name, kind, elem, axes, bound, source };
}
