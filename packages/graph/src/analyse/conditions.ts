// Conditions about whole expressions, put together from conditions about their entries.

import { apply, isLit, lit, reduce } from "../expr/expr.ts";
import { isCondition } from "../expr/scalar-functions.ts";
import type { Expr, Index } from "../expr/types.ts";

export const TRUE: Expr = lit(1);
export const FALSE: Expr = lit(0);

export function and(a: Expr, b: Expr): Expr {
  if (isLit(a)) return a.value === 0 ? FALSE : b;
  if (isLit(b)) return b.value === 0 ? FALSE : a;
  return apply("and", a, b);
}

export function or(a: Expr, b: Expr): Expr {
  if (isLit(a)) return a.value === 0 ? b : TRUE;
  if (isLit(b)) return b.value === 0 ? a : TRUE;
  return apply("or", a, b);
}

export function not(a: Expr): Expr {
  return apply("not", a);
}

/** A guard as exactly 0 or 1; no guard at all is always true. */
export function truth(guard: Expr | null): Expr {
  if (guard === null) return TRUE;
  return guard.kind === "apply" && isCondition(guard.op) ? guard : apply("ne", guard, lit(0));
}

/** 1 where `condition` holds in some entry of `over`. */
export function somewhere(over: readonly Index[], condition: Expr): Expr {
  const used = over.filter((index) => condition.free.includes(index));
  return used.length === 0 ? condition : reduce("max", used, condition);
}

/**
 * 1 where `condition` holds in some entry of `over` that a guard lets through. They are counted, as
 * the sum that they come from is taken, so that nothing has all indices of both at once.
 */
export function somewhereIn(over: readonly Index[], guard: Expr | null, condition: Expr): Expr {
  if (guard === null || isLit(condition)) return somewhere(over, and(truth(guard), condition));
  return apply("lt", lit(0), reduce("sum", over, condition, guard));
}
