// Where a sum that was forgotten can stand, and what picks one entry by a value.

import type * as ast from "../1-parse/ast.ts";
import type { Span } from "../source.ts";
import { indexedUses, partsOf } from "./walk.ts";

/** A text put in at a place of an expression, and the text that comes out. */
export interface Rewriting {
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
  /** The whole expression, rewritten. */
  readonly result: string;
}

/**
 * The places for `sum[i]` in an expression that reads something at an `i` which nothing binds. One
 * place: every other one gives the same value. Several: they differ, the outermost one first.
 *
 * From the outside in, a sum may pass whatever is linear: a sign, factors without `i`, other sums.
 * It may not pass a function, a power, or a summand without `i`.
 */
export function placesForSum(
  root: ast.Expression,
  names: readonly string[],
  op: "sum" | "mean",
  text: string,
): Rewriting[] {
  const places: Place[] = [];
  const reads = (part: ast.Expression) => names.some((name) => usesFreely(part, name));
  let node = root;
  let outside: ast.Expression | null = null;
  /** A sum around, with nothing but linear things between. */
  let host: ast.Reduce | null = null;
  for (;;) {
    const inner = partsOf(node).filter(reads);
    if (inner.length !== 1 || isEntry(node, names)) break;
    const [part] = inner;
    if (!isLinear(node, part)) {
      places.push({ node, outside, host });
      host = null;
    } else if (isPlain(node, op)) host = node;
    [outside, node] = [node, part];
  }
  places.push({ node, outside, host: isPlain(node, op) ? node : host });
  return places.map((place) => {
    const edits = editsForSum(place, names, op, text);
    return { edits, result: rewritten(text, root.span, edits) };
  });
}

interface Place {
  readonly node: ast.Expression;
  readonly outside: ast.Expression | null;
  readonly host: ast.Reduce | null;
}

function isPlain(node: ast.Expression, op: string): node is ast.Reduce {
  return node.kind === "reduce" && node.op === op;
}

/** Whether a name stands in an expression, as an index or as a number, where nothing binds it. */
function usesFreely(node: ast.Expression, name: string): boolean {
  if (indexedUses(node, name).length > 0) return true;
  if (node.kind === "reduce" && node.binders.some((binder) => binder.name.text === name)) {
    return false;
  }
  const isNumber =
    node.kind === "reference" && node.args === undefined && node.path.segments[0].text === name;
  return isNumber || partsOf(node).some((part) => usesFreely(part, name));
}

function editsForSum(
  { node, outside, host }: Place,
  names: readonly string[],
  op: "sum" | "mean",
  text: string,
): Rewriting["edits"] {
  const list = names.join(", ");
  if (host !== null) return [insertion(host.binders[0].span.start, `${list}, `)];
  // The body of a sum is a product, and a sum is no operand of a power or a quotient.
  const isOperand =
    outside?.kind === "binary" &&
    (outside.op === "^" || (outside.op === "/" && outside.right === node));
  const needsInner = isSum(node) && !isParenthesised(node, text);
  const put = `${isOperand ? "(" : ""}${op}[${list}] ${needsInner ? "(" : ""}`;
  const close = `${needsInner ? ")" : ""}${isOperand ? ")" : ""}`;
  const start = needsInner || isOperand ? node.span.start : afterSign(node, text);
  return [insertion(start, put), ...(close === "" ? [] : [insertion(node.span.end, close)])];
}

/** `-W[i] * v[i]` is read as `(-W[i]) * v[i]`, but its sum is better written `-sum[i] …`. */
function afterSign(node: ast.Expression, text: string): number {
  let first = node;
  while (first.kind === "binary" && !isParenthesised(first, text)) first = first.left;
  if (node.kind !== "binary" || first.kind !== "unary" || first.op !== "-") return node.span.start;
  return isParenthesised(first, text) ? node.span.start : first.operand.span.start;
}

/**
 * `sum[k where k == label] log(y[k])` for `log(y[label])`: the entry of `y` at a value. It is put
 * in front of the functions around it, which changes no value: exactly one `k` fits.
 */
export function pickByValue(
  root: ast.Expression,
  entry: ast.Reference,
  { value, axis, index }: { value: string; axis: ast.Index; index: string },
  text: string,
): Rewriting | null {
  const path = pathTo(root, entry);
  if (path === null) return null;
  let at = path.length - 1;
  while (at > 0 && isFunctionOfOne(path[at - 1])) at--;
  const place = path[at];
  const outside = at === 0 ? null : path[at - 1];
  const stands =
    outside === null ||
    isParenthesised(place, text) ||
    outside.kind === "unary" ||
    outside.kind === "reduce" ||
    (outside.kind === "reference" && outside.args !== undefined) ||
    (outside.kind === "binary" &&
      outside.op !== "^" &&
      !(outside.op === "/" && outside.right === place));
  const put = `sum[${index} where ${index} == ${value}] `;
  const edits = [
    insertion(place.span.start, stands ? put : `(${put}`),
    { span: axis.span, text: index },
    ...(stands ? [] : [insertion(place.span.end, ")")]),
  ];
  return { edits, result: rewritten(text, root.span, edits) };
}

/** A part of a text with edits that lie in it. */
export function rewritten(text: string, span: Span, edits: Rewriting["edits"]): string {
  let result = text.slice(span.start, span.end);
  const shift = span.start;
  for (const edit of edits.toSorted((a, b) => b.span.start - a.span.start)) {
    result =
      result.slice(0, edit.span.start - shift) + edit.text + result.slice(edit.span.end - shift);
  }
  return result;
}

const insertion = (at: number, text: string) => ({ span: { start: at, end: at }, text });

function isEntry(node: ast.Expression, names: readonly string[]): boolean {
  return (
    node.kind === "reference" &&
    (node.indices ?? []).some((one) => one.kind === "name" && names.includes(one.name.text))
  );
}

/** Whether a sum over what only `part` depends on may stand on either side of `node`. */
function isLinear(node: ast.Expression, part: ast.Expression): boolean {
  switch (node.kind) {
    case "unary":
      return node.op === "-";
    case "binary":
      return node.op === "*" || (node.op === "/" && node.left === part);
    case "reduce":
      return (node.op === "sum" || node.op === "mean") && node.body === part;
    default:
      return false;
  }
}

function isSum(node: ast.Expression): boolean {
  return node.kind === "binary" && node.op !== "*" && node.op !== "/" && node.op !== "^";
}

function isParenthesised({ span }: ast.Expression, text: string): boolean {
  if (text[span.start] !== "(" || text[span.end - 1] !== ")") return false;
  let depth = 0;
  for (let at = span.start; at < span.end - 1; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return false;
  }
  return true;
}

function isFunctionOfOne(node: ast.Expression): boolean {
  return node.kind === "reference" && node.args?.length === 1;
}

function pathTo(root: ast.Expression, wanted: ast.Expression): ast.Expression[] | null {
  if (root === wanted) return [root];
  for (const part of partsOf(root)) {
    const path = pathTo(part, wanted);
    if (path !== null) return [root, ...path];
  }
  return null;
}
