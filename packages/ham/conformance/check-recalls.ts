// What must hold of the recalls that a backend ran.

import { drivesOf, evaluate, evaluateScalar, type Tensor, totalEnergy } from "@hamlet/graph";
import { type EngineName, errorOf, exampleTensors, precisionOf } from "@hamlet/testing";
import { flips, type RecallCase } from "./recall-case.ts";
import { expectedRecall, ofExample, startOf } from "./reference-recall.ts";
import type { RecallRun } from "./run-recalls.ts";

/** Everything that is wrong with a run; empty when all is well. */
export function problemsOf(one: RecallCase, run: RecallRun, backend: EngineName): string[] {
  const found = flips(one.model.graph)
    ? problemsOfFlips(one, run, backend)
    : problemsOfDescent(one, run, backend);
  if (run.left !== 0) found.push(`${run.left} tensors are left`);
  return found;
}

/** The whole path, the energies, the activations and the ending, each as the reference has it. */
function problemsOfDescent(one: RecallCase, run: RecallRun, backend: EngineName): string[] {
  const { batch, graph } = one.model;
  const found: string[] = [];
  const compare = compareInto(found, backend);
  for (let example = 0; example < batch; example++) {
    const expected = expectedRecall(one, example, startOf(run, example, batch));
    const { ending, steps } = run.endings[example];
    expected.path.forEach((layers, step) => {
      layers.forEach((layer, i) => {
        const layerFound = ofExample(run.path[step][i], example, batch);
        compare(`state of ${graph.neurons[i].name} after step ${step}`, layer, layerFound);
      });
    });
    const energies = run.energies.slice(0, steps + 1).map((all) => all[example]);
    compare("energies", expected.energies.slice(0, steps + 1), energies);
    expected.activations[steps].forEach((layer, i) => {
      const layerFound = ofExample(run.activations[i], example, batch);
      compare(`activation of ${graph.neurons[i].name} at the end`, layer, layerFound);
    });
    const last = expected.path.length - 1;
    if (steps !== (expected.stops ?? last)) {
      found.push(`it stopped after ${steps} steps, not ${expected.stops ?? last}`);
    }
    if ((ending === "converged") !== (expected.stops !== null)) found.push(`it ended ${ending}`);
  }
  return found;
}

/**
 * The energies that are reported are those of the states. One unit a step and never uphill, or what
 * drives them turns all at once.
 */
function problemsOfFlips(one: RecallCase, run: RecallRun, backend: EngineName): string[] {
  const { batch, graph } = one.model;
  const found: string[] = [];
  const compare = compareInto(found, backend);
  const energyOf = totalEnergy({ ...graph, neurons: [] });
  for (let example = 0; example < batch; example++) {
    const given = exampleTensors(one.model, example);
    const layers = run.path.map((states) =>
      states.map((layer) => ofExample(layer, example, batch)),
    );
    const energies = layers.map((states) => {
      const tensors = new Map(given);
      graph.neurons.forEach(({ activation }, i) => tensors.set(activation, states[i]));
      return evaluateScalar(energyOf, { tensors });
    });
    compare(
      "energies",
      energies.slice(0, run.energies.length),
      run.energies.map((all) => all[example]),
    );
    layers.slice(1).forEach((states, step) => {
      if (drivesOf(graph).length > 0) {
        found.push(
          ...problemsOfDrives(one, layers[step], states, given).map(
            (what) => `step ${step + 1}: ${what}`,
          ),
        );
        return;
      }
      const changed = states.flatMap((layer, i) =>
        layer.filter((x, k) => x !== layers[step][i][k]),
      ).length;
      if (changed > 1) found.push(`step ${step + 1} changes ${changed} units`);
      if (energies[step + 1] > energies[step]) found.push(`step ${step + 1} goes uphill`);
      if (changed === 1 && energies[step + 1] === energies[step]) {
        found.push(`step ${step + 1} flips a unit for nothing`);
      }
    });
    run.activations.forEach((layer, i) => {
      const { steps } = run.endings[example];
      compare("activations", layers[steps][i], ofExample(layer, example, batch));
    });
  }
  return found;
}

/** Every unit has the sign of what drives it, or stays where that is 0. */
function problemsOfDrives(
  { model: { graph }, recall }: RecallCase,
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
  given: ReadonlyMap<Tensor, ArrayLike<number>>,
): string[] {
  if (graph.terms.length > 0 || drivesOf(graph).length > 1 || recall.solver.name !== "sync") {
    return ["there is no reference for such a drive"];
  }
  const tensors = new Map(given);
  graph.neurons.forEach(({ activation }, i) => tensors.set(activation, before[i]));
  return drivesOf(graph).flatMap(({ neuron, indices, value }) => {
    const i = graph.neurons.indexOf(neuron);
    const { data } = evaluate(value, { tensors }, indices);
    const wrong = after[i].filter(
      (x, k) => x !== (data[k] === 0 ? before[i][k] : Math.sign(data[k])),
    );
    return wrong.length === 0
      ? []
      : [`${wrong.length} units of ${neuron.name} go against their drive`];
  });
}

/** Compares within the precision of the backend and keeps the first difference of each array. */
function compareInto(found: string[], backend: EngineName) {
  const precision = precisionOf("a recall");
  return (what: string, expected: ArrayLike<number>, values: readonly number[]): void => {
    if (expected.length !== values.length) {
      found.push(`${what}: ${values.length} numbers, not ${expected.length}`);
      return;
    }
    const at = values.findIndex(
      (value, k) => errorOf(expected[k], value, precision.floor) > precision[backend],
    );
    if (at >= 0) found.push(`${what}: expected ${expected[at]}, found ${values[at]}`);
  };
}
