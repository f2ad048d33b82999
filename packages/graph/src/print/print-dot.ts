// The hypergraph of a model in the DOT language of Graphviz: neurons are circles, energies squares.

import { type EnergyGraph, type Neuron, neuronsOf } from "../model/energy-graph.ts";

/** The hypergraph in DOT. Two models with the same parts have the same text. */
export function printDot(graph: EnergyGraph): string {
  const name = (text: string) => JSON.stringify(text);
  const neurons = graph.neurons.map(
    (neuron) =>
      `  ${name(`neuron ${neuron.name}`)} [shape=circle, style=filled, fillcolor="#cfe3f5", label=${name(neuronLabel(neuron))}];`,
  );
  const terms = graph.terms.flatMap((term) => [
    `  ${name(`energy ${term.name}`)} [shape=square, style=filled, fillcolor="#f6d9c4", label=${name(term.name)}];`,
    ...neuronsOf(graph, term).map(
      (neuron) => `  ${name(`neuron ${neuron.name}`)} -- ${name(`energy ${term.name}`)};`,
    ),
  ]);
  return [
    "graph model {",
    '  graph [rankdir=LR, bgcolor="white", nodesep=0.4, ranksep=0.6];',
    '  node [fontname="Helvetica,Arial,sans-serif", fontsize=12, color="#333333", margin=0.06];',
    '  edge [color="#666666", fontname="Helvetica,Arial,sans-serif", fontsize=10];',
    ...neurons,
    ...terms,
    "}",
  ].join("\n");
}

/** Name, shape and Lagrangian, a line each. */
function neuronLabel(neuron: Neuron): string {
  const shape = neuron.axes.map((dim) =>
    dim.size?.kind === "lit" ? `${dim.name}=${dim.size.value}` : dim.name,
  );
  return `${neuron.name}\n[${shape.join(", ")}]\n${neuron.lagrangianName}`;
}
