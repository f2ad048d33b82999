// The hypergraph of a model as SVG: neurons are circles, hyperedges are squares.

import { type EnergyGraph, printDot } from "@hamlet/graph";
import { instance } from "@viz-js/viz";

/** Draws the hypergraph. Two models with the same parts have the same picture. */
export async function drawHypergraph(graph: EnergyGraph): Promise<string> {
  const viz = await instance();
  return viz.renderString(printDot(graph), { format: "svg", engine: "dot" });
}
