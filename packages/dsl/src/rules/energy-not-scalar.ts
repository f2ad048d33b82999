import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Rewriting } from "../2-lower/where-to-sum.ts";
import type { Span } from "../source.ts";

/** What must be one number, and how an index is taken out of it. */
export const OF_WHAT = {
  energy: { code: "E0601", message: "an energy is one number", op: "sum", done: "summed" },
  loss: { code: "E0803", message: "a loss is one number", op: "mean", done: "summed or averaged" },
  metric: {
    code: "E0803",
    message: "a metric is one number",
    op: "mean",
    done: "summed or averaged",
  },
  value: { code: "E0505", message: "", op: "sum", done: "summed" },
} as const;

/** E0601, E0803 and E0505: an energy, a loss, a metric and the value of a Lagrangian are one number. */
export function notScalar(
  diagnostics: Diagnostics,
  what: keyof typeof OF_WHAT,
  index: string,
  dim: string | null,
  span: Span,
  places: readonly Rewriting[],
): void {
  const { code, message, done } = OF_WHAT[what];
  const before = what === "value" ? "value = " : "";
  const shown = places.map(({ result }) => `\`${before}${result}\``);
  const [outer, inner] = [shown[0], shown.length > 1 ? shown.at(-1) : undefined];
  // A loss may be summed or averaged as well: that is for its author to say.
  const isCertain = places.length === 1 && what !== "loss" && what !== "metric";
  const help =
    inner === undefined
      ? `for example ${outer}`
      : `${outer} and ${inner} differ: put the \`${OF_WHAT[what].op}\` where you mean it`;
  diagnostics.report(code, span, {
    message:
      what === "value"
        ? "the value of a Lagrangian must be one number per unit or per slice"
        : `${message}, but this has a value for every \`${index}\``,
    label: `\`${index}\`${dim === null ? "" : ` (over ${dim})`} is not ${done}`,
    ...(isCertain
      ? { fix: [outer], edits: places[0].edits }
      : outer === undefined
        ? {}
        : { help: [help] }),
  });
}
