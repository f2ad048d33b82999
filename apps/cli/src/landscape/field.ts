// The energy of one layer of a model, and its slope, at any states of that layer.

import { makeProgram, makeTurn, type Output, plan, type Program } from "@hamlet/core";
import {
  assertNoDrive,
  HamError,
  inStates,
  type Neuron,
  type Tensor,
  energyOfStates,
  velocities,
} from "@hamlet/graph";
import type { Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";

/** Energies `[B]` and velocities `[B, N]` of states `[B, N]`. */
export interface FieldValues {
  readonly energies: Float64Array;
  readonly velocities: Float64Array;
}

/** A layer's energy as a function of its state; other layers stay at 0. Owns tensors. */
export interface Field {
  /** Entries of the layer. */
  readonly size: number;
  at(states: Float64Array): Promise<FieldValues>;
  [Symbol.dispose](): void;
}

const [ENERGY, VELOCITY] = ["energy", "velocity"];

/** Compiles the energy of a layer; a given takes its first example. */
export function makeField(model: Model, neuron: Neuron): Field {
  const { graph, sizes } = model;
  assertNoDrive(graph, "A landscape is drawn");
  const velocity = velocities(graph).get(neuron)!;
  const outputs: Output[] = [
    { name: ENERGY, value: inStates(graph, energyOfStates(graph)), indices: [], batched: true },
    {
      name: VELOCITY,
      value: inStates(graph, velocity.value),
      indices: velocity.indices,
      batched: true,
    },
  ];
  const layers = new Map(graph.neurons.map((layer) => [layer.state, layer]));
  const program = makeProgram(
    plan(outputs, {
      sizes,
      leaf: (tensor) =>
        layers.has(tensor) ? { stage: "step", batched: true } : { stage: "load", batched: false },
    }),
  );
  return new LayerField(model, { neuron, program, layers: [...layers.values()] });
}

class LayerField implements Field {
  readonly size: number;
  readonly #shape: readonly number[];
  readonly #neuron: Neuron;
  readonly #program: Program;
  readonly #others: readonly { readonly tensor: Tensor; readonly shape: readonly number[] }[];
  readonly #values: tf.Tensor[] = [];

  constructor(
    model: Model,
    given: { neuron: Neuron; program: Program; layers: readonly Neuron[] },
  ) {
    const shapeOf = (layer: Neuron) => layer.axes.map((dim) => model.sizes.get(dim)!);
    this.#neuron = given.neuron;
    this.#program = given.program;
    this.#shape = shapeOf(given.neuron);
    this.size = this.#shape.reduce((a, b) => a * b, 1);
    this.#others = given.layers
      .filter((layer) => layer !== given.neuron)
      .map((layer) => ({ tensor: layer.state, shape: shapeOf(layer) }));
    const inputs = new Map<Tensor, tf.Tensor>();
    for (const [tensor, data] of entriesOf(model)) {
      const shape = tensor.axes.map((dim) => model.sizes.get(dim)!);
      const value = tf.tensor(Float32Array.from(data), shape, "float32");
      inputs.set(tensor, value);
      this.#values.push(value);
    }
    this.#program.bind("load", inputs);
  }

  async at(states: Float64Array): Promise<FieldValues> {
    const batch = states.length / this.size;
    const inputs = new Map<Tensor, tf.Tensor>();
    inputs.set(this.#neuron.state, tf.tensor(new Float32Array(states), [batch, ...this.#shape]));
    for (const { tensor, shape } of this.#others) inputs.set(tensor, tf.zeros([batch, ...shape]));
    const results = this.#program.step(inputs, { batch });
    tf.dispose([...inputs.values()]);
    const [energies, velocities] = await Promise.all(
      [ENERGY, VELOCITY].map((name) => results.get(name)!.data()),
    );
    tf.dispose([...results.values()]);
    return { energies: new Float64Array(energies), velocities: new Float64Array(velocities) };
  }

  [Symbol.dispose](): void {
    this.#program.dispose();
    tf.dispose(this.#values);
  }
}

/** Values of many states, some at a time. */
export async function valuesAt(
  field: Pick<Field, "size" | "at">,
  states: Float64Array,
): Promise<FieldValues> {
  const energies: number[] = [];
  const velocities: number[] = [];
  const atOnce = 256 * field.size;
  const turn = makeTurn();
  for (let from = 0; from < states.length; from += atOnce) {
    const part = await field.at(states.subarray(from, from + atOnce));
    for (const energy of part.energies) energies.push(energy);
    for (const velocity of part.velocities) velocities.push(velocity);
    await turn();
  }
  return { energies: new Float64Array(energies), velocities: new Float64Array(velocities) };
}

/** What a model's energy reads; of a given, its first example. */
export function entriesOf(model: Model): Map<Tensor, ArrayLike<number>> {
  return new Map(
    model.graph.tensors.flatMap((tensor) => {
      const { axes, name } = tensor;
      const count = axes.reduce((total, dim) => total * model.sizes.get(dim)!, 1);
      try {
        return [[tensor, model.entries(name).data.subarray(0, count)] as const];
      } catch (error) {
        // A given without a file: only a model whose energy reads it will miss it.
        if (HamError.isInstance(error) && error.code === "model/unknown-name") return [];
        throw error;
      }
    }),
  );
}
