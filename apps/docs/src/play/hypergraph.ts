// The hypergraph of a model as `ham graph` draws it.

import { type EnergyGraph, printDot } from "@hamlet/graph";

/** A drawing, or why there is none. */
export type Hypergraph = { readonly svg: string } | { readonly problem: string };

/** Draws the hypergraph; its layout is Graphviz as WebAssembly, which comes with the first. */
export async function hypergraphOf(graph: EnergyGraph): Promise<Hypergraph> {
  // Its file would wait for ever.
  if (typeof WebAssembly === "undefined")
    return { problem: "This browser has no WebAssembly, which lays out the hypergraph." };
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  return { svg: viz.renderString(printDot(graph), { format: "svg", engine: "dot" }) };
}
