// The smooth recalls of the examples in float64: starts, clamps, schedules, steps and stops written
// down a second time on the interpreter of the graph.

import {
  activationOf,
  type EnergyGraph,
  type Entrywise,
  evaluate,
  evaluateScalar,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  type Tensor,
  totalEnergy,
  velocities,
} from "@hamlet/graph";
import { exampleTensors } from "@hamlet/testing";
import type { RecallCase } from "./recall-case.ts";
import type { RecallRun } from "./run-recalls.ts";

type Layer = ArrayLike<number>;
type Layers = readonly Layer[];
type Values = ReadonlyMap<Tensor, Layer>;

/** How one example should go, from where a backend starts it. */
export interface ExpectedRecall {
  /** The states after every step. */
  readonly path: readonly Layers[];
  readonly energies: readonly number[];
  readonly activations: readonly Layers[];
  /** The step after which it stops; null when it does not. */
  readonly stops: number | null;
}

/**
 * The recall of one example. Layers that are drawn, or that nothing is said about, begin where the
 * backend began them: draws have tests of their own.
 */
export function expectedRecall(
  { model, recall }: RecallCase,
  example: number,
  began: Layers,
): ExpectedRecall {
  const { graph } = model;
  const given = exampleTensors(model, example);
  const steps = evaluateScalar(recall.steps);
  const timeStep = 1 / Math.max(1, steps - 1);
  const dynamics = dynamicsOf(graph, recall, given);
  let states: Layers = graph.neurons.map((neuron, i): Layer => {
    const start = recall.starts.find((one) => one.neuron === neuron);
    return start?.from === "value" ? entries(start, given, 0) : began[i];
  });
  const path = [states];
  const activations = [dynamics.activations(states, 0)];
  const energies = [dynamics.energy(states, 0)];
  let stops: number | null = null;
  for (let step = 0; step < steps; step++) {
    const time = Math.min(1, step * timeStep);
    states = advance(recall, states, { time, timeStep }, dynamics.velocity);
    const after = Math.min(1, (step + 1) * timeStep);
    path.push(states);
    activations.push(dynamics.activations(states, after));
    energies.push(dynamics.energy(states, after));
    const change = largestChange(activations.at(-2)!, activations.at(-1)!);
    const quantities = { change, energy: energies.at(-1)!, step: step + 1 };
    if (stops === null && holds(recall, given, quantities)) stops = step + 1;
  }
  return { path, energies, activations, stops };
}

interface Dynamics {
  readonly activations: (states: Layers, time: number) => Layers;
  readonly velocity: (states: Layers, time: number) => Layers;
  readonly energy: (states: Layers, time: number) => number;
}

function dynamicsOf(graph: EnergyGraph, recall: Recall, given: Values): Dynamics {
  const pinnedAt = (neuron: Neuron) =>
    recall.clamps.find((one) => one.neuron === neuron && one.where === null && one.value !== null);
  const slopes = [...velocities(graph)];
  const energy = totalEnergy({
    ...graph,
    neurons: graph.neurons.map((neuron) =>
      pinnedAt(neuron) === undefined ? neuron : { ...neuron, leak: false },
    ),
  });
  const world = (states: Layers, time: number): Values => {
    const values = new Map(given);
    for (const { tensor, value } of recall.schedules) {
      values.set(tensor, [evaluateScalar(value, { tensors: values, time })]);
    }
    graph.neurons.forEach(({ state }, i) => values.set(state, states[i]));
    for (const neuron of graph.neurons) {
      const pin = pinnedAt(neuron);
      const of = pin === undefined ? activationOf(neuron) : { ...pin, value: pin.value! };
      values.set(neuron.activation, entries(of, values, time));
    }
    return values;
  };
  return {
    activations: (states, time) => {
      const values = world(states, time);
      return graph.neurons.map(({ activation }) => values.get(activation)!);
    },
    velocity: (states, time) => {
      const values = world(states, time);
      return slopes.map(([neuron, slope]) => {
        const held = recall.clamps
          .filter((clamp) => clamp.neuron === neuron)
          .map(({ indices, where }) =>
            where === null ? null : entries({ indices, value: where }, values, time),
          );
        return entries(slope, values, time).map((speed, k) =>
          held.some((mask) => mask === null || mask[k] !== 0) ? 0 : speed,
        );
      });
    },
    energy: (states, time) => evaluateScalar(energy, { tensors: world(states, time), time }),
  };
}

/** One step of the solver of the recall. */
function advance(
  { solver }: Recall,
  states: Layers,
  { time, timeStep }: { time: number; timeStep: number },
  velocity: Dynamics["velocity"],
): Layers {
  const dt = evaluateScalar(solver.options.get("dt")!);
  const at = (from: Layers, t: number) => velocity(from, Math.min(1, t));
  const k1 = at(states, time);
  if (solver.name === "euler") return moved(states, dt, k1);
  if (solver.name !== "rk4") throw new Error(`There is no reference for "${solver.name}".`);
  const k2 = at(moved(states, dt / 2, k1), time + timeStep / 2);
  const k3 = at(moved(states, dt / 2, k2), time + timeStep / 2);
  const k4 = at(moved(states, dt, k3), time + timeStep);
  return [1, 2, 2, 1].reduce(
    (sum, weight, k) => moved(sum, (dt * weight) / 6, [k1, k2, k3, k4][k]),
    states,
  );
}

function moved(states: Layers, by: number, speeds: Layers): Layers {
  return states.map((layer, i) => Array.from(layer, (x, k) => x + by * speeds[i][k]));
}

function largestChange(before: Layers, after: Layers): number {
  return Math.max(
    ...after.flatMap((layer, i) => Array.from(layer, (x, k) => Math.abs(x - before[i][k]))),
  );
}

function holds(
  { stop }: Recall,
  given: Values,
  { change, energy, step }: { change: number; energy: number; step: number },
): boolean {
  if (stop === null) return false;
  const tensors = new Map<Tensor, Layer>([
    ...given,
    [RECALL_QUANTITIES.change, [change]],
    [RECALL_QUANTITIES.energy, [energy]],
    [RECALL_QUANTITIES.step, [step]],
    [RECALL_QUANTITIES.settled, [Number(change === 0)]],
  ]);
  return evaluateScalar(stop, { tensors }) !== 0;
}

function entries({ value, indices }: Entrywise, tensors: Values, time: number): Float64Array {
  return Float64Array.from(evaluate(value, { tensors, time }, indices).data);
}

/** The part of a batched array that belongs to one example. */
export function ofExample(all: readonly number[], example: number, batch: number): number[] {
  const count = all.length / batch;
  return all.slice(example * count, (example + 1) * count);
}

/** Where a backend started an example. */
export function startOf({ path }: RecallRun, example: number, batch: number): Layers {
  return path[0].map((layer) => ofExample(layer, example, batch));
}
