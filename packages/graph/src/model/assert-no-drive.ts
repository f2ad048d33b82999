import { HamError } from "../error.ts";
import { drivesOf, type EnergyGraph } from "./energy-graph.ts";

/**
 * Throws where a layer is driven: what is asked for rests on slopes of an energy.
 * @param what - a sentence's beginning, such as "Fixed points are found".
 * @throws HamError `graph/driven`.
 */
export function assertNoDrive(graph: EnergyGraph, what: string): void {
  const [drive] = drivesOf(graph);
  if (drive === undefined) return;
  throw new HamError(
    "graph/driven",
    `${what} by the slopes of an energy alone, but a drive moves "${drive.neuron.name}", which no energy tells. Leave the drive out, or run a recall.`,
  );
}
