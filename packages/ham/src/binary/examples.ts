// The examples of a binary recall: where each starts, which of its units may flip, how it walks.

import { foldIn, type Key, key, split, type Work } from "@hamlet/core";
import {
  activationOf,
  type EnergyGraph,
  type Expr,
  makeClosures,
  type Neuron,
  type NumberArray,
  type Recall,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { drawnStart } from "../recall/start.ts";
import type { RecallOptions, RecallSetup } from "../recall/recall.ts";
import { fastStates, type MakeState } from "./fast-setup.ts";
import { DrivenState, Drives } from "./driven-state.ts";
import { type BinaryLayer, FlipState } from "./flip-state.ts";
import { glauberRule } from "./glauber.ts";
import { temperatureOf } from "./temperature.ts";
import type { Flip, FlipPath } from "./trajectory.ts";
import { visitOrder } from "./visit-order.ts";
import { asyncWalk, syncWalk, type Walk, type WalkSetup, type WalkUnit } from "./walk.ts";
import { type FlipForm, flipForm } from "./flip.ts";

/** Numbers that the examples of a batch are given, `[B, …axes]`. */
export type Givens = ReadonlyMap<Tensor, NumberArray>;

/** One example on its way. */
export interface Example {
  readonly walk: Walk;
  /** The time of schedules. */
  readonly clock: { time: number };
  /** Null unless flips are kept. */
  readonly flips: FlipPath | null;
  readonly before: number;
  /** State and activation of the layers that are held. */
  readonly held: ReadonlyMap<Neuron, { readonly x: Float64Array; readonly xhat: Float64Array }>;
}

/** Makes the examples of a recall; what they share is computed once. */
export class ExampleMaker {
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;
  readonly #layers: readonly BinaryLayer[];
  /** Every unit of these layers. */
  readonly #units: readonly WalkUnit[];
  readonly #form: FlipForm;
  readonly #constants: ReadonlyMap<Tensor, ArrayLike<number>>;
  readonly #drives: Drives;
  /** For energies of the form that needs no function evaluations; null for others. */
  readonly #fast: MakeState | null;

  /** `energy` is what flips lower, of the activations of the moving `layers`. */
  constructor(
    graph: EnergyGraph,
    recall: Recall,
    setup: RecallSetup,
    { layers, energy }: { layers: readonly BinaryLayer[]; energy: Expr },
  ) {
    this.#graph = graph;
    this.#recall = recall;
    this.#setup = setup;
    this.#layers = layers;
    const order = visitOrder(graph, recall, new Set(layers.map(({ neuron }) => neuron)));
    this.#units = order.flatMap(({ neuron, cued }) =>
      Array.from({ length: countOf(neuron.state, setup) }, (_, offset) => ({
        layer: layers.findIndex((moving) => moving.neuron === neuron),
        offset,
        cued,
      })),
    );
    this.#form = flipForm(
      energy,
      new Map(layers.map(({ neuron, low, high }) => [neuron.activation, [low, high]])),
    );
    this.#constants = this.#commonConstants();
    this.#drives = new Drives(graph, recall, setup, layers);
    const space = { sizes: setup.sizes, tensors: this.#constants };
    this.#fast = fastStates(this.#form, layers, space);
  }

  /** One example for each of the given batch, or as many as `options.batch`; else one. */
  *make(givens: Givens, options: RecallOptions): Work<Example[]> {
    const batch = [...givens.values()][0]?.shape[0] ?? options.batch ?? 1;
    const seed = options.key ?? key(0);
    const keepsFlips =
      options.recordFlips ?? this.#recall.record.some(({ name }) => name === "flips");
    const { among } = options;
    const draws = this.#graph.neurons.map((neuron, i) => {
      const own = { key: foldIn(seed, i), batch, among };
      const drawn = drawnStart(this.#recall, this.#setup, neuron, own);
      return drawn === null ? null : new Float64Array(drawn);
    });
    const examples: Example[] = [];
    for (let b = 0; b < batch; b++) {
      const tensors = new Map(this.#constants);
      for (const [tensor, { data }] of givens) {
        tensors.set(tensor, exampleOf(data, countOf(tensor, this.#setup), b));
      }
      const starts = draws.map((draw, i) => {
        const neuron = this.#graph.neurons[i];
        const count = countOf(neuron.state, this.#setup);
        return draw?.slice(b * count, (b + 1) * count) ?? this.#valued(neuron, tensors);
      });
      const walkKey = foldIn(foldIn(seed, this.#graph.neurons.length), (among?.from ?? 0) + b);
      examples.push(this.#example(tensors, starts, { walkKey, keepsFlips }));
      yield;
    }
    return examples;
  }

  #example(
    tensors: Map<Tensor, ArrayLike<number>>,
    starts: readonly Float64Array[],
    { walkKey, keepsFlips }: { walkKey: Key; keepsFlips: boolean },
  ): Example {
    const { neurons } = this.#graph;
    const held = new Map<Neuron, { x: Float64Array; xhat: Float64Array }>();
    neurons.forEach((neuron, i) => {
      if (this.#layers.some((layer) => layer.neuron === neuron)) return;
      tensors.set(neuron.state, starts[i]);
      const clamp = this.#recall.clamps.find(
        (item) => item.neuron === neuron && item.where === null,
      );
      const { indices, value } =
        clamp?.value == null
          ? activationOf(neuron)
          : { indices: clamp.indices, value: clamp.value };
      const xhat = new Float64Array(countOf(neuron.state, this.#setup));
      makeClosures({ sizes: this.#setup.sizes, tensors }).fill(value, indices)(xhat);
      tensors.set(neuron.activation, xhat);
      held.set(neuron, { x: starts[i], xhat });
    });
    const values = this.#layers.map(({ neuron, low, high }) =>
      starts[neurons.indexOf(neuron)].map((x) => (x > 0 ? high : low)),
    );
    const own =
      this.#fast === null
        ? new FlipState({
            form: this.#form,
            layers: this.#layers,
            sizes: this.#setup.sizes,
            tensors,
            values,
          })
        : this.#fast(values[0]);
    const state = this.#drives.some
      ? new DrivenState(own, this.#layers, this.#drives.fieldOf(tensors, held.keys()), {
          atOnce: this.#recall.solver.name === "sync",
          looksBack: this.#drives.looksBack,
        })
      : own;
    const clock = { time: 0 };
    const flips: Flip[] = [];
    const walk = this.#walk(
      {
        state,
        units: this.#free(tensors),
        ...(keepsFlips && {
          onFlip: (step, { layer, offset }) =>
            flips.push({ step, neuron: this.#layers[layer].neuron, unit: offset }),
        }),
      },
      walkKey,
      clock,
    );
    const starting = this.#layers.map(
      ({ neuron, low, high }, i) => [neuron, { low, high, values: values[i] }] as const,
    );
    const path = keepsFlips ? { starts: new Map(starting), flips } : null;
    return { walk, clock, flips: path, before: state.energy(), held };
  }

  #walk(setup: WalkSetup, walkKey: Key, clock: { time: number }): Walk {
    const { name, order = "permutation" } = this.#recall.solver;
    switch (name) {
      case "sync":
        return syncWalk(setup);
      case "glauber": {
        const [visits, noise] = split(walkKey);
        const temperature = temperatureOf(this.#recall, this.#setup, clock);
        const rule = glauberRule({ temperature, key: noise });
        return asyncWalk(setup, { order, key: visits, rule });
      }
      default:
        return asyncWalk(setup, { order, key: walkKey });
    }
  }

  /** The units that no clamp holds. */
  #free(tensors: ReadonlyMap<Tensor, ArrayLike<number>>): readonly WalkUnit[] {
    const clamps = this.#recall.clamps.flatMap(({ neuron, indices, where }) => {
      const layer = this.#layers.findIndex((moving) => moving.neuron === neuron);
      if (layer === -1 || where === null) return [];
      const held = new Float64Array(countOf(neuron.state, this.#setup));
      makeClosures({ sizes: this.#setup.sizes, tensors }).fill(where, indices)(held);
      return { layer, held };
    });
    if (clamps.length === 0) return this.#units;
    return this.#units.filter(({ layer, offset }) =>
      clamps.every((clamp) => clamp.layer !== layer || clamp.held[offset] === 0),
    );
  }

  /** The start of a layer by a formula; 0 where the recall says nothing. */
  #valued(neuron: Neuron, tensors: ReadonlyMap<Tensor, ArrayLike<number>>): Float64Array {
    const entries = new Float64Array(countOf(neuron.state, this.#setup));
    const start = this.#recall.starts.find((item) => item.neuron === neuron);
    if (start?.from === "value") {
      const closures = makeClosures({ sizes: this.#setup.sizes, tensors });
      closures.fill(start.value, start.indices)(entries);
    }
    return entries;
  }

  /** Constants of the energy that are the same for every example. */
  #commonConstants(): ReadonlyMap<Tensor, ArrayLike<number>> {
    const all = new Map<Tensor, ArrayLike<number>>(this.#setup.numbers);
    for (const { tensor, indices, value } of this.#form.constants) {
      if ([...tensorsIn([value])].some((read) => !all.has(read))) continue;
      const closures = makeClosures({ sizes: this.#setup.sizes, tensors: all });
      const table = new Float64Array(countOf(tensor, this.#setup));
      closures.fill(value, indices)(table);
      all.set(tensor, table);
    }
    return all;
  }
}

/** How many numbers an example has of a tensor. */
export function countOf({ axes }: Tensor, setup: RecallSetup): number {
  return axes.reduce((total, dim) => total * sizeOfDim(dim, setup), 1);
}

/** The numbers of example `b` among those of a batch. */
function exampleOf(data: ArrayLike<number>, count: number, b: number): Float64Array {
  const entries = new Float64Array(count);
  for (let i = 0; i < count; i++) entries[i] = data[b * count + i];
  return entries;
}
