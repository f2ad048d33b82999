// Rewriting expressions: other indices for indices, other expressions for tensor entries.

import { makeIndex } from "../expr/dim.ts";
import {
  apply,
  get,
  lit,
  position,
  reduce,
  select,
  softmax,
  sub,
  logsumexp,
} from "../expr/expr.ts";
import { makeFold, mapChildren } from "../expr/parts.ts";
import type { Expr, Get, Index, Softmax } from "../expr/types.ts";

/** An index is replaced by another index or by a fixed position. */
export type IndexMap = ReadonlyMap<Index, Index | number>;

/** A fresh index over the same dim. */
export function freshIndex(index: Index): Index {
  return makeIndex(index.name, index.dim);
}

/**
 * `expr` with every free index of `map` replaced. Never captures: a binder whose index is the
 * target of the replacement is renamed first.
 */
export function substituteIndices(expr: Expr, map: IndexMap): Expr {
  return makeSubstitution(map)(expr);
}

/** {@link substituteIndices} for several expressions: parts that they share stay shared. */
export function makeSubstitution(map: IndexMap): (expr: Expr) => Expr {
  if (map.size === 0) return (expr) => expr;
  return makeFold((node, visit) => {
    if (!node.free.some((index) => map.has(index))) return node;
    switch (node.kind) {
      case "position": {
        const target = map.get(node.index)!;
        return typeof target === "number" ? lit(target) : position(target);
      }
      case "get":
        return get(
          node.tensor,
          node.at.map((index) => (typeof index === "number" ? index : (map.get(index) ?? index))),
        );
      case "reduce": {
        if (!meets(node.over, map)) return mapChildren(node, visit);
        const { over, inner } = underBinder(node.over, map);
        const where = node.where === null ? null : substituteIndices(node.where, inner);
        return reduce(node.op, over, substituteIndices(node.body, inner), where);
      }
      case "softmax":
        return substituteSoftmax(node, map);
      default:
        return mapChildren(node, visit);
    }
  });
}

/** True when a binder hides an index of the map, or would capture one of its targets. */
function meets(over: readonly Index[], map: IndexMap): boolean {
  const targets = new Set(map.values());
  return over.some((index) => map.has(index) || targets.has(index));
}

function underBinder(
  over: readonly Index[],
  map: IndexMap,
): { over: readonly Index[]; inner: IndexMap } {
  const targets = new Set(map.values());
  const inner = new Map(map);
  const renamed = over.map((index) => {
    inner.delete(index);
    if (!targets.has(index)) return index;
    const fresh = freshIndex(index);
    inner.set(index, fresh);
    return fresh;
  });
  return { over: renamed, inner };
}

/**
 * The indices of a softmax are free and bound at once: free where it is read, bound in its
 * normaliser. Renamed to indices of their own it stays a softmax; read at a fixed position, or on
 * a diagonal, it becomes `exp(body − logsumexp body)`.
 */
function substituteSoftmax(node: Softmax, map: IndexMap): Expr {
  const targets = node.over.map((index) => map.get(index) ?? index);
  const outer = new Map([...map].filter(([index]) => !node.over.includes(index)));
  const elsewhere = new Set<Index | number>(
    node.free.filter((index) => !node.over.includes(index)).map((i) => map.get(i) ?? i),
  );
  const distinct = new Set(targets).size === targets.length;
  if (distinct && targets.every((t) => typeof t !== "number" && !elsewhere.has(t))) {
    const where = node.where === null ? null : substituteIndices(node.where, map);
    return softmax(targets as Index[], substituteIndices(node.body, map), where);
  }
  const bound = node.over.map(freshIndex);
  const rename = new Map<Index, Index | number>(outer);
  node.over.forEach((index, i) => rename.set(index, bound[i]));
  const total = logsumexp(
    bound,
    substituteIndices(node.body, rename),
    node.where === null ? null : substituteIndices(node.where, rename),
  );
  const value = apply("exp", sub(substituteIndices(node.body, map), total));
  return node.where === null ? value : select(substituteIndices(node.where, map), value, lit(0));
}

/**
 * `expr` with tensor entries replaced: `entry` returns the expression to stand for a `Get`, or
 * null to keep it. What it returns may use the entry's own indices only.
 */
export function replaceGets(expr: Expr, entry: (node: Get) => Expr | null): Expr {
  return replaceParts(expr, (node) => (node.kind === "get" ? entry(node) : null));
}

/**
 * `expr` with parts replaced: `stand` returns the expression to stand for a part, or null to look
 * into it. What it returns may use the part's own free indices only.
 */
export function replaceParts(expr: Expr, stand: (node: Expr) => Expr | null): Expr {
  return makeFold<Expr>((node, visit) => stand(node) ?? mapChildren(node, visit))(expr);
}
