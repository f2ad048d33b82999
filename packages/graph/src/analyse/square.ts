// The square inside a Euclidean log-sum-exp: log Σₘ exp(−½β |x̂ − ξₘ|²) is −½β |x̂|² plus a
// log-sum-exp of affine functions, because every |x̂ − ξₘ|² bends the same way.

import { tidy } from "../rewrite/canonical.ts";
import { contains, dependsOn } from "../expr/depends.ts";
import { hessianVectorProduct } from "../rewrite/differentiate.ts";
import { indicesOf } from "../expr/dim.ts";
import { lit, mul } from "../expr/expr.ts";
import { substituteIndices } from "../rewrite/substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Expr, Index, Tensor } from "../expr/types.ts";

/**
 * `weight` such that `expr − ½ weight Σ tensor²` is a log-sum-exp of affine functions of one of
 * the tensors, and so convex; null where the expression has not that form.
 */
export function squareInLogsumexp(
  expr: Expr,
  tensors: readonly Tensor[],
): { tensor: Tensor; weight: Expr } | null {
  if (expr.kind !== "reduce" || expr.op !== "logsumexp" || expr.where !== null) return null;
  const present = tensors.filter((tensor) => dependsOn(expr.body, new Set([tensor])));
  const counted = contains(
    expr.body,
    (node) => node.kind === "position" && expr.over.includes(node.index),
  );
  if (present.length !== 1 || counted) return null;
  const [tensor] = present;
  const first = substituteIndices(expr.body, new Map(expr.over.map((index) => [index, 0])));
  const weight = bendOf(first, tensor);
  if (weight === null) return null;
  // Every entry of the sum bends the same way if nothing that walks along it is left.
  const walked = new Set(expr.over.map(({ dim }) => dim));
  const differs = contains(
    weight,
    (node) => node.kind === "get" && node.tensor.axes.some((dim) => walked.has(dim)),
  );
  return differs ? null : { tensor, weight };
}

/** `w` where the Hessian of `expr` in `tensor` is `w` times the identity, else null. */
function bendOf(expr: Expr, tensor: Tensor): Expr | null {
  const direction = makeTensor("direction", "const", tensor.axes);
  const at = indicesOf(tensor.axes);
  const bend = tidy(hessianVectorProduct(expr, tensor, direction, at));
  const factors = bend.kind === "apply" && bend.op === "mul" ? bend.args : [bend];
  const along = factors.filter((factor) => isEntry(factor, direction, at));
  const scale = factors.filter((factor) => !along.includes(factor));
  const weight = scale.length === 0 ? lit(1) : mul(...scale);
  const constant = weight.free.length === 0 && !dependsOn(weight, new Set([tensor, direction]));
  return along.length === 1 && constant ? weight : null;
}

function isEntry(expr: Expr, tensor: Tensor, at: readonly Index[]): boolean {
  return (
    expr.kind === "get" &&
    expr.tensor === tensor &&
    expr.at.every((index, axis) => index === at[axis])
  );
}
