// The hypergraph of a model as SVG: neurons are circles, hyperedges are squares.

import { type EnergyGraph, printDot } from "@hamlet/graph";
import { instance } from "@viz-js/viz";
import { CHART, themed } from "./themed.ts";

/** Draws the hypergraph. Two models with the same parts have the same picture. */
export async function drawHypergraph(graph: EnergyGraph): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(printDot(graph), { format: "svg", engine: "dot" });
  return themed(svg.replace("<svg", `<svg class="${CHART}"`));
}
