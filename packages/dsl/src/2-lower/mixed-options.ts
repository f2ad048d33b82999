// E0305 for an option that would be another one for each of the units that a Lagrangian mixes.

import type { EnergyGraph } from "@hamlet/graph";
import { mixedOption } from "../rules/dim-mismatch.ts";
import type { Written } from "./graph-check.ts";
import { itemsOf } from "./items.ts";

/** Reports layers whose Lagrangian is no single number. */
export function reportMixedOptions({ neurons }: EnergyGraph, { file, diagnostics }: Written): void {
  for (const { name, lagrangian, lagrangianName } of neurons) {
    const item = itemsOf(file).neurons.get(name);
    if (item === undefined || lagrangian.free.length === 0) continue;
    mixedOption(
      diagnostics,
      { name, lagrangian: lagrangianName, mixed: lagrangian.free.map(({ dim }) => dim) },
      item.lagrangian.span,
    );
  }
}
