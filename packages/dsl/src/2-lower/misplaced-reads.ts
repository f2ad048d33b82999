// E0205 for what a formula reads before it has a value, and for what has many where one is asked.

import { type EnergyGraph, misplacedReads } from "@hamlet/graph";
import type { Item } from "../1-parse/ast.ts";
import { noValueHere } from "../rules/no-value-here.ts";
import type { Written } from "./graph-check.ts";

/** Reports every layer and every given that is read where no value of it can be meant. */
export function reportMisplacedReads(
  graph: EnergyGraph,
  { file, diagnostics, spanOf }: Written,
): void {
  const told = new Set<string>();
  for (const misplaced of misplacedReads(graph)) {
    const { place, owner, formula, read } = misplaced;
    // What a part does stands at the part.
    const [first] = owner.split(".");
    const span = spanOf(read) ?? spanOf(formula) ?? file.items.find(isNamed(first))?.span;
    const key = `${place} ${read.tensor.name} ${span?.start}`;
    if (span === undefined || told.has(key)) continue;
    told.add(key);
    noValueHere(diagnostics, misplaced, span);
  }
}

function isNamed(name: string): (item: Item) => boolean {
  return (item) => "name" in item && item.name?.text === name;
}
