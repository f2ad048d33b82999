// The dynamics of a model under one recall block: velocity, activations and energy as one plan.

import {
  type Leaf,
  makeProgram,
  type Output,
  plan,
  type PlanOptions,
  type Program,
  type Target,
} from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  type Entrywise,
  type Expr,
  followSchedules,
  get,
  heldBy,
  inStates,
  indicesOf,
  lit,
  mul,
  type Neuron,
  pinnedBy,
  pow,
  type Recall,
  substituteIndices,
  targets,
  type Tensor,
  energyOfStates,
  velocities,
} from "@hamlet/graph";
import { movedTemperature } from "./setting.ts";

/** The outputs of the step program: one velocity and one activation a neuron, and the energy. */
export const ENERGY = "energy";
export const velocityName = (neuron: Neuron): string => `velocity ${neuron.name}`;
export const mobilityName = (neuron: Neuron): string => `mobility ${neuron.name}`;
export const targetName = (neuron: Neuron): string => `target ${neuron.name}`;
export const activationName = (neuron: Neuron): string => `activation ${neuron.name}`;

/** When a tensor of a model is known, and whether it differs per example. */
export function leafOf(tensor: Tensor): Leaf {
  switch (tensor.kind) {
    case "state":
    case "activation":
      return { stage: "step", batched: true };
    case "given":
      return { stage: "example", batched: true };
    case "param":
      return { stage: "param", batched: false };
    default:
      return { stage: "load", batched: false };
  }
}

/** The dynamics of a recall as expressions over states alone. */
export interface Dynamics {
  /** `dx/dt`; 0 where a clamp holds. */
  readonly velocities: ReadonlyMap<Neuron, Entrywise>;
  /** The total energy, without the own energy of layers that are held at a value. */
  readonly energy: Expr;
  /**
   * `at` where a clamp holds, by default 0, else `free`; both are over the indices of the layer's
   * velocity.
   */
  readonly heldOr: (neuron: Neuron, free: Expr, at?: Expr) => Expr;
  /** `expr` with activations written out, held ones as their value, and schedules followed. */
  readonly written: (expr: Expr) => Expr;
}

/** Derives the dynamics of a model under a recall block. */
export function dynamicsOf(graph: EnergyGraph, recall: Recall): Dynamics {
  const atTime = followSchedules(recall);
  const pinned = pinnedBy(recall);
  const moving: EnergyGraph = {
    ...graph,
    neurons: graph.neurons.map((neuron) =>
      pinned.has(neuron) ? { ...neuron, leak: false } : neuron,
    ),
  };
  const written = (expr: Expr) => atTime(inStates(graph, expr, pinned));
  const slopes = velocities(graph);
  const heldOr = (neuron: Neuron, free: Expr, at: Expr = lit(0)): Expr => {
    const clamps = recall.clamps.filter((clamp) => clamp.neuron === neuron);
    return written(heldBy(clamps, slopes.get(neuron)!.indices, { free, at }));
  };
  return {
    velocities: new Map(
      [...slopes].map(([neuron, { indices, value }]) => [
        neuron,
        { indices, value: heldOr(neuron, value) },
      ]),
    ),
    energy: written(energyOfStates(moving)),
    heldOr,
    written,
  };
}

/** What a solver needs beyond velocities; see `Solver`. */
export interface DynamicsNeeds {
  readonly noisy?: boolean;
  readonly targets?: boolean;
}

/** Compiles what every step of a recall needs. The caller disposes the program. */
export function makeDynamics<Value, Given>(
  graph: EnergyGraph,
  recall: Recall,
  {
    sizes,
    target,
    noisy = false,
    targets: wanted = false,
  }: Pick<PlanOptions, "sizes"> & DynamicsNeeds & { readonly target: Target<Value, Given> },
): Program<Value, Given> {
  const { velocities: slopes, energy, heldOr, written } = dynamicsOf(graph, recall);
  const outputs: Output[] = [];
  const heat = noisy ? movedTemperature(recall) : null;
  for (const [neuron, { indices, value }] of slopes) {
    outputs.push({ name: velocityName(neuron), value, indices, batched: true });
    if (!noisy) continue;
    // Noise is as strong as the time constant lets it be, and leaves held units alone.
    const allowed = pow(neuron.tau, lit(-1 / 2));
    const mobility = heldOr(neuron, heat === null ? allowed : mul(apply("sqrt", heat), allowed));
    outputs.push({ name: mobilityName(neuron), value: mobility, indices, batched: true });
  }
  for (const [neuron, { indices, value }] of wanted ? targets(graph) : []) {
    const own = slopes.get(neuron)!.indices;
    const here = substituteIndices(
      value,
      new Map(indices.map((index, axis) => [index, own[axis]])),
    );
    const rest = heldOr(neuron, here, get(neuron.state, own));
    outputs.push({ name: targetName(neuron), value: rest, indices: own, batched: true });
  }
  for (const neuron of graph.neurons) {
    const indices = indicesOf(neuron.axes);
    const value = written(get(neuron.activation, indices));
    outputs.push({ name: activationName(neuron), value, indices, batched: true });
  }
  outputs.push({ name: ENERGY, value: energy, indices: [], batched: true });
  return makeProgram(plan(outputs, { sizes, leaf: leafOf }), { target });
}

/** Compiles the values that layers start from. The caller disposes the program. */
export function makeStarts<Value, Given>(
  recall: Recall,
  sizes: PlanOptions["sizes"],
  target: Target<Value, Given>,
): Program<Value, Given> {
  const outputs = recall.starts.flatMap((start): Output[] =>
    start.from === "value"
      ? [{ name: start.neuron.name, value: start.value, indices: start.indices, batched: true }]
      : [],
  );
  return makeProgram(plan(outputs, { sizes, leaf: leafOf }), { target });
}
