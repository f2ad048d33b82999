// The examples as cards: what each is, its energies, and its hypergraph.

import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Card } from "../../apps/docs/src/notebooks/figure.ts";
import { type EnergyGraph, explain, explanationRows } from "../../packages/graph/src/index.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { hypergraphOf } from "./blocks.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

export async function gallery(): Promise<Record<string, object>> {
  const cards: Card[] = [];
  for (const file of globSync("*.ham", { cwd: EXAMPLES }).toSorted()) {
    const path = join(EXAMPLES, file);
    const lines = readFileSync(path, "utf8").split("\n");
    const first = lines.findIndex((line) => line.startsWith("/// "));
    const end = lines.findIndex((line, k) => k > first && !line.startsWith("/// "));
    const said = lines
      .slice(first, end)
      .map((line) => line.slice(4))
      .join(" ");
    using model = await loadModelFile(path);
    cards.push({
      name: basename(file, ".ham"),
      summary: /^.*?[.:](?= [A-Z`]|$)/.exec(said)?.[0].replace(/:$/, ".") ?? said,
      formula: formulaOf(model.graph),
      panel: hypergraphOf(model.graph),
    });
  }
  return { gallery: cards };
}

/** The energies of the connections as LaTeX. What is driven and nothing else has a rule in place of them. */
function formulaOf(graph: EnergyGraph): string {
  const part = graph.terms.length > 0 ? "energy" : "rule";
  const rows = explanationRows(explain(graph)).filter((row) => row.part === part);
  // The first energy is the sum of the others.
  return (part === "energy" ? rows.slice(1) : rows)
    .map(({ left, right }) => `${left} &= ${right}`)
    .join(" \\\\\n");
}
