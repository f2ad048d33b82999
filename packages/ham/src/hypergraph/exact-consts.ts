// Consts in float64, for searches in float64 and for settings.

import {
  type Dim,
  type EnergyGraph,
  evaluateScalar,
  type Expr,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";

/** Sizes and entries that formulas of consts are computed with. */
interface Numbers {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
}

/** A number that follows from consts, in float64: `100 * c` with `c = 0.1` is the whole number 10. */
export function exactScalar(expr: Expr, { sizes, tensors }: Numbers): number {
  const declared = [...tensorsIn([expr])];
  const exact = withExactConsts({ tensors: declared }, { sizes, tensors });
  return evaluateScalar(expr, { sizes, tensors: exact });
}

/**
 * The entries of tensors, those of consts that a formula gives as float64: a `beta = 0.1` that was
 * rounded to float32 for a backend would put energies off by 2e-8. Entries that are not the rounded
 * ones of their formula were set by someone, and stay.
 */
export function withExactConsts(
  { tensors: declared }: Pick<EnergyGraph, "tensors">,
  { sizes, tensors }: Numbers,
): Map<Tensor, ArrayLike<number>> {
  const exact = new Map(tensors);
  const done = new Set<Tensor>();
  const visit = (tensor: Tensor): void => {
    const { kind, source } = tensor;
    const rounded = tensors.get(tensor);
    if (done.has(tensor)) return;
    done.add(tensor);
    if (kind !== "const" || source?.from !== "value" || rounded === undefined) return;
    const reads = tensorsIn([source.value]);
    reads.forEach(visit);
    if (source.value.free.length > 0 || [...reads].some((read) => !exact.has(read))) return;
    const value = evaluateScalar(source.value, { sizes, tensors: exact });
    const isOwn = Array.from(rounded).every((entry) => near(entry, value));
    if (isOwn) exact.set(tensor, new Float64Array(rounded.length).fill(value));
  };
  declared.forEach(visit);
  return exact;
}

/** Whether an entry is a number in float32, computed in float32 from others. */
function near(entry: number, value: number): boolean {
  return Math.abs(entry - value) <= 1e-6 * Math.abs(value);
}
