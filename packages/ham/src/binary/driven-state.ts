// One binary example that is driven: a unit takes the value for which E − drive · x̂ is lower.
//
// The energy and its changes are those of another state. Drives are computed for all units together,
// in float64, and kept until something that they read has changed: until the end of a step where all
// units turn at once, and else until a unit flips.

import { float64, makeProgram, type Numbers, type Output, plan, type Program } from "@hamlet/core";
import {
  dependsOn,
  drivesOf,
  type EnergyGraph,
  followSchedules,
  type Neuron,
  type Recall,
  sizeOfDim,
  substituteIndices,
  add,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { leafOf } from "../recall/dynamics.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { type BinaryState, FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import type { BinaryLayer } from "./flip-state.ts";

/** Computes what drives the layers of an example, layer by layer; null for one that nothing drives. */
export type DriveField = (moment: {
  readonly values: readonly Float64Array[];
  readonly past: readonly Float64Array[];
  readonly time: number;
}) => readonly (Float64Array | null)[];

/** What drives the moving layers of a recall. */
export class Drives {
  /** Whether a drive reads one step ago. */
  readonly looksBack: boolean;
  readonly #layers: readonly BinaryLayer[];
  readonly #setup: RecallSetup;
  readonly #outputs: readonly Output[];
  readonly #read: ReadonlySet<Tensor>;
  #common: Program<Numbers, ArrayLike<number>> | null = null;

  constructor(
    graph: EnergyGraph,
    recall: Recall,
    setup: RecallSetup,
    layers: readonly BinaryLayer[],
  ) {
    this.#layers = layers;
    this.#setup = setup;
    const atTime = followSchedules(recall);
    this.#outputs = layers.flatMap(({ neuron }): Output[] => {
      const own = drivesOf(graph).filter((drive) => drive.neuron === neuron);
      if (own.length === 0) return [];
      const [{ indices }] = own;
      const all = own.map((drive) =>
        substituteIndices(
          drive.value,
          new Map(drive.indices.map((index, axis) => [index, indices[axis]])),
        ),
      );
      return [{ name: neuron.name, value: atTime(add(...all)), indices, batched: true }];
    });
    this.#read = tensorsIn(this.#outputs.map(({ value }) => value));
    const past = new Set(graph.neurons.map(({ before }) => before));
    this.looksBack = this.#outputs.some(({ value }) => dependsOn(value, past));
  }

  /** Whether any layer that moves is driven. */
  get some(): boolean {
    return this.#outputs.length > 0;
  }

  /**
   * The field of one example. `tensors` are all that it reads, activations of held layers included;
   * of the moving layers it takes what it is handed.
   */
  fieldOf(tensors: ReadonlyMap<Tensor, ArrayLike<number>>, held: Iterable<Neuron>): DriveField {
    const known = new Map(tensors);
    for (const { activation, before } of held) known.set(before, tensors.get(activation)!);
    const program = this.#bound(known);
    const still = [...this.#read].flatMap((tensor) =>
      tensor.kind === "activation" && known.has(tensor)
        ? [[tensor, this.#numbers(tensor, known.get(tensor)!, 1)] as const]
        : [],
    );
    return ({ values, past, time }) => {
      const inputs = new Map(still);
      this.#layers.forEach(({ neuron: { activation, before } }, i) => {
        if (this.#read.has(activation))
          inputs.set(activation, this.#numbers(activation, values[i], 1));
        if (this.#read.has(before)) inputs.set(before, this.#numbers(before, past[i], 1));
      });
      const found = program.step(inputs, { batch: 1, time });
      return this.#layers.map(({ neuron }) => {
        const all = found.get(neuron.name);
        return all === undefined ? null : Float64Array.from(all.data);
      });
    };
  }

  /** The program with all that does not move; one for every example where that differs. */
  #bound(known: ReadonlyMap<Tensor, ArrayLike<number>>): Program<Numbers, ArrayLike<number>> {
    if (this.#common !== null) return this.#common;
    const { sizes } = this.#setup;
    const program = makeProgram(plan(this.#outputs, { sizes, leaf: leafOf }), { target: float64 });
    const given = [...this.#read].some(({ kind }) => kind === "given");
    const fixed = (is: (kind: Tensor["kind"]) => boolean, ...lead: number[]) =>
      new Map(
        [...this.#read]
          .filter(({ kind }) => is(kind) && kind !== "activation")
          .map((tensor) => [tensor, this.#numbers(tensor, known.get(tensor)!, ...lead)]),
      );
    const constant = fixed((kind) => kind !== "given");
    program.bind("load", constant);
    program.bind("param", constant);
    program.bind(
      "example",
      fixed((kind) => kind === "given", 1),
    );
    if (!given) this.#common = program;
    return program;
  }

  #numbers(tensor: Tensor, entries: ArrayLike<number>, ...lead: number[]): Numbers {
    const shape = [...lead, ...tensor.axes.map((dim) => sizeOfDim(dim, this.#setup))];
    return { shape, data: Float64Array.from(entries) };
  }
}

/** The state of an example that drives move. */
export class DrivenState implements BinaryState {
  readonly values: readonly Float64Array[];
  /** The values one step ago, where drives read them. */
  readonly past: readonly Float64Array[] | undefined;
  readonly #own: BinaryState;
  readonly #layers: readonly BinaryLayer[];
  readonly #field: DriveField;
  readonly #atOnce: boolean;
  readonly #before: readonly Float64Array[];
  readonly #now: readonly Float64Array[];
  #drive: readonly (Float64Array | null)[] | null = null;
  #time = 0;
  /** The largest energy and drive so far: the scale of rounding. */
  #scale: number;

  constructor(
    own: BinaryState,
    layers: readonly BinaryLayer[],
    field: DriveField,
    how: { readonly atOnce: boolean; readonly looksBack: boolean },
  ) {
    this.#own = own;
    this.#layers = layers;
    this.#field = field;
    this.#atOnce = how.atOnce;
    this.values = own.values;
    this.#before = own.values.map((layer) => layer.slice());
    this.#now = own.values.map((layer) => layer.slice());
    this.past = how.looksBack ? this.#before : undefined;
    this.#scale = Math.abs(own.energy());
  }

  energy(): number {
    return this.#own.energy();
  }

  setTime(time: number): void {
    this.#own.setTime(time);
    this.#time = time;
    this.#drive = null;
  }

  changeOf(unit: Unit): number {
    const { layer, offset } = unit;
    const { low, high } = this.#layers[layer];
    const jump = this.values[layer][offset] === high ? low - high : high - low;
    return this.#own.changeOf(unit) - (this.#drives()[layer]?.[offset] ?? 0) * jump;
  }

  lowers(unit: Unit): boolean {
    return this.changeOf(unit) < -FLIP_ROUNDING * this.#scale;
  }

  accept(unit: Unit): void {
    this.#own.accept(unit);
    if (!this.#atOnce) this.#drive = null;
  }

  endStep(): void {
    this.values.forEach((layer, i) => {
      this.#before[i].set(this.#now[i]);
      this.#now[i].set(layer);
    });
    this.#drive = null;
  }

  #drives(): readonly (Float64Array | null)[] {
    if (this.#drive === null) {
      this.#drive = this.#field({ values: this.values, past: this.#before, time: this.#time });
      for (const layer of this.#drive) {
        for (const value of layer ?? []) this.#scale = Math.max(this.#scale, Math.abs(value));
      }
    }
    return this.#drive;
  }
}
