// The declarations of a file by what they are called, found once: checks of whole models ask for
// each of them.

import type * as ast from "../1-parse/ast.ts";
import { connectionName } from "./symbols.ts";

interface Items {
  readonly neurons: ReadonlyMap<string, ast.NeuronItem>;
  readonly lagrangians: ReadonlyMap<string, ast.LagrangianItem>;
  /** Energies and connections: what a term of the graph comes from. */
  readonly terms: ReadonlyMap<string, ast.EnergyItem | ast.ConnectItem>;
}

const FOUND = new WeakMap<ast.FileAst, Items>();

/** The declarations of a file; of two that are called the same, the first. */
export function itemsOf(file: ast.FileAst): Items {
  let found = FOUND.get(file);
  if (found === undefined) FOUND.set(file, (found = find(file)));
  return found;
}

function find({ items }: ast.FileAst): Items {
  const neurons = new Map<string, ast.NeuronItem>();
  const lagrangians = new Map<string, ast.LagrangianItem>();
  const terms = new Map<string, ast.EnergyItem | ast.ConnectItem>();
  const keep = <T>(map: Map<string, T>, name: string, item: T) => {
    if (!map.has(name)) map.set(name, item);
  };
  for (const item of items) {
    if (item.kind === "neuron") keep(neurons, item.name.text, item);
    if (item.kind === "lagrangian") keep(lagrangians, item.name.text, item);
    if (item.kind === "energy") keep(terms, item.name.text, item);
    if (item.kind === "connect") keep(terms, connectionName(item).text, item);
  }
  return { neurons, lagrangians, terms };
}
