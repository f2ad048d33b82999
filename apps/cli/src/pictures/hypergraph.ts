// The hypergraph of a model as SVG: neurons are circles, hyperedges are squares.

import { type EnergyGraph, printDot } from "@hamlet/graph";
import { instance } from "@viz-js/viz";
import { CHART, themed } from "./themed.ts";

/** Draws the hypergraph. Two models with the same parts have the same picture. */
export async function drawHypergraph(graph: EnergyGraph): Promise<string> {
  const viz = await instance();
  return onOwnGround(viz.renderString(printDot(graph), { format: "svg", engine: "dot" }));
}

/** A drawing of Graphviz as a file of its own; a page that shows one has a ground for it. */
export function onOwnGround(svg: string): string {
  return themed(svg.replace("<svg", `<svg class="${CHART}"`));
}
