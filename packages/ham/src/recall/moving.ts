// A run of a recall: the registers that its steps move between.
//
// A point is kept twice: a step reads one and writes the other, so that what was before is there
// when somebody asks how far it moved, or why a number is not finite.

import {
  foldIn,
  type Key,
  normal,
  type Output,
  type Program,
  type Register,
  type WiredStep,
} from "@hamlet/core";
import { type EnergyGraph, type Neuron, type Recall, type Tensor, tensorsIn } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { Groups, Solver, SolverSettings } from "../solvers/solver.ts";
import type { Part, Place, TracedStep, Write } from "../solvers/trace.ts";
import { evaluatedAt } from "./evaluated-at.ts";
import type { Engine, RecallEngine, Entries } from "./engine.ts";
import type { Evaluate } from "./evaluate.ts";
import type { Reading } from "./follow.ts";
import type { RecallSetup } from "./recall.ts";
import { RegisterFile } from "./register-file.ts";

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

/** What a run computes with. Programs are made when they are first asked for. */
export interface StepPrograms<Value, Given> {
  readonly traced: TracedStep;
  readonly dynamics: Program<Value, Given>;
  readonly programOf: (writes: readonly Write[]) => Program<Value, Given>;
  readonly finish: (masked: boolean) => readonly Write[];
  /** The program of other outputs, over activations. */
  readonly evaluatorOf: (outputs: readonly Output[]) => Program<Value, Given>;
}

/** A run of a recall, from step to step. */
export interface Moving {
  readonly engine: RecallEngine;
  readonly step: number;
  /** The time of a schedule. */
  readonly time: number;
  /** Rises of the energy up to this part of `1 + |E|` are rounding. */
  readonly rounding: number;
  /** One step; where `active` is given, of the examples for which it holds. */
  advance(active?: readonly boolean[]): void;
  read(): Reading | Promise<Reading>;
  /** The states, layer by layer: those before the last step, or those of now. */
  states(when: "before" | "now"): Entries[] | Promise<Entries[]>;
  /** Goes to other states, layer by layer. */
  goTo(states: readonly Entries[]): void;
  /** Numbers that the solver remembers, one an example; null where it does not remember them all. */
  remembered(names: readonly string[]): Entries[] | Promise<Entries[]> | null;
  /** What formulas over activations are worth now, in the precision of the steps. */
  readonly evaluate: Evaluate;
  /** What is known now as tensors of their own; layers in the order of the graph. */
  tensors(what: "states" | "activations"): tf.Tensor[];
  activation(neuron: Neuron): tf.Tensor;
  reading(): { energy: tf.Tensor; change: tf.Tensor };
  memory(): Record<string, tf.Tensor>;
  dispose(): void;
}

/** What a run is told when it begins. */
interface Run<Value> {
  readonly key: Key;
  readonly givens: ReadonlyMap<Tensor, Value>;
  /** Called when it is disposed. */
  readonly end: () => void;
}

/** Where a layer starts: at a value, or at numbers that were drawn, or at 0. */
interface Start<Value> {
  readonly value?: Value | undefined;
  readonly drawn?: Float32Array | null;
}

/** One of the two points: the parts of a step that starts from it, and how it is evaluated. */
interface Side {
  readonly parts: readonly (() => void)[];
  readonly finish: (masked: boolean) => void;
  readonly evaluate: (time: number) => void;
  readonly change: () => void;
}

/** Runs of one batch size on an engine, one after the other; `free` ends them. */
export class EngineMoving<Value, Given> implements Moving {
  step = 0;
  readonly batch: number;
  readonly #parts: MotionParts;
  readonly #engine: Engine<Value, Given>;
  readonly #programs: StepPrograms<Value, Given>;
  readonly #timeStep: number;
  /** By side; what belongs to no point is on the first. */
  readonly #files: readonly RegisterFile<Value, Given>[];
  readonly #twice: ReadonlySet<Tensor>;
  readonly #wired: WiredStep[] = [];
  #run: Run<Value> | null = null;
  #sides: readonly Side[] = [];
  #remember: WiredStep | null = null;
  #side: 0 | 1 = 0;

  constructor(
    parts: MotionParts,
    engine: Engine<Value, Given>,
    programs: StepPrograms<Value, Given>,
    batch: number,
  ) {
    this.#parts = parts;
    this.#engine = engine;
    this.#programs = programs;
    this.batch = batch;
    this.#files = [0, 1].map(() => new RegisterFile(engine, parts.setup.sizes, batch));
    this.#timeStep = 1 / Math.max(1, parts.steps - 1);
    const { from, memory } = programs.traced;
    this.#twice = new Set([...tensorsOf(from), ...memory.values()]);
  }

  get time(): number {
    return Math.min(1, this.step * this.#timeStep);
  }

  get engine(): RecallEngine {
    return this.#engine.name;
  }

  get rounding(): number {
    return this.#engine.rounding;
  }

  /** Goes to the first states, layer by layer: values of their own, or numbers. */
  begin(run: Run<Value>, start: (neuron: Neuron, layer: number) => Start<Value>): void {
    this.#run = run;
    this.step = 0;
    this.#side = 0;
    const { from, change, remember } = this.#programs.traced;
    this.#parts.graph.neurons.forEach((neuron, i) => {
      // Who starts somewhere has a place there first.
      this.#register(from.states[i], 0);
      const { value, drawn } = start(neuron, i);
      if (value === undefined) this.#fill(from.states[i], drawn ?? null);
      else this.#file(from.states[i], 0).put(from.states[i], value);
    });
    this.#fill(change[0].into, null);
    if (this.#sides.length === 0) this.#sides = [this.#wire(0), this.#wire(1)];
    this.#sides[0].evaluate(0);
    if (remember.length > 0) {
      this.#remember ??= this.#compute(remember, 0, 0);
      this.#remember.run();
    }
  }

  advance(active?: readonly boolean[]): void {
    const { active: mask, noise } = this.#programs.traced;
    const now = this.#sides[this.#side];
    const masked = active !== undefined && !active.every(Boolean);
    if (masked) this.#fill(mask, Float32Array.from(active, Number));
    if (noise.length > 0) {
      const { neurons } = this.#parts.graph;
      const stream = foldIn(foldIn(this.#run!.key, neurons.length), this.step);
      noise.forEach((tensor, i) =>
        this.#fill(tensor, normal(foldIn(stream, i), this.#files[0].shapeOf(tensor))),
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
    const read = this.#engine.read([this.#value(from.energy), this.#value(change[0].into)]);
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

  remembered(names: readonly string[]): Entries[] | Promise<Entries[]> | null {
    const { memory } = this.#programs.traced;
    if (!names.every((name) => memory.has(name))) return null;
    return this.#engine.read(names.map((name) => this.#value(memory.get(name)!)));
  }

  readonly evaluate: Evaluate = async (outputs) => {
    const program = this.#programs.evaluatorOf(outputs);
    program.bind("example", this.#run!.givens);
    const { neurons } = this.#parts.graph;
    const { states } = this.#programs.traced.from;
    const inputs = new Map(neurons.map(({ state }, i) => [state, this.#value(states[i])]));
    const results = program.step(inputs, { batch: this.batch, time: this.time });
    try {
      const read = await this.#engine.read(outputs.map(({ name }) => results.get(name)!));
      return new Map(outputs.map(({ name }, i) => [name, read[i]]));
    } finally {
      for (const value of results.values()) this.#engine.target.free(value);
      program.release("example");
    }
  };

  tensors(what: "states" | "activations"): tf.Tensor[] {
    return this.#programs.traced.from[what].map((tensor) => this.#tensor(tensor));
  }

  activation(neuron: Neuron): tf.Tensor {
    const place = this.#parts.graph.neurons.indexOf(neuron);
    return this.#tensor(this.#programs.traced.from.activations[place]);
  }

  reading(): { energy: tf.Tensor; change: tf.Tensor } {
    const { from, change } = this.#programs.traced;
    return { energy: this.#tensor(from.energy), change: this.#tensor(change[0].into) };
  }

  memory(): Record<string, tf.Tensor> {
    const { memory } = this.#programs.traced;
    return Object.fromEntries([...memory].map(([name, tensor]) => [name, this.#tensor(tensor)]));
  }

  dispose(): void {
    this.#run?.end();
    this.#run = null;
  }

  /** Gives up the registers, for good. */
  free(): void {
    for (const wired of this.#wired) wired.dispose();
    for (const file of this.#files) file.free();
  }

  #wire(side: 0 | 1): Side {
    const { traced, finish } = this.#programs;
    const other = side === 0 ? 1 : 0;
    const ends: (WiredStep | undefined)[] = [];
    const evaluation = this.#evaluation(traced.from, side, null);
    const before = new Map(
      traced.before.map((tensor, i) => [tensor, this.#register(traced.from.activations[i], other)]),
    );
    const change = this.#compute(traced.change, side, side, before);
    return {
      parts: traced.parts.map((part) => this.#part(part, side)),
      finish: (masked) => {
        const step = (ends[Number(masked)] ??= this.#compute(finish(masked), side, other));
        step.run();
      },
      evaluate: (time) => evaluation.run(time),
      change: () => change.run(),
    };
  }

  #part(part: Part, side: 0 | 1): () => void {
    switch (part.kind) {
      case "compute": {
        const step = this.#compute(part.writes, side, side);
        return () => step.run();
      }
      case "evaluate": {
        const { place, later, where } = part;
        const step = this.#evaluation(place, side, this.#programs.traced.read);
        const isWanted = where === null ? () => true : this.#any(where);
        return () => {
          if (isWanted()) step.run(Math.min(1, this.time + later * this.#timeStep));
        };
      }
      case "solve": {
        const isWanted = this.#any(part.where);
        return () => {
          if (isWanted()) this.#solve(part);
        };
      }
    }
  }

  /** A step of the program of some writes. */
  #compute(
    writes: readonly Write[],
    side: number,
    into: number,
    others: ReadonlyMap<Tensor, Register<Value>> = new Map(),
  ): WiredStep {
    const read = [...tensorsIn(writes.map(({ value }) => value))];
    const inputs = new Map(
      read.map((tensor) => [tensor, others.get(tensor) ?? this.#register(tensor, side)]),
    );
    const outputs = new Map(
      writes.map(({ into: tensor }) => [tensor.name, this.#register(tensor, into)]),
    );
    return this.#own(this.#programs.programOf(writes).wire({ inputs, outputs, batch: this.batch }));
  }

  /** The dynamics at a place; where `wanted` is given, no more of it than that. */
  #evaluation(place: Place, side: number, wanted: ReadonlySet<Tensor> | null): WiredStep {
    const { neurons } = this.#parts.graph;
    const inputs = new Map(
      neurons.map(({ state }, i) => [state, this.#register(place.states[i], side)]),
    );
    const outputs = new Map(
      [...evaluatedAt(place, neurons, wanted)].map(([name, tensor]) => [
        name,
        this.#register(tensor, side),
      ]),
    );
    return this.#own(this.#programs.dynamics.wire({ inputs, outputs, batch: this.batch }));
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

  #solve({ reads, into, solve }: Part & { kind: "solve" }): void {
    const [left, right] = reads.map((tensor) => {
      const numbers = this.#engine.readNow(this.#register(tensor, 0).value).slice();
      const size = numbers.length / this.batch;
      return (example: number) => numbers.subarray(example * size, (example + 1) * size);
    });
    const found = Array.from({ length: this.batch }, (_, b) => solve(left(b), right(b)));
    this.#fill(into, Float64Array.from(found.flatMap((one) => Array.from(one))));
  }

  #tensor(tensor: Tensor): tf.Tensor {
    return this.#engine.tensor(this.#value(tensor));
  }

  /** The value of a tensor on the side of now. */
  #value(tensor: Tensor): Value {
    return this.#register(tensor, this.#side).value;
  }

  #register(tensor: Tensor, side: number): Register<Value> {
    return this.#file(tensor, side).of(tensor);
  }

  /** Other numbers for a tensor, on the side of now; by default zeros. */
  #fill(tensor: Tensor, numbers: Entries | null): void {
    this.#file(tensor, this.#side).fill(tensor, numbers);
  }

  #file(tensor: Tensor, side: number): RegisterFile<Value, Given> {
    return this.#files[this.#twice.has(tensor) ? side : 0];
  }
}

function tensorsOf({ states, velocity, target, activations, mobility, energy }: Place): Tensor[] {
  return [...states, ...velocity, ...target, ...activations, ...mobility, energy];
}
