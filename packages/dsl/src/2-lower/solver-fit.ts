// Whether the solvers that suit some models only suit this one.

import { type EnergyGraph, misfitOf, type Tensor } from "@hamlet/graph";
import { solverMisfit } from "../rules/solver-misfit.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";
import { knownValue } from "./known-value.ts";

/** Reports every recall whose solver cannot move the model. */
export function reportSolvers(
  graph: EnergyGraph,
  written: Written,
  spanOfTerm: (name: string) => Span | null,
): void {
  const numbers = knownNumbers(graph);
  for (const recall of graph.recalls) {
    const misfit = misfitOf(graph, recall, numbers);
    const span = misfit === null ? null : solverSpan(written, recall.name);
    if (misfit === null || span === null) continue;
    const reason = misfit.reason((name) => `\`${name}\``);
    const blamed = misfit.terms.map(spanOfTerm).filter((place) => place !== null);
    const solver = { name: recall.solver.name, span };
    solverMisfit(written.diagnostics, solver, { reason, help: misfit.help }, blamed);
  }
}

/** The scalar consts whose values are written in the file or set from outside. */
function knownNumbers({ tensors }: EnergyGraph): Map<Tensor, number[]> {
  const known = new Map<Tensor, number[]>();
  for (const tensor of tensors) {
    const { kind, axes, source } = tensor;
    if (kind !== "const" || axes.length > 0 || source?.from !== "value") continue;
    const value = knownValue(source.value, { tensors: known });
    if (value !== null) known.set(tensor, [value]);
  }
  return known;
}

/** The name of the solver in a recall block. */
function solverSpan({ file }: Written, name: string): Span | null {
  for (const item of file.items) {
    if (item.kind !== "recall" || item.name.text !== name) continue;
    for (const line of item.steps) {
      if (line.kind !== "setting" || line.name.text !== "solver") continue;
      return line.value.kind === "reference" ? line.value.path.span : line.value.span;
    }
  }
  return null;
}
