// What two tensors have in common, for tests and metrics.

import {
  apply,
  type Expr,
  indicesOf,
  lit,
  mul,
  position,
  pow,
  reduce,
  sub,
  sum,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { startShape } from "../rules/start-shape.ts";
import { NOWHERE, type Slice } from "./expression.ts";
import type { Lowering } from "./lowering.ts";

const EXAMPLES: Readonly<Record<string, string>> = {
  overlap: "`overlap(a, b)`",
  close: "`close(a, b, 0.01)`",
  correct: "`correct(y, label)`",
};

/** The arguments of a comparison, the first two as tensors. */
function twoOf(model: Lowering, call: ast.Reference, count: number) {
  const name = call.path.segments[0].text;
  const args = call.args!;
  if (args.length !== count) {
    model.diagnostics.report("E0401", call.argsSpan ?? call.span, {
      message: `\`${name}\` takes ${count} arguments, but ${args.length === 1 ? "1 is" : `${args.length} are`} given`,
      help: [EXAMPLES[name]],
    });
    return null;
  }
  const slices = args.slice(0, 2).map(({ value, span }) => {
    const slice = model.expressions.slice(value, NOWHERE);
    if (slice === "no slice") {
      const scalar = model.expressions.lower(value);
      return (
        scalar && { axes: [], name: model.expressions.written(span), span, read: () => scalar }
      );
    }
    return slice;
  });
  const [a, b] = slices;
  return a == null || b == null ? null : { a, b };
}

type Side = Pick<Slice, "axes" | "name" | "span" | "read">;

function isAlike(model: Lowering, a: Side, b: Side): boolean {
  const same = a.axes.length === b.axes.length && a.axes.every((dim, axis) => dim === b.axes[axis]);
  if (!same) startShape(model.diagnostics, b, a);
  return same;
}

/** Two tensors of equal axes, entry by entry. */
function pair(model: Lowering, call: ast.Reference, count: number) {
  const found = twoOf(model, call, count);
  if (found === null) return null;
  const { a, b } = found;
  if (!isAlike(model, a, b)) return null;
  const indices = indicesOf(a.axes);
  return { indices, a: a.read(indices), b: b.read(indices) };
}

/**
 * `overlap(a, b)` = Σ ab / √(Σ a² Σ b²), written as 1 minus what is missing so that it is exactly 1
 * for two equal patterns of signs.
 */
export function overlapOf(model: Lowering, call: ast.Reference): Expr | null {
  const found = pair(model, call, 2);
  if (found === null) return null;
  const { indices, a, b } = found;
  const squares = (x: Expr) => sum(indices, pow(x, lit(2)));
  const length = apply("sqrt", mul(squares(a), squares(b)));
  const product = sum(indices, mul(a, b));
  return sub(lit(1), mul(sub(length, product), pow(length, lit(-1))));
}

/** `close(a, b, tol)`: no entry differs by more. */
export function closeOf(
  model: Lowering,
  call: ast.Reference,
  shown: { text: string; value: Expr }[],
): Expr | null {
  const found = pair(model, call, 3);
  const tolerance = found && model.expressions.lower(call.args![2].value);
  if (found === null || tolerance === null) return null;
  const difference = apply("abs", sub(found.a, found.b));
  const largest = reduce("max", found.indices, difference);
  shown.push({ text: "largest difference", value: largest });
  return apply("le", largest, tolerance);
}

/**
 * `correct(y, label)`: 1 where the largest entry of y is at the label, which is a position or has its
 * own largest entry there. Entries that are equally large share it.
 */
export function correctOf(model: Lowering, call: ast.Reference): Expr | null {
  const found = twoOf(model, call, 2);
  if (found === null) return null;
  const { a, b } = found;
  const indices = indicesOf(a.axes);
  const isLargest = (read: Slice["read"]) => {
    const others = indicesOf(a.axes);
    return apply("eq", read(indices), reduce("max", others, read(others)));
  };
  const largest = isLargest(a.read);
  const isPlace = b.axes.length === 0 && a.axes.length === 1;
  if (!isPlace && !isAlike(model, a, b)) return null;
  const labelled = isPlace ? apply("eq", position(indices[0]), b.read([])) : isLargest(b.read);
  const hits = sum(indices, mul(largest, labelled));
  const all = mul(sum(indices, largest), isPlace ? lit(1) : sum(indices, labelled));
  return mul(hits, pow(all, lit(-1)));
}
