// E0305 for axes that lowering takes as they are: an option that would be another one for each of the
// units that a Lagrangian mixes, and a file that is stored along other axes than it has.

import type { EnergyGraph } from "@hamlet/graph";
import { mixedOption, storedAxes } from "../rules/dim-mismatch.ts";
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

/** Reports files that are stored along other axes than their array has. */
export function reportStoredAxes({ tensors }: EnergyGraph, { file, diagnostics }: Written): void {
  for (const tensor of tensors) {
    const { name, axes, source } = tensor;
    if (source?.from !== "file" || source.stored === null) continue;
    const left = [...axes];
    const isSame = source.stored.every(
      (dim) => left.includes(dim) && left.splice(left.indexOf(dim), 1),
    );
    if (isSame && left.length === 0) continue;
    const item = file.items.find((other) => "init" in other && other.name.text === name);
    const init = item !== undefined && "init" in item ? item.init : undefined;
    if (init?.kind !== "from") continue;
    storedAxes(diagnostics, tensor, source.stored, init.stored?.span ?? init.span);
  }
}
