import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0603: a term may fall faster than the layers it touches rise, or without end at one place. */
export function unboundedEnergy(
  diagnostics: Diagnostics,
  term: { span: Span; fall: string; hasPole: boolean },
  layers: readonly { span: Span; rise: string }[],
): void {
  diagnostics.report("W0603", term.span, {
    message: "the total energy may have no minimum",
    label: term.fall,
    related: layers.map(({ span, rise }) => ({ span, label: rise })),
    help: [
      term.hasPole
        ? "keep what a logarithm or a division is of away from 0, or accept with `@allow(unbounded_energy)`"
        : "use a bounded activation (tanh, sphere, softmax, layernorm), or accept with `@allow(unbounded_energy)`",
    ],
  });
}
