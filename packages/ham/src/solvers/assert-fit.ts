import { type EnergyGraph, HamError, misfitOf, type Recall, type Tensor } from "@hamlet/graph";

/**
 * Throws where the solver of a recall cannot move the model.
 * @throws HamError `ham/solver-misfit`.
 */
export function assertFit(
  graph: EnergyGraph,
  recall: Recall,
  numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
): void {
  const misfit = misfitOf(graph, recall, numbers);
  if (misfit === null) return;
  const reason = misfit.reason((name) => `"${name}"`);
  throw new HamError(
    "ham/solver-misfit",
    `The recall "${recall.name}" moves by "${recall.solver.name}", but ${reason}. ${misfit.help}.`,
    { terms: misfit.terms, neurons: misfit.neurons.map(({ name }) => name) },
  );
}
