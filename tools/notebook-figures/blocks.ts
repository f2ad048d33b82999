// The building blocks: a memory as a hypergraph, layers by their Lagrangians, and an energy that falls.

import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { type EnergyGraph, neuronsOf } from "../../packages/graph/src/index.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { energiesAlong } from "./marks.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const MODEL = new URL("04-two-layer.ham", EXAMPLES).pathname;
const STARTS = 8;

export async function blocks(): Promise<Record<string, Figure>> {
  return {
    "blocks-hypergraph": { panels: [await hypergraph()] },
    "blocks-lagrangians": { panels: lagrangians() },
    "blocks-energies": { panels: [await energies()] },
  };
}

async function hypergraph(): Promise<Panel> {
  using model = await loadModelFile(MODEL);
  return hypergraphOf(model.graph, "04-two-layer.ham");
}

/** Layers above, energies below, a line where one takes part in the other. */
export function hypergraphOf(graph: EnergyGraph, title?: string): Panel {
  const { neurons, terms } = graph;
  const place = (k: number, of: number) => Number(((k + 0.5) / of).toFixed(3));
  // Names of many parts would lie on each other in one row.
  const row = (k: number, of: number) => (of > 3 ? 0.06 * (-1) ** k : 0);
  const layers = neurons.map(({ name }, k) => ({
    name,
    at: [place(k, neurons.length), 0.75 + row(k, neurons.length)],
  }));
  const links: Mark[] = [];
  const energyPlaces = terms.map((term, k) => {
    const at = [place(k, terms.length), 0.25 + row(k, terms.length)];
    for (const neuron of neuronsOf(graph, term)) {
      const layer = layers[neurons.indexOf(neuron)].at;
      const named = links.length === 0 && { name: "takes part" };
      links.push({ as: "line", ink: 0, points: [layer, at], ...named });
    }
    return { name: term.name, at };
  });
  return {
    ...(title !== undefined && { title }),
    x: { label: "", low: 0, high: 1.12 },
    y: { label: "", low: 0, high: 1 },
    bare: true,
    marks: [
      ...links,
      {
        as: "dots",
        ink: 2,
        radius: 13,
        name: "neuron layers, the nodes",
        points: layers.map(({ at }) => at),
        labels: layers.map(({ name }) => name),
      },
      {
        as: "dots",
        ink: 1,
        radius: 10,
        name: "hypersynapses, the hyperedges",
        points: energyPlaces.map(({ at }) => at),
        labels: energyPlaces.map(({ name }) => name),
      },
    ],
  };
}

/** Value and activation of Lagrangians of one unit, by their formulas. */
function lagrangians(): Panel[] {
  const entries: readonly (readonly [string, (x: number) => number, (x: number) => number])[] = [
    ["identity", (x) => x ** 2 / 2, (x) => x],
    ["relu", (x) => Math.max(x, 0) ** 2 / 2, (x) => Math.max(x, 0)],
    ["tanh", (x) => Math.log(Math.cosh(x)), Math.tanh],
    ["sigmoid", (x) => Math.log1p(Math.exp(x)), (x) => 1 / (1 + Math.exp(-x))],
  ];
  const xs = Array.from({ length: 61 }, (_, k) => -3 + k / 10);
  return entries.map(([title, value, activation]) => {
    const line = (f: (x: number) => number, ink: number, name: string): Mark => ({
      as: "line",
      ink,
      name,
      points: xs.map((x) => [x, f(x)].map((v) => Number(v.toFixed(4)))),
    });
    return {
      title,
      x: { label: "state x", low: -3, high: 3 },
      y: { label: "L(x) and its slope", low: -3, high: 5 },
      marks: [line(value, 2, "Lagrangian L"), line(activation, 1, "activation, its gradient")],
    };
  });
}

/** The energy of the two-layer network from several random starts. */
async function energies(): Promise<Panel> {
  using model = await loadModelFile(MODEL);
  using result = await model.recall({ batch: STARTS });
  return energiesAlong(result, {
    step: "step of 0.5",
    energy: "energy of the whole",
    look: (example) => ({
      ink: 2,
      ...(example === 0 && { name: `a recall, from ${STARTS} random starts` }),
    }),
    digits: 5,
  });
}
