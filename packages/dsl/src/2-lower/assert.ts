// Assertions: facts about sizes and consts, checked as soon as they are known.

import { type Assertion, type Dim, eachPart, type Expr, replaceGets, sub } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { listText } from "../diagnostics/place.ts";
import { assertFailed } from "../rules/assert-failed.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { NOWHERE } from "./expression.ts";
import { knownValue } from "./known-value.ts";
import type { Lowering } from "./lowering.ts";
import { walk } from "./walk.ts";

/** Lowers an assertion, or reports and returns null. */
export function lowerAssert(model: Lowering, item: ast.AssertItem): Assertion | null {
  const condition = model.expressions.condition(item.condition, NOWHERE, "assert");
  if (condition === null) return null;
  const message =
    item.message?.value ?? `\`${model.expressions.written(item.condition.span)}\` does not hold`;
  const comparisons: { left: Expr; op: string; right: Expr; holds: Expr }[] = [];
  walk(item.condition, (node) => {
    if (node.kind !== "binary" || !["<", "<=", ">", ">=", "==", "!="].includes(node.op)) return;
    const [left, right, holds] = [node.left, node.right, node].map((part) =>
      model.expressions.lower(part),
    );
    if (left == null || right == null || holds == null) return;
    comparisons.push({ left, op: node.op, right, holds });
  });
  return { condition, message, comparisons };
}

/** Where the size of a dim came from, in words; null when the file itself says it. */
export type OriginOf = (dim: Dim) => string | null;

/** "true", "false" (then E0807 was reported) or "unknown" while a size is open. */
export function checkAssertion(
  diagnostics: Diagnostics,
  { condition, message, comparisons }: Assertion,
  span: Span,
  known: { readonly sizes: ReadonlyMap<Dim, number>; readonly originOf: OriginOf },
): "true" | "false" | "unknown" {
  const valueOf = (expr: Expr) => knownValue(withConsts(expr), known);
  const value = valueOf(condition);
  if (value === null) return "unknown";
  // What is no number is neither above another nor not.
  const open = comparisons.find(({ left, right }) => Number.isNaN(valueOf(sub(left, right))));
  // Where one part is enough, another may have no answer.
  const isEither = condition.kind === "apply" && condition.op === "or";
  if (value !== 0 && (isEither || open === undefined)) return "true";
  const wrong = open ?? comparisons.find(({ holds }) => valueOf(holds) === 0);
  const number = (expr: Expr) => String(Number((valueOf(expr) ?? Number.NaN).toFixed(2)));
  const values =
    wrong === undefined
      ? "the condition"
      : `${number(wrong.left)} ${wrong.op} ${number(wrong.right)}`;
  assertFailed(diagnostics, { message, values, span }, origins(withConsts(condition), known));
  return "false";
}

/** Consts that have a formula, written out. */
function withConsts(expr: Expr): Expr {
  return replaceGets(expr, ({ tensor: { axes, source } }) =>
    axes.length === 0 && source?.from === "value" ? withConsts(source.value) : null,
  );
}

/** "K = 1024 and D = 2304 come from icons.npz" */
function origins(
  expr: Expr,
  { sizes, originOf }: { readonly sizes: ReadonlyMap<Dim, number>; readonly originOf: OriginOf },
): string[] {
  const dims = new Set<Dim>();
  eachPart([expr], (node) => {
    if (node.kind === "size") dims.add(node.dim);
  });
  const byOrigin = new Map<string, string[]>();
  for (const dim of dims) {
    const origin = originOf(dim);
    if (origin === null) continue;
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), `${dim.name} = ${sizes.get(dim)}`]);
  }
  return [...byOrigin].map(
    ([origin, names]) =>
      `${listText(names)} ${names.length === 1 ? "comes" : "come"} from ${origin}`,
  );
}
