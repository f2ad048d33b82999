// Whole numbers of formulas that float32 cannot hold: what runs is another number than what stands
// in the file.

import { children, type EnergyGraph, type Expr, losesDigits } from "@hamlet/graph";
import { roundedNumber } from "../2-check/rules/rounded.ts";
import type { Written } from "./graph-check.ts";

/** W0903 for every such number of the consts, energies, Lagrangians and losses. */
export function reportRounded(graph: EnergyGraph, { diagnostics, spanOf }: Written): void {
  const pending: Expr[] = [
    ...graph.tensors.flatMap(({ source }) => (source?.from === "value" ? source.value : [])),
    ...graph.terms.map(({ energy }) => energy),
    ...graph.neurons.flatMap(({ lagrangian, tau }) => [lagrangian, tau]),
    ...(graph.trainings ?? []).map(({ loss }) => loss),
  ];
  const seen = new Set(pending);
  for (const expr of pending) {
    if (expr.kind === "lit" && losesDigits(expr.value)) {
      const span = spanOf(expr);
      if (span !== undefined) roundedNumber(diagnostics, expr.value, span);
    }
    for (const child of children(expr)) {
      if (!seen.has(child)) pending.push(child);
      seen.add(child);
    }
  }
}
