// The energy of a model around one point, in float64: value, slope and curvature.
//
// Everything goes through plans in float64. What belongs to a site is computed once for all products
// with its curvature, and products with many vectors are one step with as many examples.

import {
  float64,
  type Inputs,
  type Leaf,
  makeProgram,
  type Numbers,
  plan,
  type Program,
} from "@hamlet/core";
import {
  activationOf,
  type Clamp,
  type Dim,
  type EnergyGraph,
  evaluate,
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
  energyOfStates,
} from "@hamlet/graph";
import { withExactConsts } from "./exact-consts.ts";

/** The values that an energy is evaluated with: every const, param and data, and one example. */
export interface LandscapeSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Units that do not move; default none. */
  readonly clamps?: readonly Clamp[];
}

/** A vector over all units: the layers behind one another in the order of the graph, row-major. */
export type StateVector = Float64Array<ArrayBuffer>;

/** The energy around one point. */
export interface Site {
  readonly states: StateVector;
  readonly activations: StateVector;
  readonly energy: number;
  /** `∂E/∂x̂`, the states and activations as one; 0 where a unit is held. */
  readonly slope: StateVector;
  /**
   * `∂x̂/∂x · u`, the Hessian of the Lagrangians; 0 where a unit is held. Also of several vectors,
   * one behind the other.
   */
  metricTimes(u: StateVector): StateVector;
  /** `∂²E_synapses/∂x̂² · u`; 0 where a unit is held. Also of several vectors. */
  bendTimes(u: StateVector): StateVector;
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
  at(states: StateVector): Site;
}

interface Part {
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** The name of the energy among the results. */
const ENERGY = "energy";

/**
 * Derives the expressions once; `at` then evaluates them. Consts that a formula gives are taken in
 * float64, whatever they were rounded to.
 */
export function makeLandscape(graph: EnergyGraph, space: LandscapeSpace): Landscape {
  return new GraphLandscape(graph, { ...space, tensors: withExactConsts(graph, space) });
}

type ArrayProgram = Program<Numbers, ArrayLike<number>>;

class GraphLandscape implements Landscape {
  readonly neurons: readonly Neuron[];
  readonly offsets: readonly number[];
  readonly free: Uint8Array;
  readonly leak: Uint8Array;
  readonly #space: LandscapeSpace;
  readonly #states: readonly Tensor[];
  readonly #values: readonly Tensor[];
  readonly #directions: readonly Tensor[];
  readonly #activations: ArrayProgram;
  readonly #slopes: ArrayProgram;
  readonly #metrics: ArrayProgram;
  readonly #bends: ArrayProgram;
  /** The site that products with a curvature are bound to. */
  #bound: Inputs<ArrayLike<number>> | null = null;

  constructor(graph: EnergyGraph, { sizes, tensors, clamps = [] }: LandscapeSpace) {
    this.neurons = graph.neurons;
    this.#space = { sizes, tensors };
    const counts = graph.neurons.map(({ axes }) =>
      axes.reduce((total, dim) => total * sizeOfDim(dim, { sizes }), 1),
    );
    this.offsets = [0, ...counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b))];
    const whole = new Map(clamps.filter(({ where }) => where === null).map((c) => [c.neuron, c]));
    this.#states = graph.neurons.map(({ state }) => state);
    this.#values = graph.neurons.map(({ activation }) => activation);
    this.#directions = graph.neurons.map(({ name, axes }) =>
      makeTensor(`direction ${name}`, "const", axes),
    );
    const energy = energyOfStates({
      ...graph,
      neurons: graph.neurons.map((neuron) =>
        whole.get(neuron)?.value == null ? neuron : { ...neuron, leak: false },
      ),
    });
    const moving = { step: [...this.#states, ...this.#values] };
    this.#activations = this.#program(
      graph.neurons.map((neuron) => {
        const clamp = whole.get(neuron);
        if (clamp?.value == null) return activationOf(neuron);
        return { indices: clamp.indices, value: clamp.value };
      }),
      moving,
    );
    this.#slopes = this.#program(
      [...targets(graph)].map(([neuron, { indices, value }]) => ({
        indices,
        value: sub(get(neuron.state, indices), value),
      })),
      moving,
      energy,
    );
    const turning = { example: moving.step, step: this.#directions };
    this.#metrics = this.#program(
      graph.neurons.map(({ lagrangian, state, axes }, i) => {
        const indices = indicesOf(axes);
        const value = hessianVectorProduct(lagrangian, state, this.#directions[i], indices);
        return { indices, value };
      }),
      turning,
    );
    this.#bends = this.#program(bendsOf(graph, this.#directions), turning);
    this.leak = this.#perUnit((i) => new Uint8Array(counts[i]).fill(Number(graph.neurons[i].leak)));
    this.free = this.#perUnit((i) => this.#freeUnits(graph.neurons[i], counts[i], clamps));
  }

  at(states: StateVector): Site {
    const inside = this.#byLayer(this.#states, states);
    const activations = this.#run(this.#activations, inside, 1);
    const around = new Map([...inside, ...this.#byLayer(this.#values, activations)]);
    const results = this.#slopes.step(around, { batch: 1 });
    const slope = this.#onlyFree(this.#joined(results, 1));
    const along = (program: ArrayProgram, u: StateVector) => {
      if (this.#bound !== around) {
        for (const curved of [this.#metrics, this.#bends]) curved.bind("example", around);
        this.#bound = around;
      }
      const batch = u.length / this.offsets.at(-1)!;
      return this.#onlyFree(this.#run(program, this.#byLayer(this.#directions, u), batch));
    };
    return {
      states,
      activations,
      energy: results.get(ENERGY)!.data[0],
      slope,
      metricTimes: (u) => along(this.#metrics, u),
      bendTimes: (u) => along(this.#bends, u),
    };
  }

  /** Computes one value a layer, and an energy, from what each stage brings. */
  #program(
    parts: readonly Part[],
    moving: { readonly example?: readonly Tensor[]; readonly step: readonly Tensor[] },
    energy?: Expr,
  ): ArrayProgram {
    const leaf = (tensor: Tensor): Leaf => {
      if (moving.step.includes(tensor)) return { stage: "step", batched: true };
      return { stage: moving.example?.includes(tensor) ? "example" : "load", batched: false };
    };
    const outputs = parts.map((part, layer) => ({ name: `${layer}`, ...part, batched: true }));
    if (energy !== undefined) {
      outputs.push({ name: ENERGY, value: energy, indices: [], batched: true });
    }
    const program = makeProgram(plan(outputs, { sizes: this.#space.sizes, leaf }), {
      target: float64,
    });
    program.bind("load", this.#space.tensors);
    return program;
  }

  #run(program: ArrayProgram, arrays: Map<Tensor, StateVector>, batch: number): StateVector {
    return this.#joined(program.step(arrays, { batch }), batch);
  }

  /** The entries of one layer in each of several vectors. */
  #byLayer(tensors: readonly Tensor[], vectors: StateVector): Map<Tensor, StateVector> {
    const units = this.offsets.at(-1)!;
    return new Map(
      tensors.map((tensor, layer) => {
        const [from, to] = [this.offsets[layer], this.offsets[layer + 1]];
        const part = new Float64Array((vectors.length / units) * (to - from));
        for (let b = 0; b * units < vectors.length; b++) {
          part.set(vectors.subarray(b * units + from, b * units + to), b * (to - from));
        }
        return [tensor, part];
      }),
    );
  }

  /** Vectors of all units from the results of every layer. */
  #joined(results: ReadonlyMap<string, Numbers>, batch: number): StateVector {
    const units = this.offsets.at(-1)!;
    const vectors = new Float64Array(batch * units);
    this.neurons.forEach((_, layer) => {
      const [from, to] = [this.offsets[layer], this.offsets[layer + 1]];
      const part = results.get(`${layer}`)!.data;
      for (let b = 0; b < batch; b++) {
        vectors.set(part.subarray(b * (to - from), (b + 1) * (to - from)), b * units + from);
      }
    });
    return vectors;
  }

  #onlyFree(vectors: StateVector): StateVector {
    const units = this.offsets.at(-1)!;
    return vectors.map((value, i) => (this.free[i % units] === 0 ? 0 : value));
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
