import { freeNeurons, invariant, twoColours } from "@hamlet/graph";
import { HOOVER_2022 } from "../hypersynapses/options.ts";
import { assertFit } from "./assert-fit.ts";
import { sweep } from "./sweep.ts";
import type { Solver } from "./solver.ts";

/**
 * Even–odd alternation: the layers have two colours, and no hypersynapse joins two layers of one
 * colour. First all layers of one colour go to the exact minimum given the other,
 * `x ← −∂E_synapses/∂x̂`, then those of the other. Free of step size and time constants; two
 * evaluations a step. Layers that the recall starts somewhere move second, so that the others are
 * computed from them.
 */
export const alternate: Solver = {
  name: "alternate",
  order: null,
  options: [],
  targets: true,
  descends: true,
  groups: (graph, recall, numbers) => {
    assertFit(graph, recall, numbers);
    const started = recall.starts.map(({ neuron }) => neuron);
    const found = twoColours(graph, freeNeurons(graph, recall), started);
    invariant("colours" in found, "a model that fits has two colours");
    return [0, 1]
      .map((colour) =>
        graph.neurons.flatMap((neuron, i) => (found.colours.get(neuron) === colour ? [i] : [])),
      )
      .filter((group) => group.length > 0);
  },
  advance: sweep,
  references: [
    "Smolensky, Information processing in dynamical systems: foundations of harmony theory, 1986",
    HOOVER_2022,
  ],
};
