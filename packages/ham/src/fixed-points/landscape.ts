// The energy of a model around one point, in float64: value, slope and curvature.
//
// Everything goes through the reference interpreter of `graph`, so it is exact to float64 and slow:
// a product with the curvature costs about as much as the energy, ten microseconds a node.

import {
  activationOf,
  type Clamp,
  type Dim,
  type EnergyGraph,
  type Environment,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  gradients,
  hessianVectorProduct,
  type Index,
  indicesOf,
  makeTensor,
  mul,
  type Neuron,
  sizeOfDim,
  sub,
  add,
  sum,
  targets,
  type Tensor,
  totalEnergy,
} from "@hamlet/graph";

/** The values that an energy is evaluated with: every const, param and data, and one example. */
export interface LandscapeSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Units that do not move; default none. */
  readonly clamps?: readonly Clamp[];
}

/** A vector over all units: the layers behind one another in the order of the graph, row-major. */
export type Vector = Float64Array<ArrayBuffer>;

/** The energy around one point. */
export interface Site {
  readonly states: Vector;
  readonly activations: Vector;
  readonly energy: number;
  /** `∂E/∂x̂`, the states and activations as one; 0 where a unit is held. */
  readonly slope: Vector;
  /** `∂x̂/∂x · u`, the Hessian of the Lagrangians; 0 where a unit is held. */
  metricTimes(u: Vector): Vector;
  /** `∂²E_synapses/∂x̂² · u`; 0 where a unit is held. */
  bendTimes(u: Vector): Vector;
}

/** An energy that can be looked at anywhere. */
export interface Landscape {
  readonly neurons: readonly Neuron[];
  /** Where each layer begins in a vector, and the number of all units last. */
  readonly offsets: readonly number[];
  /** 1 where a unit is free to move. */
  readonly free: Uint8Array;
  /** 1 where the layer's own energy counts. */
  readonly leak: Uint8Array;
  at(states: Vector): Site;
}

interface Part {
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** Derives the expressions once; `at` then evaluates them. */
export function makeLandscape(graph: EnergyGraph, space: LandscapeSpace): Landscape {
  return new GraphLandscape(graph, space);
}

class GraphLandscape implements Landscape {
  readonly neurons: readonly Neuron[];
  readonly offsets: readonly number[];
  readonly free: Uint8Array;
  readonly leak: Uint8Array;
  readonly #space: Environment & { tensors: ReadonlyMap<Tensor, ArrayLike<number>> };
  readonly #energy: Expr;
  readonly #activations: readonly Part[];
  readonly #slopes: readonly Part[];
  readonly #metrics: readonly Part[];
  readonly #bends: readonly Part[];
  readonly #directions: readonly Tensor[];

  constructor(graph: EnergyGraph, { sizes, tensors, clamps = [] }: LandscapeSpace) {
    this.neurons = graph.neurons;
    this.#space = { sizes, tensors };
    const counts = graph.neurons.map(({ axes }) =>
      axes.reduce((total, dim) => total * sizeOfDim(dim, { sizes }), 1),
    );
    this.offsets = [0, ...counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b))];
    const whole = new Map(clamps.filter(({ where }) => where === null).map((c) => [c.neuron, c]));
    this.#activations = graph.neurons.map((neuron) => {
      const clamp = whole.get(neuron);
      if (clamp?.value == null) return activationOf(neuron);
      return { indices: clamp.indices, value: clamp.value };
    });
    this.#energy = totalEnergy({
      ...graph,
      neurons: graph.neurons.map((neuron) =>
        whole.get(neuron)?.value == null ? neuron : { ...neuron, leak: false },
      ),
    });
    this.#slopes = [...targets(graph)].map(([neuron, { indices, value }]) => ({
      indices,
      value: sub(get(neuron.state, indices), value),
    }));
    this.#directions = graph.neurons.map(({ name, axes }) =>
      makeTensor(`direction ${name}`, "const", axes),
    );
    this.#metrics = graph.neurons.map(({ lagrangian, state, axes }, i) => {
      const indices = indicesOf(axes);
      const value = hessianVectorProduct(lagrangian, state, this.#directions[i], indices);
      return { indices, value };
    });
    this.#bends = bendsOf(graph, this.#directions);
    this.leak = this.#perUnit((i) => new Uint8Array(counts[i]).fill(Number(graph.neurons[i].leak)));
    this.free = this.#perUnit((i) => this.#freeUnits(graph.neurons[i], counts[i], clamps));
  }

  at(states: Vector): Site {
    const { neurons } = this;
    const tensors = new Map(this.#space.tensors);
    neurons.forEach(({ state }, i) => tensors.set(state, this.#slice(states, i)));
    const activations = this.#all(this.#activations, tensors);
    neurons.forEach(({ activation }, i) => tensors.set(activation, this.#slice(activations, i)));
    const along = (parts: readonly Part[], u: Vector) => {
      const inside = new Map(tensors);
      this.#directions.forEach((direction, i) => inside.set(direction, this.#slice(u, i)));
      return this.#onlyFree(this.#all(parts, inside));
    };
    return {
      states,
      activations,
      energy: evaluateScalar(this.#energy, { ...this.#space, tensors }),
      slope: this.#onlyFree(this.#all(this.#slopes, tensors)),
      metricTimes: (u) => along(this.#metrics, u),
      bendTimes: (u) => along(this.#bends, u),
    };
  }

  #slice(vector: Vector, layer: number): Vector {
    return vector.subarray(this.offsets[layer], this.offsets[layer + 1]);
  }

  #all(parts: readonly Part[], tensors: ReadonlyMap<Tensor, ArrayLike<number>>): Vector {
    const vector = new Float64Array(this.offsets.at(-1)!);
    parts.forEach(({ indices, value }, layer) => {
      const { data } = evaluate(value, { ...this.#space, tensors }, indices);
      vector.set(data, this.offsets[layer]);
    });
    return vector;
  }

  #onlyFree(vector: Vector): Vector {
    return vector.map((value, i) => (this.free[i] === 0 ? 0 : value));
  }

  #perUnit(of: (layer: number) => Uint8Array): Uint8Array {
    const all = new Uint8Array(this.offsets.at(-1)!);
    this.neurons.forEach((_, layer) => all.set(of(layer), this.offsets[layer]));
    return all;
  }

  #freeUnits(neuron: Neuron, count: number, clamps: readonly Clamp[]): Uint8Array {
    const free = new Uint8Array(count).fill(1);
    for (const clamp of clamps) {
      if (clamp.neuron !== neuron) continue;
      if (clamp.where === null) free.fill(0);
      else {
        const held = evaluate(clamp.where, this.#space, clamp.indices).data;
        held.forEach((value, i) => (free[i] &= Number(value === 0)));
      }
    }
    return free;
  }
}

/** `Σ ∂²E_synapses/∂x̂ᵢ∂x̂ⱼ uⱼ`, layer by layer. */
function bendsOf(graph: EnergyGraph, directions: readonly Tensor[]): Part[] {
  const { neurons, terms } = graph;
  const wanted = (at: readonly (readonly Index[])[]) =>
    neurons.map(({ activation }, i) => ({ tensor: activation, at: at[i] }));
  const inner = neurons.map(({ axes }) => indicesOf(axes));
  const slopes = gradients(add(...terms.map(({ energy }) => energy)), wanted(inner));
  const along = add(
    ...slopes.map((slope, i) => sum(inner[i], mul(slope, get(directions[i], inner[i])))),
  );
  const outer = neurons.map(({ axes }) => indicesOf(axes));
  return gradients(along, wanted(outer)).map((value, i) => ({ indices: outer[i], value }));
}
