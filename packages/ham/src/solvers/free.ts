// Which layers a recall leaves free, and whether holding some of their units spoils a minimum.

import {
  activationOf,
  contains,
  dependsOn,
  type EnergyGraph,
  HamError,
  type Neuron,
  type Recall,
} from "@hamlet/graph";

/** The layers that no clamp holds as a whole. */
export function freeNeurons(graph: EnergyGraph, { clamps }: Recall): Neuron[] {
  return graph.neurons.filter(
    (neuron) => !clamps.some((clamp) => clamp.neuron === neuron && clamp.where === null),
  );
}

/**
 * Throws where some units of a layer are held whose activations depend on each other: holding the
 * state of one then does not hold its activation, and a step-free update of the rest may raise
 * the energy.
 * @throws HamError `ham/held-units-mix`.
 */
export function assertUnitsApart({ name, solver, clamps }: Recall, free: readonly Neuron[]): void {
  const mixed = free.find(
    (neuron) => clamps.some((clamp) => clamp.neuron === neuron) && mixesUnits(neuron),
  );
  if (mixed === undefined) return;
  throw new HamError(
    "ham/held-units-mix",
    `The recall "${name}" holds some units of "${mixed.name}" and moves by "${solver.name}", but the activations of a ${mixed.lagrangianName} layer depend on each other. Clamp the whole layer, or use adaptive.`,
  );
}

/** Whether the activation of one unit depends on the states of others. */
function mixesUnits(neuron: Neuron): boolean {
  const states = new Set([neuron.state]);
  const { value } = activationOf(neuron);
  return contains(
    value,
    (node) => (node.kind === "reduce" || node.kind === "softmax") && dependsOn(node, states),
  );
}
