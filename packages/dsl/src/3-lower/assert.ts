// Assertions: facts about sizes and consts, checked as soon as they are known.

import {
  type Apply,
  type Assertion,
  children,
  type Dim,
  type Environment,
  evaluateScalar,
  type Expr,
  HamError,
  replaceGets,
  type Tensor,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { listText } from "../2-check/place.ts";
import { assertFailed } from "../2-check/rules/assert-failed.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { NOWHERE } from "./expression.ts";
import type { ModelLowering } from "./model.ts";

/** Lowers an assertion, or reports and returns null. */
export function lowerAssert(model: ModelLowering, item: ast.AssertItem): Assertion | null {
  const condition = model.expressions.condition(item.condition, NOWHERE, "assert");
  if (condition === null) return null;
  const message =
    item.message?.value ?? `\`${model.expressions.written(item.condition.span)}\` does not hold`;
  return { condition, message };
}

/** Where the size of a dim came from, in words; null when the file itself says it. */
export type OriginOf = (dim: Dim) => string | null;

/** "true", "false" (then E0807 was reported) or "unknown" while a size is open. */
export function checkAssertion(
  diagnostics: Diagnostics,
  { condition, message }: Assertion,
  span: Span,
  known: { readonly sizes: ReadonlyMap<Dim, number>; readonly originOf: OriginOf },
): "true" | "false" | "unknown" {
  const written = withConsts(condition);
  const value = valueOf(written, known);
  if (value === null) return "unknown";
  if (value !== 0) return "true";
  assertFailed(
    diagnostics,
    { message, values: valuesText(written, known), span },
    origins(written, known),
  );
  return "false";
}

/** Consts that have a formula, written out. */
function withConsts(expr: Expr): Expr {
  const source = ({ source: from }: Tensor) => (from?.from === "value" ? from.value : null);
  return replaceGets(expr, ({ tensor }) => {
    const value = tensor.axes.length === 0 ? source(tensor) : null;
    return value && withConsts(value);
  });
}

function valueOf(expr: Expr, environment: Environment): number | null {
  try {
    return evaluateScalar(expr, environment);
  } catch (error) {
    if (HamError.isInstance(error)) return null;
    throw error;
  }
}

const SIGNS: Partial<Record<Apply["op"], string>> = { lt: "<", le: "<=", eq: "==", ne: "!=" };

/** The condition with numbers on both sides of its first comparison that fails. */
function valuesText(expr: Expr, environment: Environment): string {
  if (expr.kind !== "apply") return "the condition";
  const [a, b] = expr.args;
  const sign = SIGNS[expr.op];
  if (sign !== undefined) {
    return `${shortNumber(valueOf(a, environment)!)} ${sign} ${shortNumber(valueOf(b, environment)!)}`;
  }
  if (expr.op !== "and" && expr.op !== "or") return "the condition";
  const wrong = expr.args.find((part) => valueOf(part, environment) === 0) ?? a;
  return valuesText(wrong, environment);
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** "K = 1024 and D = 2304 come from icons.npz" */
function origins(
  expr: Expr,
  { sizes, originOf }: { readonly sizes: ReadonlyMap<Dim, number>; readonly originOf: OriginOf },
): string[] {
  const dims = new Set<Dim>();
  const visit = (node: Expr): void => {
    if (node.kind === "size") dims.add(node.dim);
    children(node).forEach(visit);
  };
  visit(expr);
  const byOrigin = new Map<string, string[]>();
  for (const dim of dims) {
    const origin = originOf(dim);
    if (origin === null) continue;
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), `${dim.name} = ${sizes.get(dim)}`]);
  }
  return [...byOrigin].map(
    ([origin, names]) => `${listText(names)} ${names.length === 1 ? "comes" : "come"} from ${origin}`,
  );
}
