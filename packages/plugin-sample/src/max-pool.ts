import {
  add,
  apply,
  type Expr,
  type HypersynapseUse,
  type Index,
  lit,
  makeIndex,
  mul,
  neg,
  position,
  reduce,
  sum,
} from "@hamlet/graph";

/**
 * Max pooling: `E = −Σ b[r, s, c] max a[h, w, c]` over the `h, w` of the window of `r, s`.
 *
 * Indices know no arithmetic, so a window is a guard: `window·r ≤ h < window·(r + 1)`. The
 * maximum is taken along `w` first and along `h` second, which needs no array of more than four
 * axes.
 */
export function maxPool({ dims, args: { a, b }, options }: HypersynapseUse): Expr {
  const window = options["window"] as Expr;
  const h = makeIndex("h", dims["H"]);
  const w = makeIndex("w", dims["W"]);
  const r = makeIndex("r", dims["H / window"]);
  const s = makeIndex("s", dims["W / window"]);
  const c = makeIndex("c", dims["C"]);
  const along = reduce("max", [w], a(h, w, c), inWindow(w, s, window));
  const pooled = reduce("max", [h], along, inWindow(h, r, window));
  return neg(sum([r, s, c], mul(b(r, s, c), pooled)));
}

function inWindow(fine: Index, coarse: Index, window: Expr): Expr {
  const from = mul(window, position(coarse));
  const to = mul(window, add(position(coarse), lit(1)));
  return apply("and", apply("le", from, position(fine)), apply("lt", position(fine), to));
}
