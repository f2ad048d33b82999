// A hypergraph as functions of tensors: states in, activations, energies and gradients out.

import { type Inputs, type Key, key as keyOf, type Output } from "@hamlet/core";
import {
  activationGradients,
  activationOf,
  type Dim,
  type EnergyGraph,
  HamError,
  lit,
  neuronEnergy,
  type Tensor,
  tensorsIn,
  totalEnergy,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { assertTensorsAdmittedSync } from "./assert-admitted.ts";
import { BatchRule, type TensorsByName } from "./batch.ts";
import { LazyProgram } from "./lazy-program.ts";
import { addInitialEntries, type Entries } from "./initial-entries.ts";

/** The energy of every component: their sum is the energy of the whole. */
export interface EnergyTree {
  readonly neurons: TensorsByName;
  readonly connections: TensorsByName;
}

/** The total energy and `∂E/∂x̂` of every layer. */
export interface EnergyAndGradient {
  readonly energy: tf.Tensor;
  readonly gradient: TensorsByName;
}

/** What a hypergraph is made with. */
export interface HypergraphOptions {
  /**
   * Values of consts, params, data and givens by name, such as `enc.W`, without a batch axis.
   * Borrowed: they must live as long as the hypergraph. What has a start value needs none.
   */
  readonly weights?: TensorsByName;
  /** Where start values are drawn from, a stream for every tensor; default `key(0)`. */
  readonly key?: Key;
  /** Sizes of dims that carry none. */
  readonly sizes?: ReadonlyMap<Dim, number>;
}

/**
 * A hypergraph on the current backend of TensorFlow.js.
 *
 * Every function takes one example (`x: [D]`) or a batch (`x: [B, D]`) and answers in kind: an
 * energy is one number, or `[B]`. Tensors are borrowed; what comes back is the caller's to dispose.
 *
 * All functions throw HamError `ham/state-shape` for a state or activation that is missing or has
 * the wrong shape, `ham/batch-mismatch` when layers hold different numbers of examples, and
 * `ham/disposed` after `dispose()`.
 */
export interface Hypergraph {
  readonly graph: EnergyGraph;
  readonly numNeurons: number;
  readonly numHypersynapses: number;
  readonly numConnections: number;
  /** The value of every const, param, data and given. Borrowed from the hypergraph. */
  readonly weights: TensorsByName;
  /** States of 0; with a batch axis where a number of examples is given. */
  initStates(batch?: number): Record<string, tf.Tensor>;
  /** `x̂ = ∂L/∂x` of every layer. */
  activations(states: TensorsByName): Record<string, tf.Tensor>;
  /** `⟨x, x̂⟩ − L(x)` of every layer; 0 where the leak is off. */
  neuronEnergies(activations: TensorsByName, states: TensorsByName): Record<string, tf.Tensor>;
  /** `E_s(x̂, …)` of every connection. */
  connectionEnergies(activations: TensorsByName): Record<string, tf.Tensor>;
  energyTree(activations: TensorsByName, states: TensorsByName): EnergyTree;
  /** The total energy: the sum of the tree. */
  energy(activations: TensorsByName, states: TensorsByName): tf.Tensor;
  /** `∂E/∂x̂` of every layer: `τ dx/dt = −∂E/∂x̂` goes downhill. */
  dEdact(activations: TensorsByName, states: TensorsByName): Record<string, tf.Tensor>;
  /** Both of one pass: what they share is computed once. */
  energyAndGradient(activations: TensorsByName, states: TensorsByName): EnergyAndGradient;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a hypergraph ready to run. Each function is compiled at its first call. The caller disposes
 * it.
 *
 * @throws HamError `ham/missing-weight` when a tensor has neither a value nor a start value,
 * `ham/unknown-weight` for a name that the graph does not have, `ham/value-refused` for entries that
 * the declaration of a tensor rules out.
 * @see Hoover et al. (2022), HAMUX, whose names these are.
 * @example
 * using ham = makeHypergraph(graph);
 * let xs = ham.initStates();
 * const xhats = ham.activations(xs);
 * const slope = ham.dEdact(xhats, xs);
 */
export function makeHypergraph(graph: EnergyGraph, options: HypergraphOptions = {}): Hypergraph {
  return new CompiledHypergraph(graph, options);
}

type ProgramName = "activations" | "neurons" | "connections" | "energy" | "gradient" | "both";

/** No layer is called so. */
const TOTAL = "∑ E";

class CompiledHypergraph implements Hypergraph {
  readonly graph: EnergyGraph;
  readonly weights: TensorsByName;
  readonly #owned: tf.Tensor[] = [];
  #disposed = false;
  readonly #rule: BatchRule;
  readonly #programs: Readonly<Record<ProgramName, LazyProgram>>;

  constructor(graph: EnergyGraph, options: HypergraphOptions) {
    const { sizes = new Map<Dim, number>() } = options;
    this.graph = graph;
    this.#rule = new BatchRule(graph.neurons, sizes);
    const inputs = this.#inputs(options, sizes);
    this.weights = Object.fromEntries([...inputs].map(([tensor, value]) => [tensor.name, value]));
    const lazy = (outputs: () => Output[]) => new LazyProgram(outputs, inputs, sizes);
    const scalar = { indices: [], batched: true } as const;
    const gradients = (): Output[] =>
      [...activationGradients(graph)].map(([{ name }, slope]) => ({
        name,
        batched: true,
        ...slope,
      }));
    this.#programs = {
      activations: lazy(() =>
        graph.neurons.map((neuron) => ({
          name: neuron.name,
          batched: true,
          ...activationOf(neuron),
        })),
      ),
      neurons: lazy(() =>
        graph.neurons.map((neuron) => {
          const value = neuron.leak ? neuronEnergy(neuron) : lit(0);
          return { name: neuron.name, value, ...scalar };
        }),
      ),
      connections: lazy(() =>
        graph.terms.map(({ name, energy }) => ({ name, value: energy, ...scalar })),
      ),
      energy: lazy(() => [{ name: "energy", value: totalEnergy(graph), ...scalar }]),
      gradient: lazy(gradients),
      both: lazy(() => [{ name: TOTAL, value: totalEnergy(graph), ...scalar }, ...gradients()]),
    };
  }

  get numNeurons(): number {
    return this.graph.neurons.length;
  }

  get numHypersynapses(): number {
    return new Set(this.graph.terms.map(({ hypersynapse, name }) => hypersynapse ?? name)).size;
  }

  get numConnections(): number {
    return this.graph.terms.length;
  }

  initStates(batch?: number): Record<string, tf.Tensor> {
    return this.#rule.zeros(batch);
  }

  activations(states: TensorsByName): Record<string, tf.Tensor> {
    return this.#run("activations", { states });
  }

  neuronEnergies(activations: TensorsByName, states: TensorsByName): Record<string, tf.Tensor> {
    return this.#run("neurons", { activations, states });
  }

  connectionEnergies(activations: TensorsByName): Record<string, tf.Tensor> {
    return this.#run("connections", { activations });
  }

  energyTree(activations: TensorsByName, states: TensorsByName): EnergyTree {
    return tf.tidy(() => ({
      neurons: this.neuronEnergies(activations, states),
      connections: this.connectionEnergies(activations),
    }));
  }

  energy(activations: TensorsByName, states: TensorsByName): tf.Tensor {
    return this.#run("energy", { activations, states })["energy"];
  }

  dEdact(activations: TensorsByName, states: TensorsByName): Record<string, tf.Tensor> {
    return this.#run("gradient", { activations, states });
  }

  energyAndGradient(activations: TensorsByName, states: TensorsByName): EnergyAndGradient {
    const { [TOTAL]: energy, ...gradient } = this.#run("both", { activations, states });
    return { energy, gradient };
  }

  dispose(): void {
    for (const program of Object.values(this.#programs)) program.dispose();
    tf.dispose(this.#owned.splice(0));
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #run(
    name: ProgramName,
    given: { readonly states?: TensorsByName; readonly activations?: TensorsByName },
  ): Record<string, tf.Tensor> {
    if (this.#disposed) {
      throw new HamError("ham/disposed", "This hypergraph was disposed and cannot run any more.");
    }
    const program = this.#programs[name];
    return this.#rule.run(given, (inputs, batch) => program.step(inputs, batch));
  }

  /** The tensors that were given, and those that start by themselves. */
  #inputs(
    { weights = {}, key = keyOf(0) }: HypergraphOptions,
    sizes: ReadonlyMap<Dim, number>,
  ): Inputs {
    const { tensors } = this.graph;
    const unknown = Object.keys(weights).find((name) => tensors.every((t) => t.name !== name));
    if (unknown !== undefined) {
      throw new HamError(
        "ham/unknown-weight",
        `This hypergraph has no tensor called "${unknown}". It has: ${tensors.map(({ name }) => name).join(", ") || "none"}.`,
      );
    }
    assertTensorsAdmittedSync(
      tensors.flatMap((tensor) => {
        const value = weights[tensor.name];
        return value === undefined ? [] : [[tensor, value] as const];
      }),
    );
    const free = tensors.filter(({ name }) => weights[name] === undefined);
    const entries = readEntries(free, weights);
    addInitialEntries(free, sizes, entries, key);
    const missing = free.find((tensor) => !entries.has(tensor));
    if (missing !== undefined) {
      throw new HamError(
        "ham/missing-weight",
        `"${missing.name}" has no value and nothing to start from. Give it in "weights", as [${missing.axes.map(({ name }) => name).join(", ")}].`,
      );
    }
    const values = tf.tidy(() =>
      free.map((tensor) => {
        const { shape, data } = entries.get(tensor)!;
        return tf.tensor(data, [...shape]);
      }),
    );
    // They stay also when all this happens inside a caller's tidy.
    this.#owned.push(...values.map((value) => tf.keep(value)));
    const made = new Map(free.map((tensor, i) => [tensor, values[i]]));
    return new Map(
      tensors.map((tensor) => [tensor, weights[tensor.name] ?? made.get(tensor)!] as const),
    );
  }
}

/** Given tensors that the start value of another one reads. */
function readEntries(free: readonly Tensor[], weights: TensorsByName): Map<Tensor, Entries> {
  const sources = free.flatMap(({ source }) => {
    if (source === null || source.from === "file" || source.from === "entries") return [];
    return source.from === "value" ? [source.value] : source.args;
  });
  return new Map(
    [...tensorsIn(sources)].flatMap((tensor) => {
      const value = weights[tensor.name];
      if (value === undefined) return [];
      return [[tensor, { shape: value.shape, data: new Float32Array(value.dataSync()) }]];
    }),
  );
}
