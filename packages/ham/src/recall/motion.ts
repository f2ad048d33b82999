// A compiled recall: the programs of its dynamics, of its start, and of the parts of its solver.

import {
  foldIn,
  type Inputs,
  type Key,
  makeProgram,
  type Output,
  plan,
  type Program,
} from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import { outputsOf, traceStep } from "../solvers/trace.ts";
import type { Among } from "./among.ts";
import type { StepPart } from "./describe.ts";
import { describeStep } from "./describe-step.ts";
import { dynamicsOf, leafOf, makeDynamics, makeStarts } from "./dynamics.ts";
import type { Engine, RecallEngine } from "./engine.ts";
import { type Held, hold } from "./held.ts";
import { EngineMoving, type MotionParts, type Moving, type StepPrograms } from "./moving.ts";
import { drawnStart } from "./start.ts";

/** What a run begins with. */
export interface Beginning {
  /** Every given, and its entries where they were read. */
  readonly givens: Inputs;
  readonly numbers: ReadonlyMap<Tensor, ArrayLike<number>>;
  readonly batch: number;
  readonly key: Key;
  /** Whether little more than energies and changes will be read before the end; default false. */
  readonly ahead?: boolean;
  readonly among?: Among | undefined;
}

/** A compiled recall, on some engine. One run at a time. */
export interface Motion {
  readonly engine: RecallEngine;
  begin(options: Beginning): Moving;
  /** The parts of a step of so many examples. */
  describe(batch: number): StepPart[];
  dispose(): void;
}

/** Compiles a recall for an engine. */
export function makeMotion<Value, Given>(parts: MotionParts, engine: Engine<Value, Given>): Motion {
  return new EngineMotion(parts, engine);
}

class EngineMotion<Value, Given> implements Motion {
  readonly engine: RecallEngine;
  readonly #parts: MotionParts;
  readonly #engine: Engine<Value, Given>;
  readonly #starts: Program<Value, Given>;
  readonly #programs: StepPrograms<Value, Given>;
  readonly #known = new Map<object, Program<Value, Given>>();
  #values: Held<Value> = { values: new Map(), free: () => undefined };
  /** A run that has ended, whose registers and wires the next one may take. */
  #idle: EngineMoving<Value, Given> | null = null;

  constructor(parts: MotionParts, engine: Engine<Value, Given>) {
    this.engine = engine.name;
    this.#parts = parts;
    this.#engine = engine;
    const { graph, recall, setup, solver, settings, groups } = parts;
    const { target, rounding } = engine;
    const scheduled = recall.schedules.length > 0;
    const traced = traceStep(graph, solver, settings, { groups, scheduled, rounding });
    const last = [traced.finish(false), traced.finish(true)] as const;
    const dynamics = makeDynamics(graph, recall, { sizes: setup.sizes, ...solver, target });
    this.#programs = {
      traced,
      dynamics,
      programOf: (writes) => this.#kept(writes, () => outputsOf(writes), new Map()),
      finish: (masked) => last[Number(masked)],
      evaluatorOf: (outputs) => this.#evaluatorOf(outputs),
    };
    this.#starts = makeStarts(recall, setup.sizes, target);
    try {
      this.#values = this.#hold(setup.values, setup.numbers, 1);
      this.#bind(dynamics, this.#values.values);
      this.#bind(this.#starts, this.#values.values);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  begin({ givens, numbers, batch, key, ahead = false, among }: Beginning): Moving {
    const { recall, setup } = this.#parts;
    const { dynamics } = this.#programs;
    const held = this.#hold(givens, numbers, batch);
    const isKept = this.#idle?.batch === batch && !dynamics.has("example");
    if (!isKept) this.#drop();
    const moving = this.#idle ?? new EngineMoving(this.#parts, this.#engine, this.#programs, batch);
    this.#idle = null;
    const end = () => {
      dynamics.release("example");
      held.free();
      if (this.#engine.isFixed && this.#idle === null) this.#idle = moving;
      else moving.free();
    };
    let starts = new Map<string, Value>();
    try {
      dynamics.bind("example", held.values);
      starts = this.#startsFrom(held.values, batch);
      moving.begin({ key, givens: held.values, end, ahead, among }, (neuron, i) => {
        const value = starts.get(neuron.name);
        starts.delete(neuron.name);
        if (value !== undefined) return { value };
        const own = { key: foldIn(key, i), batch, among };
        return { drawn: drawnStart(recall, setup, neuron, own) };
      });
      return moving;
    } catch (error) {
      for (const value of starts.values()) this.#engine.target.free(value);
      end();
      throw error;
    }
  }

  describe(batch: number): StepPart[] {
    return describeStep(this.#parts, this.#programs, batch);
  }

  dispose(): void {
    this.#drop();
    this.#programs.dynamics.dispose();
    this.#starts.dispose();
    for (const program of this.#known.values()) program.dispose();
    this.#values.free();
  }

  #drop(): void {
    this.#idle?.free();
    this.#idle = null;
  }

  /** The states that the recall computes, by the names of their layers. */
  #startsFrom(givens: ReadonlyMap<Tensor, Value>, batch: number): Map<string, Value> {
    this.#starts.bind("example", givens);
    try {
      return this.#starts.step(new Map(), { batch });
    } finally {
      this.#starts.release("example");
    }
  }

  #hold(
    tensors: Inputs,
    numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
    batch: number,
  ): Held<Value> {
    return hold(this.#engine, tensors, { sizes: this.#parts.setup.sizes, numbers, batch });
  }

  #bind(program: Program<Value, Given>, values: ReadonlyMap<Tensor, Value>): void {
    program.bind("load", values);
    program.bind("param", values);
  }

  /** A program that is made when somebody asks for it first. */
  #kept(
    of: object,
    outputs: () => readonly Output[],
    values: ReadonlyMap<Tensor, Value>,
  ): Program<Value, Given> {
    let program = this.#known.get(of);
    if (program === undefined) {
      const { sizes } = this.#parts.setup;
      const { target } = this.#engine;
      program = makeProgram(plan(outputs(), { sizes, leaf: leafOf }), { target });
      this.#known.set(of, program);
      this.#bind(program, values);
    }
    return program;
  }

  #evaluatorOf(outputs: readonly Output[]): Program<Value, Given> {
    const { graph, recall } = this.#parts;
    const own = () => {
      const { written } = dynamicsOf(graph, recall);
      return outputs.map((output) => ({ ...output, value: written(output.value) }));
    };
    return this.#kept(outputs, own, this.#values.values);
  }
}
