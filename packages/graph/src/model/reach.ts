// What a loss depends on through a recall.

import { readersOf, tensorsIn } from "../expr/depends.ts";
import { drivesOf, type EnergyGraph, type Neuron, type Recall, type Term } from "./energy-graph.ts";
import type { Expr, Tensor } from "../expr/types.ts";

/** The params behind a loss. */
export interface Reach {
  readonly params: ReadonlySet<Tensor>;
  /** A held layer that the loss reads: what stands in the way when there are no params. */
  readonly held: Neuron | null;
}

/** What every loss of a graph is followed through: found once, for there may be many. */
interface Links {
  /** By the activation of now, and by that of one step ago. */
  readonly layers: ReadonlyMap<Tensor, Neuron>;
  readonly readers: ReadonlyMap<Tensor, readonly Term[]>;
}

const LINKS = new WeakMap<EnergyGraph, Links>();

function linksOf(graph: EnergyGraph): Links {
  let links = LINKS.get(graph);
  if (links === undefined) {
    const layers = new Map<Tensor, Neuron>();
    for (const neuron of graph.neurons) {
      layers.set(neuron.activation, neuron);
      layers.set(neuron.before, neuron);
    }
    links = { layers, readers: readersOf(graph.terms, ({ energy }) => energy) };
    LINKS.set(graph, links);
  }
  return links;
}

/** Follows a loss back to params: through every layer that moves, and all that its energy mentions. */
export function reachOf(graph: EnergyGraph, recall: Recall, loss: Expr): Reach {
  const { layers, readers } = linksOf(graph);
  const params = new Set<Tensor>();
  const seen = new Set<Tensor>();
  let held: Neuron | null = null;
  const follow = (expressions: readonly (Expr | null)[]): void => {
    for (const tensor of tensorsIn(expressions.filter((expr) => expr !== null))) {
      if (seen.has(tensor)) continue;
      seen.add(tensor);
      if (tensor.kind === "param") params.add(tensor);
      const neuron = layers.get(tensor);
      if (neuron !== undefined) followNeuron(neuron);
    }
  };
  const followNeuron = (neuron: Neuron): void => {
    const clamp = recall.clamps.find((item) => item.neuron === neuron && item.where === null);
    const start = recall.starts.find((item) => item.neuron === neuron);
    follow(start === undefined ? [] : start.from === "value" ? [start.value] : start.args);
    if (clamp !== undefined) {
      held ??= neuron;
      follow(clamp.value === null ? [neuron.lagrangian] : [clamp.value]);
      return;
    }
    follow([neuron.lagrangian, neuron.tau]);
    const terms = readers.get(neuron.activation) ?? [];
    const drives = drivesOf(graph).filter((drive) => drive.neuron === neuron);
    follow([...terms.map((term) => term.energy), ...drives.map((drive) => drive.value)]);
  };
  follow([loss]);
  return { params, held };
}
