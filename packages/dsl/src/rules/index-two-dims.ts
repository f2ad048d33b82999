import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { axesText, axisText } from "../diagnostics/place.ts";

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
  const better = explicit
    ? swapped(second, wanted)
    : (swapped(first, second.axes[second.axis]) ?? swapped(second, wanted));
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
 * "`xi` has axes [K, D]; did you mean `xi[m, i]`?": the index fits another axis of the same array,
 * and trades places with the one that is there.
 */
function swapped(use: IndexUse, wanted: Dim): string | null {
  const fitting = use.axes.flatMap((dim, axis) =>
    dim === wanted && axis !== use.axis ? [axis] : [],
  );
  // With too few indices, the other place may have none.
  if (fitting.length !== 1 || fitting[0] >= use.written.length) return null;
  const order = use.written
    .with(use.axis, use.written[fitting[0]])
    .with(fitting[0], use.written[use.axis]);
  if (order.some((name) => name === undefined)) return null;
  return `\`${use.tensor}\` has axes ${axesText(use.axes)}; did you mean \`${use.tensor}[${order.join(", ")}]\`?`;
}
