import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { count } from "../diagnostics/place.ts";

/** E0504: a Lagrangian that mixes units must say along which axes. */
export function overNeeded(
  diagnostics: Diagnostics,
  lagrangian: string,
  axes: readonly Dim[],
  span: Span,
): void {
  const names = axes.map((dim) => dim.name);
  diagnostics.report("E0504", span, {
    message: `\`${lagrangian}\` mixes units; say along which dim`,
    label: `the neuron has ${count(axes.length, "axis", "axes")}`,
    help: [
      `for example \`${lagrangian}(over = ${names.at(-1)})\` or \`${lagrangian}(over = [${names.slice(0, 2).join(", ")}])\``,
    ],
    note: ["the remaining axes are independent and their Lagrangians add up"],
  });
}

/** E0504: a Lagrangian of several named axes is told that many dims. */
export function overCount(
  diagnostics: Diagnostics,
  lagrangian: string,
  wanted: readonly string[],
  found: readonly Dim[],
  span: Span,
): void {
  diagnostics.report("E0504", span, {
    message: `\`${lagrangian}\` mixes ${wanted.length} axes [${wanted.join(", ")}]; say which dims they are`,
    label: `here it gets ${count(found.length, "axis", "axes")} [${found.map((dim) => dim.name).join(", ")}]`,
    help: ["list one dim of the neuron for each, in that order: `over = [..., ...]`"],
  });
}
