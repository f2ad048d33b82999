// What a loss depends on through a recall.

import { tensorsIn } from "../expr/depends.ts";
import { drivesOf, type EnergyGraph, type Neuron, neuronsOf, type Recall } from "./energy-graph.ts";
import type { Expr, Tensor } from "../expr/types.ts";

/** The params behind a loss. */
export interface Reach {
  readonly params: ReadonlySet<Tensor>;
  /** A held layer that the loss reads: what stands in the way when there are no params. */
  readonly held: Neuron | null;
}

/** Follows a loss back to params: through every layer that moves, and all that its energy mentions. */
export function reachOf(graph: EnergyGraph, recall: Recall, loss: Expr): Reach {
  const params = new Set<Tensor>();
  const seen = new Set<Tensor>();
  let held: Neuron | null = null;
  const follow = (expressions: readonly (Expr | null)[]): void => {
    for (const tensor of tensorsIn(expressions.filter((expr) => expr !== null))) {
      if (seen.has(tensor)) continue;
      seen.add(tensor);
      if (tensor.kind === "param") params.add(tensor);
      const neuron = graph.neurons.find(
        ({ activation, before }) => activation === tensor || before === tensor,
      );
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
    const terms = graph.terms.filter((term) => neuronsOf(graph, term).includes(neuron));
    const drives = drivesOf(graph).filter((drive) => drive.neuron === neuron);
    follow([...terms.map((term) => term.energy), ...drives.map((drive) => drive.value)]);
  };
  follow([loss]);
  return { params, held };
}
