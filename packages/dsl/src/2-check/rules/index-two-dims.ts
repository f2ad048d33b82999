import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";
import { axesText, axisText } from "../place.ts";

/** Where an index walks an axis. */
export interface IndexUse {
  readonly tensor: string;
  readonly axes: readonly Dim[];
  readonly axis: number;
  readonly span: Span;
  /** The indices that were written, for the suggestion. */
  readonly written: readonly string[];
}

/** E0301: the axes that one index walks must be the same dim. */
export function indexTwoDims(
  diagnostics: Diagnostics,
  name: string,
  first: IndexUse | { binder: Span; dim: Dim },
  second: IndexUse,
): void {
  const explicit = "binder" in first;
  const wanted = explicit ? first.dim : first.axes[first.axis];
  const sizes =
    wanted.size?.kind === "lit" &&
    second.axes[second.axis].size?.kind === "lit" &&
    wanted.size.value === (second.axes[second.axis].size as { value: number }).value;
  const better =
    swapped(second, wanted) ?? (explicit ? null : swapped(first, second.axes[second.axis]));
  const [primary, other] = explicit
    ? [
        { span: second.span, label: axisText(second.tensor, second.axes, second.axis) },
        { span: first.binder, label: `bound over ${wanted.name} here` },
      ]
    : [
        { span: first.span, label: axisText(first.tensor, first.axes, first.axis) },
        { span: second.span, label: axisText(second.tensor, second.axes, second.axis) },
      ];
  diagnostics.report("E0301", primary.span, {
    message: `the index \`${name}\` runs over two different dims`,
    label: primary.label,
    related: [other],
    ...(better === null ? {} : { help: [better] }),
    ...(sizes
      ? {
          note: [
            `this is an error even when ${wanted.name} and ${second.axes[second.axis].name} happen to have the same size`,
          ],
        }
      : {}),
  });
}

/**
 * "`xi` has axes [K, D]; did you mean `xi[m, i]`?": the index belongs on the axis that has the dim
 * it walks elsewhere, and what stands there comes here.
 */
function swapped({ tensor, axes, axis, written }: IndexUse, wanted: Dim): string | null {
  const place = axes.findIndex((dim, other) => dim === wanted && other !== axis);
  if (place < 0) return null;
  const order = [...written];
  [order[axis], order[place]] = [order[place], order[axis]];
  return `\`${tensor}\` has axes ${axesText(axes)}; did you mean \`${tensor}[${order.join(", ")}]\`?`;
}
