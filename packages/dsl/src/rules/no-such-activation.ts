import type { Neuron, Unattained } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0617: a clamp holds a layer where no state of it is. */
export function noSuchActivation(
  diagnostics: Diagnostics,
  { name, lagrangianName }: Pick<Neuron, "name" | "lagrangianName">,
  { of, value, nearest }: Unattained,
  at: readonly number[],
  span: Span,
): void {
  const short = (x: number) => String(Number(x.toPrecision(4)));
  const place = at.length === 0 ? "" : ` at [${at.join(", ")}]`;
  const found = {
    unit: `${short(value)}${place}`,
    sum: `entries that add up to ${short(value)}`,
    length: `entries of length ${short(value)}`,
  }[of];
  diagnostics.report("W0617", span, {
    message: `the clamp holds \`${name}\` where no state of a \`${lagrangianName}\` layer is`,
    label: `${found}; the nearest it has is ${short(nearest)}`,
    help: [
      `other layers see these values as they are; give such as \`${lagrangianName}\` has, make \`${name}\` another layer, \`identity\` for any numbers, or silence with \`@allow(no_such_activation)\``,
    ],
  });
}
