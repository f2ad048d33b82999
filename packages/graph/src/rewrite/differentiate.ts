// Reverse accumulation in index notation: the gradient of a number, as an expression.
//
// Every shared subexpression is visited once. Its adjoint is an expression over its own free
// indices; when a parent has more indices than the child, the surplus is summed. No Jacobian is
// ever built, and what comes out is again an ordinary expression, so it can be differentiated
// again. (Laue, Mitterreiter & Giesen, "A simple and efficient tensor calculus", AAAI 2020.)

import { DERIVATIVES } from "./derivatives.ts";
import {
  add,
  apply,
  children,
  isValue,
  lit,
  mul,
  position,
  pow,
  reduce,
  select,
  softmax,
  sub,
  sum,
} from "../expr/expr.ts";
import { freshIndex, makeSubstitution, substituteIndices } from "./substitute.ts";
import type { Expr, Get, Index, Reduce, Softmax, Tensor } from "../expr/types.ts";

/**
 * `∂ expr / ∂ tensor[at…]` as an expression with the free indices `at`.
 *
 * @param expr - a scalar expression (no free indices).
 * @param at - one index for every axis of `tensor`, used nowhere else.
 */
export function gradient(expr: Expr, tensor: Tensor, at: readonly Index[]): Expr {
  return gradients(expr, [{ tensor, at }])[0];
}

/** Several gradients of one scalar expression in a single sweep; see {@link gradient}. */
export function gradients(
  expr: Expr,
  targets: readonly { tensor: Tensor; at: readonly Index[] }[],
): Expr[] {
  const wanted = new Set(targets.map((target) => target.tensor));
  const order = dependents(expr, wanted);
  const adjoints = new Map<Expr, Expr[]>([[expr, [lit(1)]]]);
  const reads = new Map<Tensor, { node: Get; adjoint: Expr }[]>();

  for (const node of order) {
    const adjoint = add(...(adjoints.get(node) ?? []));
    if (isValue(adjoint, 0)) continue;
    if (node.kind === "get") {
      append(reads, node.tensor, { node, adjoint });
      continue;
    }
    for (const [child, share] of shares(node, adjoint)) {
      if (!order.has(child)) continue;
      const mentioned = node.kind === "reduce" ? [...node.free, ...node.over] : node.free;
      const extra = mentioned.filter((index) => !child.free.includes(index));
      append(adjoints, child, sum(extra, share));
    }
  }

  return targets.map(({ tensor, at }) => {
    const own = reads.get(tensor) ?? [];
    const renamed = own.length > FEW_READS ? makeRenaming() : substituteIndices;
    const terms = own.map(({ node, adjoint }) => scatter(node, adjoint, at, renamed));
    return add(...terms);
  });
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/**
 * So many reads of a tensor are renamed each by itself: the copies cost little, and what was
 * exported and run elsewhere stays the same file. In a chain whose links all read the state, the
 * copies would take the square of its length.
 */
const FEW_READS = 16;

type Renaming = (expr: Expr, map: ReadonlyMap<Index, Index>) => Expr;

/** Renames indices; adjoints that are renamed alike go on to share their parts. */
function makeRenaming(): Renaming {
  const known: { map: ReadonlyMap<Index, Index>; rename: (expr: Expr) => Expr }[] = [];
  return (expr, map) => {
    let same = known.find(
      (other) =>
        other.map.size === map.size && [...map].every(([from, to]) => other.map.get(from) === to),
    );
    if (same === undefined) known.push((same = { map, rename: makeSubstitution(map) }));
    return same.rename(expr);
  };
}

/** The nodes that lead from `expr` to a wanted tensor, parents before children. */
function dependents(expr: Expr, wanted: ReadonlySet<Tensor>): Set<Expr> {
  const leads = new Map<Expr, boolean>();
  const finished: Expr[] = [];
  const visit = (node: Expr): boolean => {
    const known = leads.get(node);
    if (known !== undefined) return known;
    let reaches = node.kind === "get" && wanted.has(node.tensor);
    for (const child of children(node)) reaches = visit(child) || reaches;
    leads.set(node, reaches);
    if (reaches) finished.push(node);
    return reaches;
  };
  visit(expr);
  return new Set(finished.reverse());
}

/** What each child of `node` receives of its adjoint, before surplus indices are summed. */
function shares(node: Expr, adjoint: Expr): (readonly [Expr, Expr])[] {
  switch (node.kind) {
    case "apply": {
      const partials = DERIVATIVES[node.op](node.args, node);
      return node.args.flatMap((arg, i) => {
        const partial = partials[i];
        return partial == null ? [] : [[arg, mul(adjoint, partial)] as const];
      });
    }
    case "select":
      return [
        [node.whenTrue, select(node.condition, adjoint, lit(0))],
        [node.whenFalse, select(node.condition, lit(0), adjoint)],
      ];
    case "reduce":
      return [[node.body, guarded(node.where, reduceShare(node, adjoint))]];
    case "softmax":
      return [[node.body, softmaxShare(node, adjoint)]];
    default:
      return [];
  }
}

function guarded(where: Expr | null, share: Expr): Expr {
  return where === null ? share : select(where, share, lit(0));
}

function reduceShare(node: Reduce, adjoint: Expr): Expr {
  switch (node.op) {
    case "sum":
      return adjoint;
    case "logsumexp":
      return mul(adjoint, softmax(node.over, node.body, node.where));
    case "prod": {
      // The product of all other entries: right even where an entry is 0.
      const others = node.over.map(freshIndex);
      const rename = new Map(node.over.map((index, i) => [index, others[i]]));
      const differs = others
        .map((other, i) => apply("ne", position(other), position(node.over[i])))
        .reduce((a, b) => apply("or", a, b));
      const where =
        node.where === null
          ? differs
          : apply("and", differs, substituteIndices(node.where, rename));
      return mul(adjoint, reduce("prod", others, substituteIndices(node.body, rename), where));
    }
    case "max":
    case "min": {
      // Ties share equally, as in JAX.
      const hit = apply("eq", node.body, node);
      return mul(adjoint, hit, pow(sum(node.over, hit, node.where), lit(-1)));
    }
  }
}

function softmaxShare(node: Softmax, adjoint: Expr): Expr {
  const inner = node.over.map(freshIndex);
  const rename = new Map(node.over.map((index, i) => [index, inner[i]]));
  const weighted = mul(adjoint, node);
  const average = sum(inner, substituteIndices(weighted, rename));
  return mul(node, sub(adjoint, average));
}

/** The contribution of one read to the gradient at `at`. */
function scatter(node: Get, adjoint: Expr, at: readonly Index[], renamed: Renaming): Expr {
  const rename = new Map<Index, Index>();
  const conditions: Expr[] = [];
  node.at.forEach((index, axis) => {
    const target = at[axis];
    if (typeof index === "number") {
      conditions.push(apply("eq", position(target), lit(index)));
    } else if (rename.has(index)) {
      conditions.push(apply("eq", position(target), position(rename.get(index)!)));
    } else {
      rename.set(index, target);
    }
  });
  const value = renamed(adjoint, rename);
  return conditions.reduce((total, condition) => select(condition, total, lit(0)), value);
}

/**
 * The Hessian of `expr` with respect to `tensor`, applied to `direction`:
 * `Σ_j ∂²E/∂t_i∂t_j · u_j`, as an expression with the free indices `at`.
 */
export function hessianVectorProduct(
  expr: Expr,
  tensor: Tensor,
  direction: Tensor,
  at: readonly Index[],
): Expr {
  const inner = tensor.axes.map((dim, axis) => freshIndex({ name: at[axis].name, dim }));
  const slope = gradient(expr, tensor, inner);
  const along = sum(
    inner,
    mul(slope, { kind: "get", tensor: direction, at: inner, free: [...new Set(inner)] }),
  );
  return gradient(along, tensor, at);
}
