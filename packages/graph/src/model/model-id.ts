// The name of a model: one hash for everything it means.
//
// Order of declarations, names of indices and the grouping of sums and products do not count.
// Names of neurons, tensors, dims, terms and recalls do, with a dot in them read as an underscore,
// and so does every number. What a Lagrangian is called does not: its formula counts.

import { digest, dimKey, exprKey, spelled } from "../rewrite/canonical.ts";
import {
  type Clamp,
  type Drive,
  drivesOf,
  type EnergyGraph,
  type Neuron,
  type Recall,
  type Start,
  type Term,
} from "./energy-graph.ts";
import type { Tensor } from "../expr/types.ts";

/** SHA-256 of the canonical form of a graph, in hex: equal for graphs that mean the same. */
export function modelId(graph: EnergyGraph): string {
  return digest(canonicalText(graph));
}

/** The canonical form of a graph as text: what {@link modelId} hashes. */
export function canonicalText(graph: EnergyGraph): string {
  return JSON.stringify({
    dims: graph.dims.map(dimKey).sort(),
    tensors: sorted(graph.tensors.map(tensorForm)),
    neurons: sorted(graph.neurons.map(neuronForm)),
    terms: sorted(graph.terms.map(termForm)),
    // Absent where nothing is driven, so that all other models keep their names.
    ...(drivesOf(graph).length === 0 ? {} : { drives: sorted(drivesOf(graph).map(driveForm)) }),
    recalls: sorted(graph.recalls.map(recallForm)),
  });
}

function sorted(forms: readonly unknown[]): string[] {
  return forms.map((form) => JSON.stringify(form)).sort();
}

function tensorForm({ name, kind, elem, axes, bound, source }: Tensor): unknown {
  return [
    spelled(name),
    kind,
    elem,
    axes.map(dimKey),
    bound && [bound.op, bound.value],
    sourceForm(source),
  ];
}

function sourceForm(source: Tensor["source"]): unknown {
  switch (source?.from) {
    case "value":
      return ["value", exprKey(source.value)];
    case "draw":
      return ["draw", source.distribution, source.args.map((arg) => exprKey(arg))];
    case "file":
      return [
        "file",
        source.file,
        source.key,
        source.stored?.map(dimKey) ?? null,
        source.take && exprKey(source.take),
      ];
    case "entries":
      return ["entries", source.shape, source.entries];
    default:
      return null;
  }
}

function neuronForm(neuron: Neuron): unknown {
  const { name, axes, lagrangian, tau, leak, kind } = neuron;
  return [spelled(name), axes.map(dimKey), exprKey(lagrangian), exprKey(tau), leak, kind];
}

function termForm({ name, energy }: Term): unknown {
  return [spelled(name), exprKey(energy)];
}

function driveForm({ neuron, indices, value }: Drive): unknown {
  return [spelled(neuron.name), exprKey(value, indices)];
}

function recallForm(recall: Recall): unknown {
  return [
    recall.name,
    // A later start or clamp of the same layer overrides, so their order counts.
    recall.starts.map(startForm),
    recall.clamps.map(clampForm),
    recall.solver.name,
    recall.solver.order ?? null,
    [...recall.solver.options].map(([name, value]) => `${name} ${exprKey(value)}`).sort(),
    exprKey(recall.steps),
    recall.stop && exprKey(recall.stop),
    recall.schedules.map(({ tensor, value }) => `${spelled(tensor.name)} ${exprKey(value)}`).sort(),
    recall.record.map(({ name, every }) => `${spelled(name)} ${every}`).sort(),
    recall.returns.map(({ name }) => spelled(name)),
  ];
}

function startForm(start: Start): unknown {
  return start.from === "value"
    ? [spelled(start.neuron.name), exprKey(start.value, start.indices)]
    : [spelled(start.neuron.name), start.distribution, start.args.map((arg) => exprKey(arg))];
}

function clampForm({ neuron, indices, where, value }: Clamp): unknown {
  return [spelled(neuron.name), where && exprKey(where, indices), value && exprKey(value, indices)];
}
