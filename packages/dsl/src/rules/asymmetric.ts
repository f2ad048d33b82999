import type { Asymmetry } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0611: couplings that are not symmetric, where an energy sees the symmetric part alone. */
export function asymmetric(
  diagnostics: Diagnostics,
  name: string,
  { largest, at, mirror, values }: Asymmetry,
  span: Span,
): void {
  const short = (x: number) => String(Number(x.toPrecision(4)));
  const [here, there] = values.map(short);
  diagnostics.report("W0611", span, {
    message: `\`${name}\` is not symmetric, and this energy holds only its symmetric part`,
    label: `up to ${short(largest)} from its mirror image; first ${here} at [${at.join(", ")}] and ${there} at [${mirror.join(", ")}]`,
    help: [
      `where states are to move on, write these couplings in a \`drive\`, which is no slope of an energy; store (${name} + its transpose) / 2 if that is meant, or silence with \`@allow(asymmetric)\``,
    ],
    why: [
      "the energy of two units is the same whichever is named first, so no energy holds couplings that lead one way, as from a pattern to the next",
    ],
  });
}
