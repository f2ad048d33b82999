// The energy of a model around one point, in float64: value, slope and curvature.
//
// Everything goes through plans in float64. What belongs to a site is computed once for all products
// with its curvature, and products with many vectors are one step with as many examples.

import {
  float64,
  type Inputs,
  type Leaf,
  makeProgram,
  type Output,
  plan,
  type Program,
} from "@hamlet/core";
import {
  activationOf,
  assertNoDrive,
  type Clamp,
  type Dim,
  type EnergyGraph,
  evaluate,
  type Expr,
  evaluateScalar,
  get,
  gradients,
  hessianVectorProduct,
  type Index,
  indicesOf,
  makeDim,
  makeIndex,
  makeTensor,
  type NumberArray,
  mul,
  type Neuron,
  replaceGets,
  sizeOfDim,
  sub,
  add,
  sum,
  targets,
  type Tensor,
  energyOfStates,
} from "@hamlet/graph";
import { withExactConsts } from "../hypergraph/exact-consts.ts";

/** The values that an energy is evaluated with: every const, param and data, and one example. */
export interface LandscapeSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Units that do not move; default none. */
  readonly clamps?: readonly Clamp[];
}

/** A vector over all units: the layers behind one another in the order of the graph, row-major. */
export type StateVector = Float64Array<ArrayBuffer>;

/** The energy at one point. */
export interface Place {
  readonly states: StateVector;
  readonly activations: StateVector;
  readonly energy: number;
  /** `∂E/∂x̂`, the states and activations as one; 0 where a unit is held. */
  readonly slope: StateVector;
}

/** How the energy bends at one point: `[n, n]` each, row-major and symmetric. */
export interface Curvature {
  /** `∂x̂/∂x`, the Hessian of the Lagrangians; 0 where a unit is held. */
  readonly metric: StateVector;
  /** `∂²E_synapses/∂x̂²`; 0 where a unit is held. */
  readonly bend: StateVector;
}

/** The energy around one point, for models of any size: products with its curvature. */
export interface Site extends Place {
  /** {@link Curvature.metric} `· u`; also of several vectors, one behind the other. */
  metricTimes(u: StateVector): StateVector;
  /** {@link Curvature.bend} `· u`; also of several vectors. */
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
  /** `1/τ` of every unit: `dx/dt = −(1/τ) ∂E/∂x̂`. */
  readonly pace: Float64Array;
  at(states: StateVector): Site;
  /** Looks at several points side by side, which takes little longer than one. */
  places(points: readonly StateVector[]): Place[];
  /** Whole matrices, for models of a few hundred units. */
  curvatures(places: readonly Pick<Place, "states" | "activations">[]): Curvature[];
}

interface Part {
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** Names among the results. */
const ENERGY = "energy";
const metricOf = (layer: number): string => `metric ${layer}`;
const bendOf = (layer: number): string => `bend ${layer}`;

/**
 * Derives the expressions once; `at` then evaluates them. Consts that a formula gives are taken in
 * float64, whatever they were rounded to.
 * @throws HamError `graph/driven`.
 */
export function makeLandscape(graph: EnergyGraph, space: LandscapeSpace): Landscape {
  assertNoDrive(graph, "A landscape is drawn and searched");
  return new GraphLandscape(graph, { ...space, tensors: withExactConsts(graph, space) });
}

type ArrayProgram = Program<NumberArray<Float64Array>, ArrayLike<number>>;

class GraphLandscape implements Landscape {
  readonly neurons: readonly Neuron[];
  readonly offsets: readonly number[];
  readonly free: Uint8Array;
  readonly leak: Uint8Array;
  readonly pace: Float64Array;
  readonly #graph: EnergyGraph;
  readonly #space: LandscapeSpace;
  readonly #states: readonly Tensor[];
  readonly #values: readonly Tensor[];
  readonly #directions: readonly Tensor[];
  readonly #activations: ArrayProgram;
  readonly #slopes: ArrayProgram;
  /** Made when they are first asked for: who polishes an end needs products, who searches matrices. */
  #products: { readonly metrics: ArrayProgram; readonly bends: ArrayProgram } | null = null;
  #matrices: ArrayProgram | null = null;
  /** The site that products with a curvature are bound to. */
  #bound: Inputs<ArrayLike<number>> | null = null;

  constructor(graph: EnergyGraph, { sizes, tensors, clamps = [] }: LandscapeSpace) {
    this.neurons = graph.neurons;
    this.#graph = graph;
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
    this.leak = this.#perUnit((i) => new Uint8Array(counts[i]).fill(Number(graph.neurons[i].leak)));
    this.free = this.#perUnit((i) => this.#freeUnits(graph.neurons[i], counts[i], clamps));
    const paces = graph.neurons.map(({ tau }) => 1 / evaluateScalar(tau, this.#space));
    this.pace = Float64Array.from(
      paces.flatMap((pace, i) => Array.from({ length: counts[i] }, () => pace)),
    );
  }

  places(points: readonly StateVector[]): Place[] {
    if (points.length === 0) return [];
    const batch = batchFor(points.length);
    const inside = this.#byLayer(this.#states, joined(points, batch));
    const activations = this.#run(this.#activations, inside, batch);
    const around = new Map([...inside, ...this.#byLayer(this.#values, activations)]);
    const results = this.#slopes.step(around, { batch });
    const energies = results.get(ENERGY)!.data;
    const slopes = this.#onlyFree(this.#joined(results, batch));
    const units = this.offsets.at(-1)!;
    return points.map((states, b) => ({
      states,
      activations: activations.subarray(b * units, (b + 1) * units),
      energy: energies[b],
      slope: slopes.subarray(b * units, (b + 1) * units),
    }));
  }

  curvatures(places: readonly Pick<Place, "states" | "activations">[]): Curvature[] {
    if (places.length === 0) return [];
    this.#matrices ??= this.#makeMatrices();
    const batch = batchFor(places.length);
    const states = joined(
      places.map((place) => place.states),
      batch,
    );
    const activations = joined(
      places.map((place) => place.activations),
      batch,
    );
    const around = [
      ...this.#byLayer(this.#states, states),
      ...this.#byLayer(this.#values, activations),
    ];
    const results = this.#matrices.step(new Map(around), { batch });
    return places.map((_, b) => ({
      metric: this.#matrix(results, metricOf, b),
      bend: this.#matrix(results, bendOf, b),
    }));
  }

  at(states: StateVector): Site {
    const [place] = this.places([states]);
    const { activations } = place;
    const around = new Map([
      ...this.#byLayer(this.#states, states),
      ...this.#byLayer(this.#values, activations),
    ]);
    const products = (this.#products ??= this.#makeProducts());
    const along = (program: ArrayProgram, u: StateVector) => {
      if (this.#bound !== around) {
        for (const curved of Object.values(products)) curved.bind("example", around);
        this.#bound = around;
      }
      const batch = u.length / this.offsets.at(-1)!;
      return this.#onlyFree(this.#run(program, this.#byLayer(this.#directions, u), batch));
    };
    return {
      ...place,
      metricTimes: (u) => along(products.metrics, u),
      bendTimes: (u) => along(products.bends, u),
    };
  }

  #makeProducts() {
    const turning = { example: [...this.#states, ...this.#values], step: this.#directions };
    return {
      metrics: this.#program(metricsOf(this.#graph, this.#directions), turning),
      bends: this.#program(bendsOf(this.#graph, this.#directions), turning),
    };
  }

  /**
   * The curvatures as a plan: their products with a direction, where that is every unit in turn.
   */
  #makeMatrices(): ArrayProgram {
    const units = this.offsets.at(-1)!;
    const all = makeDim("units", units);
    const unit = makeIndex("unit", all);
    const every = new Map(
      this.neurons.map(({ name, axes }, layer) => [
        this.#directions[layer],
        makeTensor(`units ${name}`, "const", [all, ...axes]),
      ]),
    );
    const inTurn = ({ indices, value }: Part, name: string): Output => ({
      name,
      value: replaceGets(value, ({ tensor, at }) => {
        const own = every.get(tensor);
        return own === undefined ? null : get(own, [unit, ...at]);
      }),
      indices: [unit, ...indices],
      batched: true,
    });
    const outputs = [
      ...metricsOf(this.#graph, this.#directions).map((part, i) => inTurn(part, metricOf(i))),
      ...bendsOf(this.#graph, this.#directions).map((part, i) => inTurn(part, bendOf(i))),
    ];
    const moving = new Set([...this.#states, ...this.#values]);
    const leaf = (tensor: Tensor): Leaf =>
      moving.has(tensor) ? { stage: "step", batched: true } : { stage: "load", batched: false };
    const program = makeProgram(plan(outputs, { sizes: this.#space.sizes, leaf }), {
      target: float64,
    });
    const ones = this.#directions.map((direction, layer): [Tensor, StateVector] => {
      const [from, to] = [this.offsets[layer], this.offsets[layer + 1]];
      const data = new Float64Array(units * (to - from));
      for (let i = 0; i < to - from; i++) data[(from + i) * (to - from) + i] = 1;
      return [every.get(direction)!, data];
    });
    program.bind("load", new Map([...this.#space.tensors, ...ones]));
    return program;
  }

  /** The matrix of one example, whose rows hold a part for every layer. */
  #matrix(
    results: ReadonlyMap<string, NumberArray<Float64Array>>,
    nameOf: (layer: number) => string,
    b: number,
  ): StateVector {
    const units = this.offsets.at(-1)!;
    if (this.neurons.length === 1 && !this.free.includes(0)) {
      const { data } = results.get(nameOf(0))! as { data: StateVector };
      return data.subarray(b * units * units, (b + 1) * units * units);
    }
    const matrix = new Float64Array(units * units);
    this.neurons.forEach((_, layer) => {
      const [from, to] = [this.offsets[layer], this.offsets[layer + 1]];
      const part = results.get(nameOf(layer))!.data;
      const width = to - from;
      for (let row = 0; row < units; row++) {
        if (this.free[row] === 0) continue;
        for (let i = 0; i < width; i++) {
          if (this.free[from + i] === 0) continue;
          matrix[row * units + from + i] = part[(b * units + row) * width + i];
        }
      }
    });
    return matrix;
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
    if (tensors.length === 1) return new Map([[tensors[0], vectors]]);
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
  #joined(results: ReadonlyMap<string, NumberArray<Float64Array>>, batch: number): StateVector {
    if (this.neurons.length === 1) return results.get("0")!.data as StateVector;
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
    if (!this.free.includes(0)) return vectors;
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

/** `Σ ∂²L/∂xᵢ∂xⱼ uⱼ`, layer by layer. */
function metricsOf({ neurons }: EnergyGraph, directions: readonly Tensor[]): Part[] {
  return neurons.map(({ lagrangian, state, axes }, i) => {
    const indices = indicesOf(axes);
    return { indices, value: hessianVectorProduct(lagrangian, state, directions[i], indices) };
  });
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

/** Vectors one behind the other, the last again and again until they are a batch. */
function joined(vectors: readonly StateVector[], batch: number): StateVector {
  const units = vectors[0].length;
  const all = new Float64Array(batch * units);
  for (let b = 0; b < batch; b++) all.set(vectors[Math.min(b, vectors.length - 1)], b * units);
  return all;
}

/**
 * Few batches for all numbers of points, since a program makes itself ready for each: a power of two, or
 * three halves of one.
 */
function batchFor(points: number): number {
  const batch = 2 ** Math.ceil(Math.log2(points));
  return batch >= 4 && points <= 0.75 * batch ? 0.75 * batch : batch;
}
