import { tensorsIn } from "../expr/depends.ts";
import { HamError } from "../error.ts";
import { drivesOf, type EnergyGraph } from "../model/energy-graph.ts";

/**
 * Throws where a drive looks back: an exported step is a function of the states of now.
 * @throws HamError `graph/export-unsupported`.
 */
export function assertNoPast(graph: EnergyGraph, format: string): void {
  const driving = tensorsIn(drivesOf(graph).map(({ value }) => value));
  const seen = graph.neurons.find(({ before }) => driving.has(before));
  if (seen === undefined) return;
  throw new HamError(
    "graph/export-unsupported",
    `This model cannot be exported to ${format}: a drive reads "before ${seen.name}", and a step of the file is a function of the states of now alone. Let a layer of its own follow "${seen.name}", as a slow trace does, and read that.`,
  );
}
