import { freeNeurons } from "@hamlet/graph";
import { RAMSAUER_2021 } from "../hypersynapses/options.ts";
import { assertFit } from "./assert-fit.ts";
import { sweep } from "./sweep.ts";
import type { Solver } from "./solver.ts";

/**
 * The concave–convex procedure: `x ← x − ∂E/∂x̂` for all layers at once, which for an `identity`
 * layer with a log-sum-exp memory is `x ← Σₘ ξₘ softmax(β ξ x)ₘ`. The energy never rises where the
 * synapses are concave in the activations; other models are refused. Free of step size and time
 * constants; one evaluation a step. Near a fixed point the error shrinks by the factor
 * `β λ_max(Cov_p)` a step, where p are the weights of the patterns.
 *
 * `newton` polishes the end by that many Newton steps in float64.
 */
export const cccp: Solver = {
  name: "cccp",
  order: null,
  options: [{ name: "newton", default: 0 }],
  targets: true,
  descends: true,
  groups: (graph, recall, numbers) => {
    assertFit(graph, recall, numbers);
    const free = freeNeurons(graph, recall);
    return [graph.neurons.flatMap((neuron, i) => (free.includes(neuron) ? [i] : []))];
  },
  advance: sweep,
  references: [
    "Yuille & Rangarajan, The concave-convex procedure, Neural Computation 15, 2003",
    RAMSAUER_2021,
  ],
};
