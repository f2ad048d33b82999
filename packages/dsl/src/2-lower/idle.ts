// Params of which an energy sees the symmetric part alone. What files hold is measured when they are
// read.

import { type EnergyGraph, neuronsOf, symmetricUses } from "@hamlet/graph";
import { halfOfWeightsIdle } from "../rules/half-of-weights-idle.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";
import { itemsOf } from "./items.ts";

/** W0605 for every param of that kind; `spanOf` finds the formula of a term. */
export function reportIdle(
  graph: EnergyGraph,
  { file, diagnostics }: Written,
  spanOf: (term: string) => Span | null,
): void {
  for (const { tensor, terms } of symmetricUses(graph)) {
    const [term] = terms;
    const item = itemsOf(file).terms.get(term.name);
    const connected = item?.kind === "connect" ? item.template : undefined;
    // A hopfield is known to be about the symmetric part.
    const known = connected?.path.segments.at(-1)!.text === "hopfield";
    if (tensor.kind !== "param" || known) continue;
    const span = connected?.argsSpan ?? spanOf(term.name);
    if (span === null) continue;
    const neurons = [...new Set(terms.flatMap((one) => neuronsOf(graph, one)))];
    const neuron = neurons.length === 1 ? neurons[0].name : null;
    halfOfWeightsIdle(diagnostics, { weights: tensor.name, neuron }, span);
  }
}
