// A run of a recall: the registers that its steps move between.
//
// A point is kept twice: a step reads one and writes the other, so that what was before is there
// when somebody asks how far it moved, or why a number is not finite.

import {
  foldIn,
  type Key,
  normal,
  type Program,
  type Register,
  type WiredStep,
} from "@hamlet/core";
import {
  type EnergyGraph,
  type Neuron,
  type Recall,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { Groups, Solver, SolverSettings } from "../solvers/solver.ts";
import type { Place, TracedStep, Write } from "../solvers/trace.ts";
import { activationName, ENERGY, mobilityName, targetName, velocityName } from "./dynamics.ts";
import type { Engine, Entries } from "./engine.ts";
import type { Reading } from "./follow.ts";
import type { RecallSetup } from "./recall.ts";

/** What a recall is compiled from. */
export interface MotionParts {
  readonly graph: EnergyGraph;
  readonly recall: Recall;
  readonly setup: RecallSetup;
  readonly solver: Solver;
  readonly settings: SolverSettings;
  readonly groups: Groups;
  readonly steps: number;
}

/** What a step computes with, beside the dynamics: the parts of the solver. */
export interface StepPrograms<Value, Given> {
  readonly traced: TracedStep;
  readonly dynamics: Program<Value, Given>;
  /** The program of writes; made when it is first needed. */
  readonly programOf: (writes: readonly Write[]) => Program<Value, Given>;
  readonly finish: (masked: boolean) => readonly Write[];
}

/** A run of a recall, from step to step. */
export interface Moving {
  readonly step: number;
  /** The time of a schedule. */
  readonly time: number;
  /** One step; where `active` is given, of the examples for which it holds. */
  advance(active?: readonly boolean[]): void;
  read(): Reading | Promise<Reading>;
  /** The states, layer by layer; those before the last step, or those of now. */
  states(when: "before" | "now"): Entries[] | Promise<Entries[]>;
  /** Goes to other states, layer by layer. */
  goTo(states: readonly Entries[]): void;
  /** Numbers that the solver remembers, one an example; null where it does not remember all of them. */
  remembered(names: readonly string[]): Entries[] | Promise<Entries[]> | null;
  /** The energy and the change as tensors of their own. */
  reading(): { energy: tf.Tensor; change: tf.Tensor };
  /** Rises of the energy up to this part of `1 + |E|` are rounding. */
  readonly rounding: number;
  /** What is known now as tensors of their own. */
  tensors(what: "states" | "activations"): Map<Neuron, tf.Tensor>;
  activation(neuron: Neuron): tf.Tensor;
  memory(): Record<string, tf.Tensor>;
  dispose(): void;
}

/** One side of a run: the parts of a step that starts from it, and how it is evaluated. */
interface Side {
  readonly parts: readonly (() => void)[];
  readonly finish: (masked: boolean) => void;
  readonly evaluate: (time: number) => void;
  readonly change: () => void;
}

export class EngineMoving<Value, Given> implements Moving {
  step = 0;
  readonly #parts: MotionParts;
  readonly #engine: Engine<Value, Given>;
  readonly #programs: StepPrograms<Value, Given>;
  readonly #batch: number;
  readonly #stream: Key;
  readonly #release: () => void;
  readonly #timeStep: number;
  /** The registers of the two sides; what is no part of a point is in the first, for both. */
  readonly #registers = [new Map<Tensor, Register<Value>>(), new Map<Tensor, Register<Value>>()];
  readonly #twice: ReadonlySet<Tensor>;
  readonly #wired: WiredStep[] = [];
  #sides: readonly Side[] = [];
  #side: 0 | 1 = 0;

  constructor(
    parts: MotionParts,
    engine: Engine<Value, Given>,
    programs: StepPrograms<Value, Given>,
    batch: number,
    key: Key,
    release: () => void,
  ) {
    this.#parts = parts;
    this.#engine = engine;
    this.#programs = programs;
    this.#batch = batch;
    this.#release = release;
    this.#stream = foldIn(key, parts.graph.neurons.length);
    this.#timeStep = 1 / Math.max(1, parts.steps - 1);
    const { from, memory } = programs.traced;
    this.#twice = new Set([...tensorsOf(from), ...memory.values()]);
  }

  get time(): number {
    return Math.min(1, this.step * this.#timeStep);
  }

  /** Sets the state of a layer before the first step. */
  put(layer: number, value: Value | Float32Array): void {
    const tensor = this.#programs.traced.from.states[layer];
    const own =
      value instanceof Float32Array ? this.#engine.make(value, this.#shape(tensor), tensor) : value;
    this.#set(tensor, own);
  }

  /** Evaluates what follows from the first states. */
  start(): void {
    this.#sides = [this.#wire(0), this.#wire(1)];
    this.#sides[0].evaluate(0);
    const { remember } = this.#programs.traced;
    if (remember.length > 0) this.#compute(remember, 0, 0).run();
  }

  advance(active?: readonly boolean[]): void {
    const { traced } = this.#programs;
    const now = this.#sides[this.#side];
    const masked = active !== undefined && !active.every(Boolean);
    if (masked) this.#fill(traced.active, Float32Array.from(active, Number));
    if (traced.noise.length > 0) {
      const stream = foldIn(this.#stream, this.step);
      traced.noise.forEach((tensor, i) =>
        this.#fill(tensor, normal(foldIn(stream, i), this.#shape(tensor))),
      );
    }
    for (const part of now.parts) part();
    now.finish(masked);
    this.step++;
    this.#side = this.#side === 0 ? 1 : 0;
    const next = this.#sides[this.#side];
    next.evaluate(this.time);
    next.change();
  }

  read(): Reading | Promise<Reading> {
    const { from, change } = this.#programs.traced;
    const read = this.#engine.read([this.#value(from.energy), this.#value(change.into)]);
    const named = ([energy, moved]: Entries[]): Reading => ({ energy, change: moved });
    return Array.isArray(read) ? named(read) : read.then(named);
  }

  states(when: "before" | "now"): Entries[] | Promise<Entries[]> {
    const side = when === "now" || this.step === 0 ? this.#side : 1 - this.#side;
    const { states } = this.#programs.traced.from;
    return this.#engine.read(states.map((tensor) => this.#register(tensor, side).value));
  }

  goTo(states: readonly Entries[]): void {
    states.forEach((layer, i) => this.#fill(this.#programs.traced.from.states[i], layer));
    this.#sides[this.#side].evaluate(this.time);
  }

  get rounding(): number {
    return this.#engine.rounding;
  }

  reading(): { energy: tf.Tensor; change: tf.Tensor } {
    const { from, change } = this.#programs.traced;
    const energy = this.#engine.tensor(this.#value(from.energy));
    return { energy, change: this.#engine.tensor(this.#value(change.into)) };
  }

  remembered(names: readonly string[]): Entries[] | Promise<Entries[]> | null {
    const { memory } = this.#programs.traced;
    if (!names.every((name) => memory.has(name))) return null;
    return this.#engine.read(names.map((name) => this.#value(memory.get(name)!)));
  }

  tensors(what: "states" | "activations"): Map<Neuron, tf.Tensor> {
    const made = new Map<Neuron, tf.Tensor>();
    try {
      this.#parts.graph.neurons.forEach((neuron, i) => {
        const value = this.#value(this.#programs.traced.from[what][i]);
        made.set(neuron, this.#engine.tensor(value));
      });
      return made;
    } catch (error) {
      for (const tensor of made.values()) tensor.dispose();
      throw error;
    }
  }

  activation(neuron: Neuron): tf.Tensor {
    const { activations } = this.#programs.traced.from;
    const place = this.#parts.graph.neurons.indexOf(neuron);
    return this.#engine.tensor(this.#value(activations[place]));
  }

  memory(): Record<string, tf.Tensor> {
    return Object.fromEntries(
      [...this.#programs.traced.memory].map(([name, tensor]) => [
        name,
        this.#engine.tensor(this.#value(tensor)),
      ]),
    );
  }

  dispose(): void {
    for (const wired of this.#wired) wired.dispose();
    for (const registers of this.#registers) {
      for (const { value } of registers.values()) this.#engine.target.free(value);
      registers.clear();
    }
    this.#release();
  }

  #wire(side: 0 | 1): Side {
    const { traced, finish } = this.#programs;
    const other = side === 0 ? 1 : 0;
    const parts = traced.parts.map((part): (() => void) => {
      switch (part.kind) {
        case "compute": {
          const step = this.#compute(part.writes, side, side);
          return () => step.run();
        }
        case "evaluate": {
          const { place, later, where } = part;
          const step = this.#evaluation(place, side, traced.read);
          const isAny = where === null ? null : this.#any(where);
          return () => {
            if (isAny !== null && !isAny()) return;
            step.run(Math.min(1, this.time + later * this.#timeStep));
          };
        }
        case "solve": {
          const { reads, into, solve, where } = part;
          const isAny = this.#any(where);
          return () => isAny() && this.#solve(reads, into, solve);
        }
      }
    });
    const ends: (WiredStep | undefined)[] = [];
    const evaluation = this.#evaluation(traced.from, side, null);
    const registers = new Map(
      traced.before.map((tensor, i) => [tensor, this.#register(traced.from.activations[i], other)]),
    );
    const change = this.#compute([traced.change], side, side, registers);
    return {
      parts,
      finish: (masked) => {
        const step = (ends[Number(masked)] ??= this.#compute(finish(masked), side, other));
        step.run();
      },
      evaluate: (time) => evaluation.run(time),
      change: () => change.run(),
    };
  }

  /** A step of the program of some writes. */
  #compute(
    writes: readonly Write[],
    side: number,
    into: number,
    others: ReadonlyMap<Tensor, Register<Value>> = new Map(),
  ): WiredStep {
    const read = tensorsIn(writes.map(({ value }) => value));
    const inputs = new Map(
      [...read].map((tensor) => [tensor, others.get(tensor) ?? this.#register(tensor, side)]),
    );
    const outputs = new Map(
      writes.map(({ into: tensor }) => [tensor.name, this.#register(tensor, into)]),
    );
    return this.#own(
      this.#programs.programOf(writes).wire({ inputs, outputs, batch: this.#batch }),
    );
  }

  /** The dynamics at a place; where `wanted` is given, no more of it than that. */
  #evaluation(place: Place, side: number, wanted: ReadonlySet<Tensor> | null): WiredStep {
    const { neurons } = this.#parts.graph;
    const inputs = new Map(
      neurons.map(({ state }, i) => [state, this.#register(place.states[i], side)]),
    );
    const named: (readonly [string, Tensor])[] = neurons.flatMap((neuron, i) => [
      [velocityName(neuron), place.velocity[i]] as const,
      [activationName(neuron), place.activations[i]] as const,
      ...place.target.slice(i, i + 1).map((tensor) => [targetName(neuron), tensor] as const),
      ...place.mobility.slice(i, i + 1).map((tensor) => [mobilityName(neuron), tensor] as const),
    ]);
    const outputs = new Map(
      [...named, [ENERGY, place.energy] as const]
        .filter(([, tensor]) => wanted?.has(tensor) ?? true)
        .map(([name, tensor]) => [name, this.#register(tensor, side)]),
    );
    return this.#own(this.#programs.dynamics.wire({ inputs, outputs, batch: this.#batch }));
  }

  #own(step: WiredStep): WiredStep {
    this.#wired.push(step);
    return step;
  }

  /** Whether a condition holds for an example. */
  #any(where: Tensor): () => boolean {
    const register = this.#register(where, 0);
    return () => this.#engine.readNow(register.value).some((value) => value !== 0);
  }

  #solve(
    [a, b]: readonly [Tensor, Tensor],
    into: Tensor,
    solve: (a: ArrayLike<number>, b: ArrayLike<number>) => ArrayLike<number>,
  ): void {
    const [left, right] = [a, b].map((tensor) => {
      const numbers = this.#engine.readNow(this.#register(tensor, 0).value).slice();
      const size = numbers.length / this.#batch;
      return (example: number) => numbers.subarray(example * size, (example + 1) * size);
    });
    const shape = this.#shape(into);
    const found = new Float64Array(shape.reduce((total, n) => total * n, 1));
    for (let example = 0; example < this.#batch; example++) {
      const solution = solve(left(example), right(example));
      found.set(Array.from(solution), example * solution.length);
    }
    this.#fill(into, found);
  }

  /** The value of a tensor on the side of now. */
  #value(tensor: Tensor): Value {
    return this.#register(tensor, this.#side).value;
  }

  #register(tensor: Tensor, side: number): Register<Value> {
    const registers = this.#registers[this.#twice.has(tensor) ? side : 0];
    let register = registers.get(tensor);
    if (register === undefined) {
      const shape = this.#shape(tensor);
      const nothing = new Float32Array(shape.reduce((total, n) => total * n, 1));
      register = { value: this.#engine.make(nothing, shape, tensor) };
      registers.set(tensor, register);
    }
    return register;
  }

  /** Other numbers for a tensor, on the side of now. */
  #fill(tensor: Tensor, numbers: Entries): void {
    this.#set(tensor, this.#engine.make(numbers, this.#shape(tensor), tensor));
  }

  #set(tensor: Tensor, value: Value): void {
    const register = this.#register(tensor, this.#side);
    register.value = this.#engine.target.replace(register.value, value);
  }

  #shape({ axes }: Tensor): number[] {
    return [this.#batch, ...axes.map((dim) => sizeOfDim(dim, this.#parts.setup))];
  }
}

function tensorsOf({ states, velocity, target, activations, mobility, energy }: Place): Tensor[] {
  return [...states, ...velocity, ...target, ...activations, ...mobility, energy];
}
