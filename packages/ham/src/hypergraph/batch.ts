// One example or many: where the batch axis of a hypergraph comes and goes.

import type { Inputs } from "@hamlet/core";
import { type Dim, HamError, type Neuron, sizeOfDim, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** A tensor for every layer, connection or weight, by name. */
export type TensorsByName = Readonly<Record<string, tf.Tensor>>;

/** States and activations by the name of their layer. */
export interface LayerTensors {
  readonly states?: TensorsByName;
  readonly activations?: TensorsByName;
}

/** A tensor of one layer that was given. */
interface Given {
  readonly neuron: Neuron;
  readonly tensor: Tensor;
  readonly value: tf.Tensor;
}

/** What the layers of a hypergraph look like, with and without a batch axis. */
export class BatchRule {
  readonly #shapes: ReadonlyMap<Neuron, readonly number[]>;

  constructor(neurons: readonly Neuron[], sizes: ReadonlyMap<Dim, number>) {
    this.#shapes = new Map(
      neurons.map((neuron) => [neuron, neuron.axes.map((dim) => sizeOfDim(dim, { sizes }))]),
    );
  }

  /** Zeros for every layer. */
  zeros(batch?: number): Record<string, tf.Tensor> {
    if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1)) {
      throw new HamError(
        "ham/state-shape",
        `Expected the number of examples to be a whole number from 1 up, found ${batch}. Leave it out for one example without a batch axis.`,
      );
    }
    const lead = batch === undefined ? [] : [batch];
    return tf.tidy(() =>
      Object.fromEntries(
        [...this.#shapes].map(([{ name }, shape]) => [name, tf.zeros([...lead, ...shape])]),
      ),
    );
  }

  /**
   * Calls `body` with `[B, …axes]` inputs, and gives back what it returns with the batch axis that
   * the inputs had.
   */
  run(
    given: LayerTensors,
    body: (inputs: Inputs, batch: number) => ReadonlyMap<string, tf.Tensor>,
  ): Record<string, tf.Tensor> {
    const found = [...this.#found("state", given), ...this.#found("activation", given)];
    const batch = this.#batchOf(found);
    return tf.tidy(() => {
      const inputs = new Map(
        found.map(({ tensor, value }) => [
          tensor,
          batch === null ? tf.expandDims(value, 0) : value,
        ]),
      );
      const results = body(inputs, batch ?? 1);
      return Object.fromEntries(
        [...results].map(([name, value]) => [
          name,
          batch === null ? tf.squeeze(value, [0]) : value,
        ]),
      );
    });
  }

  #found(what: "state" | "activation", given: LayerTensors): Given[] {
    const values = what === "state" ? given.states : given.activations;
    if (values === undefined) return [];
    return [...this.#shapes.keys()].map((neuron) => {
      const value = values[neuron.name];
      if (value !== undefined) return { neuron, tensor: neuron[what], value };
      throw new HamError(
        "ham/state-shape",
        `There is no ${what} for the layer "${neuron.name}". Given: ${Object.keys(values).join(", ") || "none"}.`,
      );
    });
  }

  /** The number of examples; null for one without a batch axis. */
  #batchOf(found: readonly Given[]): number | null {
    const counts = found.map((given) => ({ given, count: this.#countOf(given) }));
    const [first] = counts;
    const other = counts.find(({ count }) => count !== first?.count);
    if (other === undefined) return first?.count ?? null;
    const said = (count: number | null) =>
      count === null ? "one example without a batch axis" : `${count} examples`;
    throw new HamError(
      "ham/batch-mismatch",
      `The ${first.given.tensor.kind} of "${first.given.neuron.name}" holds ${said(first.count)}, the ${other.given.tensor.kind} of "${other.given.neuron.name}" ${said(other.count)}. Give each the same number.`,
    );
  }

  #countOf({ neuron, tensor, value }: Given): number | null {
    const shape = this.#shapes.get(neuron)!;
    const lead = value.rank - shape.length;
    const own = value.shape.slice(Math.max(lead, 0));
    if ((lead === 0 || lead === 1) && own.every((size, axis) => size === shape[axis])) {
      return lead === 0 ? null : value.shape[0];
    }
    const wanted = shape.join(", ");
    throw new HamError(
      "ham/state-shape",
      `The ${tensor.kind} of "${neuron.name}": expected the shape [${wanted}] or [${["B", ...shape].join(", ")}], found [${value.shape.join(", ")}].`,
    );
  }
}
