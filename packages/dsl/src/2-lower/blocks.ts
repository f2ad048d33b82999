// What a file says about its model beyond the model: asserts, tests, trainings, and the warnings
// that need the whole of it.

import { drivesOf, type EnergyGraph, type Tensor, tensorsIn } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { allows } from "./allow.ts";
import { isolatedNeuron } from "../rules/isolated-neuron.ts";
import { untrainedParam } from "../rules/untrained-param.ts";
import type { Span } from "../source.ts";
import { checkAssertion, lowerAssert } from "./assert.ts";
import type { Lowering } from "./lowering.ts";
import { lowerTest } from "./test.ts";
import { lowerTraining } from "./train.ts";

/** Lowers the asserts, tests and trainings of a file; `place` notes where each was written. */
export function lowerBlocks(
  model: Lowering,
  file: ast.FileAst,
  graph: EnergyGraph,
  place: (thing: object, span: Span) => void,
): Pick<EnergyGraph, "asserts" | "tests" | "trainings"> {
  const recalls = {
    written: file.items.filter((item) => item.kind === "recall"),
    lowered: graph.recalls,
  };
  const asserts = file.items.flatMap((item) => {
    const lowered = item.kind === "assert" ? lowerAssert(model, item) : null;
    if (lowered === null || item.kind !== "assert") return [];
    place(lowered, item.condition.span);
    const known = { sizes: new Map(), originOf: () => null };
    const holds = checkAssertion(model.diagnostics, lowered, item.condition.span, known);
    return holds === "unknown" ? [lowered] : [];
  });
  const tests = file.items.flatMap((item) =>
    item.kind === "test" ? (lowerTest(model, item, graph, recalls) ?? []) : [],
  );
  const trainings = file.items.flatMap((item) =>
    item.kind === "train" ? (lowerTraining(model, item, graph, recalls) ?? []) : [],
  );
  if (!model.hasErrors()) {
    warnIsolated(model, file, graph);
    if (trainings.length > 0) {
      const trained = new Set(trainings.flatMap((one) => [...one.trained, ...one.training.freeze]));
      warnUntrained(model, file, graph, trained);
    }
  }
  return { asserts, tests, trainings: trainings.map(({ training }) => training) };
}

/** W0606: layers of the file that no energy and no connection mentions. */
function warnIsolated(model: Lowering, file: ast.FileAst, graph: EnergyGraph): void {
  const drives = drivesOf(graph);
  const coupled = tensorsIn([
    ...graph.terms.map((term) => term.energy),
    ...drives.map(({ value }) => value),
  ]);
  for (const { neuron } of drives) coupled.add(neuron.activation);
  const named = new Set(
    file.items.flatMap((item) =>
      item.kind === "connect"
        ? (item.template.args ?? []).map((arg) => model.expressions.written(arg.value.span))
        : [],
    ),
  );
  const neurons = new Map(graph.neurons.map((neuron) => [neuron.name, neuron]));
  for (const item of file.items) {
    if (item.kind !== "neuron" || allows(item, "isolated_neuron")) continue;
    const neuron = neurons.get(item.name.text);
    if (neuron === undefined || coupled.has(neuron.activation)) continue;
    if (!named.has(neuron.name)) isolatedNeuron(model.diagnostics, item.name);
  }
}

/** W0802: params of the file that no loss depends on. */
function warnUntrained(
  model: Lowering,
  file: ast.FileAst,
  graph: EnergyGraph,
  trained: ReadonlySet<Tensor>,
): void {
  for (const tensor of graph.tensors) {
    if (tensor.kind !== "param" || trained.has(tensor)) continue;
    const [owner] = tensor.name.split(".");
    const item = file.items.find(
      (one) => (one.kind === "param" || one.kind === "connect") && one.name?.text === owner,
    );
    if (item === undefined || allows(item, "untrained_param")) continue;
    // A param that nothing uses at all has a warning of its own.
    if (item.kind === "param" && !model.scope.used.has(tensor.name)) continue;
    const span = (item.kind === "param" || item.kind === "connect") && item.name?.span;
    if (span) untrainedParam(model.diagnostics, tensor.name, span);
  }
}
