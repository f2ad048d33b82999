// A run of a recall: the registers that its steps move between.
//
// A point is kept twice: a step reads one and writes the other, so that what was before is there
// when somebody asks how far it moved, or why a number is not finite.
//
// Where reading means waiting, steps are sent ahead, and what they are told by is kept for each of
// them. An example that is held among them is told as it was then: the others do not depend on it.
// When somebody wants to know more, or all steps are told, the run goes back to where it was saved
// and takes those steps once more, with every example held when it was.

import {
  foldIn,
  type Key,
  normal,
  type Output,
  type Program,
  type Register,
  type WiredStep,
} from "@hamlet/core";
import {
  drivesOf,
  type EnergyGraph,
  makeTensor,
  type Neuron,
  type Recall,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { Groups, Solver, SolverSettings } from "../solvers/solver.ts";
import type { Part, Place, TracedStep, Write } from "../solvers/trace.ts";
import { type Among, drawnAmong } from "./among.ts";
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
  /** Whether little more than energies and changes will be read before the end. */
  readonly ahead: boolean;
  readonly among?: Among | undefined;
}

/** Steps that were sent ahead. */
interface Ahead {
  /** The step, and the side, from which they start. */
  readonly from: number;
  readonly side: 0 | 1;
  /** The step until which each example moves. */
  readonly until: number[];
  /** What the steps are told by, once it was read. */
  readings: readonly Reading[] | null;
}

/** Steps that are sent ahead at first; each time that none was in vain, twice as many. */
const FIRST_AHEAD = 4;

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
  /** The layers of which a drive reads the activation one step ago: that of the other side. */
  readonly #past: readonly number[];
  readonly #wired: WiredStep[] = [];
  #run: Run<Value> | null = null;
  #sides: readonly Side[] = [];
  #remember: WiredStep | null = null;
  /** The side of the last step that was sent. */
  #side: 0 | 1 = 0;
  #sent = 0;
  #ahead: Ahead | null = null;
  #stride = 1;
  /** The point that steps were sent ahead from, and the energies and changes of those steps. */
  readonly #saved: RegisterFile<Value, Given>;
  readonly #noted: RegisterFile<Value, Given>;
  /** What stands for the energies and changes of steps in their file, in turns. */
  readonly #notes: Tensor[] = [];

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
    const file = () => new RegisterFile(engine, parts.setup.sizes, batch);
    this.#files = [file(), file()];
    this.#saved = file();
    this.#noted = file();
    this.#timeStep = 1 / Math.max(1, parts.steps - 1);
    const { from, memory } = programs.traced;
    this.#twice = new Set([...tensorsOf(from), ...memory.values()]);
    const { neurons } = parts.graph;
    const driving = tensorsIn(drivesOf(parts.graph).map(({ value }) => value));
    this.#past = [...neurons.keys()].filter((i) => driving.has(neurons[i].before));
  }

  get time(): number {
    return this.#timeAt(this.step);
  }

  #timeAt(step: number): number {
    return Math.min(1, step * this.#timeStep);
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
    this.#sent = 0;
    this.#side = 0;
    this.#ahead = null;
    this.#stride = FIRST_AHEAD;
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
    if (this.#past.length > 0) {
      // What was before the start is the start.
      for (const i of this.#past) {
        const activation = from.activations[i];
        const { value } = this.#register(activation, 0);
        this.#file(activation, 1).put(activation, this.#engine.target.share(value));
      }
      this.#sides[0].evaluate(0);
    }
    if (remember.length > 0) {
      this.#remember ??= this.#compute(remember, 0, 0);
      this.#remember.run();
    }
  }

  advance(active?: readonly boolean[]): void {
    if (this.step < this.#sent && this.#isTold(active)) {
      this.step++;
      return;
    }
    this.#settle();
    this.#ahead = null;
    const { noise } = this.#programs.traced;
    const mayGoAhead = this.#run!.ahead && noise.length === 0 && this.#past.length === 0;
    const most = mayGoAhead ? (this.#engine.ahead ?? 1) : 1;
    const count = Math.max(1, Math.min(most, this.#stride, this.#parts.steps - this.step));
    this.#stride = Math.min(most, 2 * this.#stride);
    const masked = this.#hold(active);
    if (count > 1) {
      const until = Array.from({ length: this.batch }, (_, b) =>
        active?.[b] === false ? this.step : Infinity,
      );
      this.#ahead = { from: this.step, side: this.#side, until, readings: null };
      const { target } = this.#engine;
      for (const tensor of this.#twice) this.#saved.put(tensor, target.share(this.#value(tensor)));
    }
    for (let n = 0; n < count; n++) {
      this.#go(masked);
      if (count > 1) this.#note(n);
    }
    this.step++;
  }

  /** Whether the next step was sent ahead for all that move in it; others are held from now on. */
  #isTold(active: readonly boolean[] | undefined): boolean {
    const { until } = this.#ahead!;
    const held = until.map((last, b) => last > this.step && active?.[b] === false);
    if (until.some((last, b) => last <= this.step && active?.[b] !== false)) return false;
    // An energy that changes with time does so for what is held, too.
    if (held.some(Boolean) && this.#parts.recall.schedules.length > 0) return false;
    held.forEach((is, b) => {
      if (is) until[b] = this.step;
    });
    return true;
  }

  /** Holds the examples that do not move; returns whether the next step has to ask. */
  #hold(active: readonly boolean[] | undefined): boolean {
    if (!this.#isMasked(active)) return false;
    const moves = (_: unknown, b: number) => Number(active?.[b] !== false);
    this.#fill(this.#programs.traced.active, Float32Array.from({ length: this.batch }, moves));
    return true;
  }

  /** Whether some examples are held; an engine that sends ahead has one way for all batches. */
  #isMasked(active: readonly boolean[] | undefined): boolean {
    if (this.#engine.ahead !== undefined && this.batch > 1) return true;
    return active !== undefined && !active.every(Boolean);
  }

  /** Sends one step. */
  #go(masked: boolean): void {
    const { noise } = this.#programs.traced;
    const now = this.#sides[this.#side];
    if (noise.length > 0) {
      const { neurons } = this.#parts.graph;
      const { key, among } = this.#run!;
      const stream = foldIn(foldIn(key, neurons.length), this.#sent);
      noise.forEach((tensor, i) => {
        const [batch, ...shape] = this.#files[0].shapeOf(tensor);
        const draw = (count: number) => normal(foldIn(stream, i), [count, ...shape]);
        this.#fill(tensor, drawnAmong(draw, batch, among));
      });
    }
    for (const part of now.parts) part();
    now.finish(masked);
    this.#sent++;
    this.#side = this.#side === 0 ? 1 : 0;
    const next = this.#sides[this.#side];
    next.evaluate(this.#timeAt(this.#sent));
    next.change();
  }

  /** Goes to the step of now, where others were sent or examples should have been held. */
  #settle(): void {
    const ahead = this.#ahead;
    if (ahead === null) return;
    const { from, side, until } = ahead;
    const isEnd = this.step === this.#sent;
    if (isEnd && until.every((last) => last <= from || last >= this.step)) return;
    this.#ahead = null;
    // Whoever looks in between will look again.
    if (!isEnd) this.#stride = 1;
    this.#side = side;
    this.#sent = from;
    for (const tensor of this.#twice) {
      const value = this.#engine.target.share(this.#saved.of(tensor).value);
      this.#file(tensor, side).put(tensor, value);
    }
    let masked = false;
    while (this.#sent < this.step) {
      if (this.#sent === from || until.includes(this.#sent)) {
        masked = this.#hold(until.map((last) => last > this.#sent));
      }
      this.#go(masked);
    }
  }

  read(): Reading | Promise<Reading> {
    const named = ([energy, change]: readonly Entries[]): Reading => ({ energy, change });
    const ahead = this.#ahead;
    if (ahead === null) {
      const read = this.#engine.read(this.#told());
      return Array.isArray(read) ? named(read) : read.then(named);
    }
    if (ahead.readings !== null) return readingOf(ahead, this.step);
    const noted = this.#notes.slice(0, 2 * (this.#sent - ahead.from));
    const { step } = this;
    const all = (read: readonly Entries[]): Reading => {
      ahead.readings = read.flatMap((_, n) => (n % 2 === 0 ? [named(read.slice(n, n + 2))] : []));
      return readingOf(ahead, step);
    };
    const read = this.#engine.read(noted.map((tensor) => this.#noted.of(tensor).value));
    return Array.isArray(read) ? all(read) : read.then(all);
  }

  /** Keeps what the last step that was sent is told by, as that of the n-th sent ahead. */
  #note(n: number): void {
    this.#told().forEach((value, k) => {
      const tensor = (this.#notes[2 * n + k] ??= makeTensor("told", "state"));
      this.#noted.put(tensor, this.#engine.target.share(value));
    });
  }

  /** The energies and changes of the last step that was sent. */
  #told(): Value[] {
    const { from, change } = this.#programs.traced;
    return [this.#value(from.energy), this.#value(change[0].into)];
  }

  states(when: "before" | "now"): Entries[] | Promise<Entries[]> {
    this.#settle();
    const side = when === "now" || this.step === 0 ? this.#side : 1 - this.#side;
    const { states } = this.#programs.traced.from;
    return this.#engine.read(states.map((tensor) => this.#register(tensor, side).value));
  }

  goTo(states: readonly Entries[]): void {
    this.#settle();
    this.#ahead = null;
    states.forEach((layer, i) => this.#fill(this.#programs.traced.from.states[i], layer));
    this.#sides[this.#side].evaluate(this.time);
  }

  remembered(names: readonly string[]): Entries[] | Promise<Entries[]> | null {
    this.#settle();
    const { memory } = this.#programs.traced;
    if (!names.every((name) => memory.has(name))) return null;
    return this.#engine.read(names.map((name) => this.#value(memory.get(name)!)));
  }

  readonly evaluate: Evaluate = async (outputs) => {
    this.#settle();
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
    this.#settle();
    return this.#programs.traced.from[what].map((tensor) => this.#tensor(tensor));
  }

  activation(neuron: Neuron): tf.Tensor {
    this.#settle();
    const place = this.#parts.graph.neurons.indexOf(neuron);
    return this.#tensor(this.#programs.traced.from.activations[place]);
  }

  reading(): { energy: tf.Tensor; change: tf.Tensor } {
    this.#settle();
    const { from, change } = this.#programs.traced;
    return { energy: this.#tensor(from.energy), change: this.#tensor(change[0].into) };
  }

  memory(): Record<string, tf.Tensor> {
    this.#settle();
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
    for (const file of [...this.#files, this.#saved, this.#noted]) file.free();
  }

  #wire(side: 0 | 1): Side {
    const { traced, finish } = this.#programs;
    const other = side === 0 ? 1 : 0;
    const ends: (WiredStep | undefined)[] = [];
    const end = (masked: boolean) =>
      (ends[Number(masked)] ??= this.#compute(finish(masked), side, other));
    // All that a step needs is in one shader if it is known before the first.
    if (this.#engine.ahead !== undefined) end(this.#isMasked(undefined));
    const evaluation = this.#evaluation(traced.from, side, null);
    const before = new Map(
      traced.before.map((tensor, i) => [tensor, this.#register(traced.from.activations[i], other)]),
    );
    const change = this.#compute(traced.change, side, side, before);
    return {
      parts: traced.parts.map((part) => this.#part(part, side)),
      finish: (masked) => end(masked).run(),
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
          if (isWanted()) step.run(this.#timeAt(this.#sent + later));
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
    const { activations } = this.#programs.traced.from;
    for (const i of this.#past) {
      inputs.set(neurons[i].before, this.#register(activations[i], 1 - side));
    }
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

/** What a step is told by; of an example that was held before, what it was told by then. */
function readingOf({ from, until, readings }: Ahead, step: number): Reading {
  const { energy, change } = readings![step - from - 1];
  const last = (b: number) => (until[b] > from && until[b] < step ? until[b] : step);
  return {
    energy: Float64Array.from(energy, (_, b) => readings![last(b) - from - 1].energy[b]),
    change,
  };
}

function tensorsOf({ states, velocity, target, activations, mobility, energy }: Place): Tensor[] {
  return [...states, ...velocity, ...target, ...activations, ...mobility, energy];
}
