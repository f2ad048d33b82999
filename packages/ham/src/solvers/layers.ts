// Arithmetic of layers, and of all units of an example.

import { add, apply, type Expr, lit, mul, reduce, sub, sum } from "@hamlet/graph";
import type { Layers, Point } from "./solver.ts";

/** `x + a · y`, layer by layer. */
export function axpy(x: Layers, a: Expr | number, y: Layers): Layers {
  const factor = typeof a === "number" ? lit(a) : a;
  return x.map((layer, i) => add(layer, mul(factor, y[i])));
}

/** The largest of some numbers. */
export function largest(numbers: readonly Expr[]): Expr {
  return numbers.reduce((a, b) => apply("max", a, b));
}

/** The largest absolute entry of every layer. */
export function heights({ indices }: Pick<Point, "indices">, layers: Layers): Layers {
  return layers.map((layer, i) => reduce("max", indices[i], apply("abs", layer)));
}

/** The largest absolute difference of any activation. */
export function largestChange(before: Point, after: Pick<Point, "activations">): Expr {
  const moved = after.activations.map((layer, i) => sub(layer, before.activations[i]));
  return largest(heights(before, moved));
}

/** `Σ aᵢ bᵢ` over all units. */
export function inner({ indices }: Pick<Point, "indices">, a: Layers, b: Layers): Expr {
  return add(...a.map((layer, i) => sum(indices[i], mul(layer, b[i]))));
}
