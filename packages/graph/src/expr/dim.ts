import type { Dim, Expr, Index } from "./types.ts";

/** Makes a dim; `size` may be a whole number, an expression over other dims, or left open. */
export function makeDim(name: string, size: Expr | number | null = null): Dim {
  return { name, size: typeof size === "number" ? { kind: "lit", value: size, free: [] } : size };
}

/** Makes an index over `dim`. */
export function makeIndex(name: string, dim: Dim): Index {
  return { name, dim };
}

/** One fresh index for every dim, named after it in lower case. */
export function indicesOf(dims: readonly Dim[]): Index[] {
  const seen = new Map<string, number>();
  return dims.map((dim) => {
    const base = (/[\p{L}_]+/u.exec(dim.name)?.[0] ?? "i").toLowerCase();
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return makeIndex(count === 1 ? base : `${base}${count}`, dim);
  });
}
