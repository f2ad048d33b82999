// The plans of a training, as outputs. A pullback multiplies a cotangent by a Jacobian from the
// left without ever building it: it is the gradient of the number ⟨cotangent, f⟩, and that is an
// expression like any other.

import type { Output } from "@hamlet/core";
import {
  add,
  type EnergyGraph,
  type Expr,
  get,
  gradients,
  indicesOf,
  isValue,
  lit,
  makeTensor,
  type Metric,
  mul,
  type Neuron,
  type Recall,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { type Dynamics, dynamicsOf } from "../recall/dynamics.ts";

/** What a training differentiates. */
export interface Differentiated {
  readonly graph: EnergyGraph;
  readonly recall: Recall;
  /** One number an example over the activations at the end. */
  readonly loss: Expr;
  /** What else is measured of every example there. */
  readonly metrics?: readonly Metric[];
  /** What gradients are taken by. */
  readonly params: readonly Tensor[];
}

/** The names of outputs: one for every layer, one for every param with a slope. */
export const layerName = (neuron: Neuron): string => `layer ${neuron.name}`;
export const paramName = (param: Tensor): string => `param ${param.name}`;
export const NUMBER = "number";

/** The outputs of everything that a training computes. */
export class Pullbacks {
  /** One cotangent for every layer, in the order of the graph. */
  readonly cotangents: readonly Tensor[];
  readonly #parts: Differentiated;
  readonly #dynamics: Dynamics;

  constructor(parts: Differentiated) {
    this.#parts = parts;
    this.#dynamics = dynamicsOf(parts.graph, parts.recall);
    this.cotangents = parts.graph.neurons.map(({ name, axes }) =>
      makeTensor(`cotangent of ${name}`, "state", axes),
    );
  }

  /** `dx/dt` by layer. */
  velocity(): Output[] {
    return [...this.#dynamics.velocities].map(([neuron, { indices, value }]) => ({
      name: layerName(neuron),
      value,
      indices,
      batched: true,
    }));
  }

  /** `cotangentᵀ ∂(dx/dt)`. */
  ofVelocity(): Output[] {
    const pairs = this.#parts.graph.neurons.map((neuron, i) => {
      const { indices, value } = this.#dynamics.velocities.get(neuron)!;
      return sum(indices, mul(get(this.cotangents[i], indices), value));
    });
    return this.#slopes(add(...pairs));
  }

  /** `cotangentᵀ ∂x₀`, by params alone. */
  ofStart(): Output[] {
    const { graph, recall } = this.#parts;
    const pairs = recall.starts.flatMap((start) => {
      if (start.from !== "value") return [];
      const cotangent = this.cotangents[graph.neurons.indexOf(start.neuron)];
      return [sum(start.indices, mul(get(cotangent, start.indices), start.value))];
    });
    return this.#byParam(add(...pairs));
  }

  loss(): Output[] {
    return [this.#number(this.#loss)];
  }

  metrics(): Output[] {
    return (this.#parts.metrics ?? []).map(({ name, value }) => ({
      name,
      value: this.#dynamics.written(value),
      indices: [],
      batched: true,
    }));
  }

  /** The loss with its slopes by states and params. */
  ofLoss(): Output[] {
    return [this.#number(this.#loss), ...this.#slopes(this.#loss)];
  }

  /** The slopes of the energy. */
  ofEnergy(): Output[] {
    return this.#slopes(this.#dynamics.energy);
  }

  /** 1 for units that move, 0 for those that a clamp holds. */
  free(): Output[] {
    return [...this.#dynamics.velocities].map(([neuron, { indices }]) => ({
      name: layerName(neuron),
      value: this.#dynamics.heldOr(neuron, lit(1)),
      indices,
      batched: true,
    }));
  }

  /** Every activation, and the energy. */
  watch(): Output[] {
    const activations = this.#parts.graph.neurons.map((neuron) => {
      const indices = indicesOf(neuron.axes);
      const value = this.#dynamics.written(get(neuron.activation, indices));
      return { name: layerName(neuron), value, indices, batched: true };
    });
    return [...activations, this.#number(this.#dynamics.energy)];
  }

  get #loss(): Expr {
    return this.#dynamics.written(this.#parts.loss);
  }

  #number(value: Expr): Output {
    return { name: NUMBER, value, indices: [], batched: true };
  }

  #slopes(value: Expr): Output[] {
    const { neurons } = this.#parts.graph;
    const at = neurons.map(({ axes }) => indicesOf(axes));
    const targets = neurons.map(({ state }, i) => ({ tensor: state, at: at[i] }));
    const byState = gradients(value, targets).map((slope, i) => ({
      name: layerName(neurons[i]),
      value: slope,
      indices: at[i],
      batched: true,
    }));
    return [...byState, ...this.#byParam(value)];
  }

  /** Summed over the examples; a param that `value` does not depend on has no output. */
  #byParam(value: Expr): Output[] {
    const { params } = this.#parts;
    const at = params.map(({ axes }) => indicesOf(axes));
    const targets = params.map((tensor, i) => ({ tensor, at: at[i] }));
    return gradients(value, targets).flatMap((slope, i) =>
      isValue(slope, 0)
        ? []
        : [
            {
              name: paramName(params[i]),
              value: slope,
              indices: at[i],
              batched: false,
              summed: true,
            },
          ],
    );
  }
}
