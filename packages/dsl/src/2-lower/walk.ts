// Walking over the syntax of expressions.

import type * as ast from "../1-parse/ast.ts";
import type { Span } from "../source.ts";

/** Visits an expression and all its parts, parents first. */
export function walk(expression: ast.Expression, visit: (node: ast.Expression) => void): void {
  visit(expression);
  for (const part of partsOf(expression)) walk(part, visit);
}

/** The expressions that an expression is directly made of. */
export function partsOf(node: ast.Expression): readonly ast.Expression[] {
  switch (node.kind) {
    case "unary":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "reduce":
      return node.where === undefined ? [node.body] : [node.where, node.body];
    case "reference":
      return (node.args ?? []).map((arg) => arg.value);
    case "list":
      return node.elements;
    default:
      return [];
  }
}

/** Every index name that a reduction inside `expression` binds. */
export function binderNames(expression: ast.Expression): Set<string> {
  const names = new Set<string>();
  walk(expression, (node) => {
    if (node.kind === "reduce") for (const binder of node.binders) names.add(binder.name.text);
  });
  return names;
}

/** True when `name` stands somewhere in the expression, as a value or as an index. */
export function mentions(expression: ast.Expression, name: string): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind !== "reference") return;
    found ||= node.path.segments[0].text === name;
    found ||= (node.indices ?? []).some(
      (index) => index.kind === "name" && index.name.text === name,
    );
  });
  return found;
}

/** The places where `name` is an index of something, outside reductions that bind it anew. */
export function indexedUses(
  expression: ast.Expression,
  name: string,
): { reference: ast.Reference; axis: number; span: Span }[] {
  const uses: { reference: ast.Reference; axis: number; span: Span }[] = [];
  const visit = (node: ast.Expression): void => {
    if (node.kind === "reduce" && node.binders.some((binder) => binder.name.text === name)) return;
    if (node.kind === "reference") {
      node.indices?.forEach((index, axis) => {
        if (index.kind === "name" && index.name.text === name) {
          uses.push({ reference: node, axis, span: index.span });
        }
      });
    }
    partsOf(node).forEach(visit);
  };
  visit(expression);
  return uses;
}
