// A model where every unit lies between bounds: its energy and the slopes of that.

import { type Neuron, sizeOfDim, type Tensor } from "@hamlet/graph";
import type { Bounds, ByLayer } from "../certificate.ts";
import { at } from "./bounds.ts";
import { Calculation, type Space } from "./calculation.ts";
import { demand } from "./findings.ts";
import { truth } from "./pieces.ts";
import { add, beginLook, mul, negative, slopes, value, type Value } from "./values.ts";

export interface Scene {
  readonly units: readonly {
    readonly neuron: Neuron;
    readonly at: number;
    readonly free: boolean;
  }[];
  readonly states: readonly Value[];
  /** `∂E/∂x̂` of every unit, and the whole energy. */
  readonly slopes: () => Value[];
  readonly energy: Value;
  /** The energies that couple units, without those of their own. */
  readonly coupling: Value;
  readonly activations: readonly Value[];
  readonly calculation: Calculation;
  readonly layers: ReadonlyMap<Tensor, readonly Value[]>;
}

/** Numbers of every layer, as many as it has units. */
export function entryOf(numbers: ByLayer<unknown>, what: string) {
  return (neuron: Neuron, i: number): number => {
    const entry = numbers[neuron.name]?.[i];
    demand(typeof entry === "number", `${what}: expected a number for ${neuron.name}[${i}]`);
    return entry;
  };
}
export const pointsOf = (numbers: ByLayer, what: string) => {
  const entry = entryOf(numbers, what);
  return (neuron: Neuron, i: number) => at(entry(neuron, i));
};

/** A layer whose units jump, as none of a clamp does. */
export const flips = ({ recall }: Space, neuron: Neuron): boolean =>
  neuron.kind === "binary" && !recall.clamps.some((c) => c.neuron === neuron && c.where === null);

/** The model where every unit lies between bounds. */
export function sceneAt(space: Space, boundsOf: (neuron: Neuron, at: number) => Bounds): Scene {
  beginLook();
  const { graph, recall, sizes } = space;
  const layers = new Map<Tensor, readonly Value[]>();
  const calculation = new Calculation(space, layers);
  const own: Value[] = [];
  const units = graph.neurons.flatMap((neuron) => {
    const { axes, state, activation, lagrangian, leak } = neuron;
    const count = axes.reduce((total, dim) => total * sizeOfDim(dim, { sizes }), 1);
    const states = Array.from({ length: count }, (_, i) =>
      value("unit", [], boundsOf(neuron, i), 0, true),
    );
    layers.set(state, states);
    const clamps = recall.clamps.filter((clamp) => clamp.neuron === neuron);
    const pin = clamps.find(({ where, value: held }) => where === null && held !== null);
    const [potential] = calculation.all(lagrangian, []);
    const acts = pin
      ? calculation.all(pin.value!, pin.indices)
      : flips(space, neuron)
        ? states
        : slopes(potential, states);
    const copies = acts.map((x) => value("copy", [x], x.bounds, 0, true));
    layers.set(activation, copies);
    if (leak && !pin && !flips(space, neuron)) {
      own.push(...states.map((x, i) => mul(x, copies[i])), negative(potential));
    }
    const held = clamps.map(({ where, indices }) =>
      where === null ? [] : calculation.all(where, indices).map(truth),
    );
    return states.map((_, i) => ({ neuron, at: i, free: held.every((is) => is[i] === 0) }));
  });
  const coupling = add(graph.terms.flatMap(({ energy }) => calculation.all(energy, [])));
  const of = (tensor: "state" | "activation") =>
    graph.neurons.flatMap((neuron) => layers.get(neuron[tensor])!);
  const states = of("state");
  return {
    units,
    states,
    layers,
    calculation,
    coupling,
    activations: of("activation"),
    energy: add([...own, coupling]),
    slopes() {
      beginLook();
      return slopes(coupling, of("activation")).map((slope, i) =>
        units[i].neuron.leak ? add([states[i], slope]) : slope,
      );
    },
  };
}
