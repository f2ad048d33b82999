import {
  checkConcavity,
  type EnergyGraph,
  HamError,
  lit,
  printText,
  type Recall,
  replaceGets,
  type Tensor,
} from "@hamlet/graph";
import { assertUnitsApart, freeNeurons } from "./free.ts";
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
    const free = freeNeurons(graph, recall);
    assertUnitsApart(recall, free);
    const concavity = checkConcavity(withNumbers(graph, recall, numbers), free);
    if (concavity.status !== "proven") throw notConcave(recall, concavity);
    return [graph.neurons.flatMap((neuron, i) => (free.includes(neuron) ? [i] : []))];
  },
  advance: sweep,
  references: [
    "Yuille & Rangarajan, The concave-convex procedure, Neural Computation 15, 2003",
    "Ramsauer et al., Hopfield networks is all you need, ICLR 2021, arXiv:2008.02217",
  ],
};

/** The model with the values of its scalar consts, but for those that a schedule changes. */
function withNumbers(
  graph: EnergyGraph,
  { schedules }: Recall,
  numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
): EnergyGraph {
  const changing = new Set(schedules.map(({ tensor }) => tensor));
  const terms = graph.terms.map(({ name, energy }) => {
    const known = replaceGets(energy, ({ tensor }) => {
      const fixed = tensor.kind === "const" && tensor.axes.length === 0 && !changing.has(tensor);
      const value = fixed ? numbers.get(tensor)?.[0] : undefined;
      return value === undefined ? null : lit(value);
    });
    return { name, energy: known };
  });
  return { ...graph, terms };
}

type Unknown = Extract<ReturnType<typeof checkConcavity>, { status: "unknown" }>;

function notConcave({ name }: Recall, { term, culprit, neuron }: Unknown): HamError {
  const why =
    term === null
      ? `the layer "${neuron?.name}" has no energy of its own (leak = off), and nothing that is known bounds how the synapses bend in it`
      : `"${term}" is not known to be concave in the activations${blame(culprit)}`;
  return new HamError(
    "ham/not-concave",
    `The recall "${name}" moves by "cccp", but ${why}. Use adaptive, whose energy never rises in any model.`,
  );
}

function blame(culprit: Unknown["culprit"]): string {
  if (culprit === null) return "";
  const text = printText(culprit.expr);
  return culprit.because === "sign" ? `: "${text}" may be negative` : `: look at "${text}"`;
}
