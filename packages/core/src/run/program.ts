// A plan with its values: what is computed once stays, what belongs to a step goes.

import { HamError, invariant, type Tensor } from "@hamlet/graph";
import type * as tf from "@tensorflow/tfjs-core";
import {
  BATCH,
  boundShape,
  type Instruction,
  type Plan,
  type Stage,
  STAGES,
} from "../plan/instruction.ts";
import { describeTask, type Part } from "./part.ts";
import { examplesAtOnce, type Slice, slicesOf } from "./slices.ts";
import { isGiven, type Run, type StageWork, type Target, workOf } from "./target.ts";
import { tensors } from "./tensors.ts";

/** What is handed to a program, by the tensor of the graph that it stands for. */
export type Inputs<Given = tf.Tensor> = ReadonlyMap<Tensor, Given>;

/** The stages whose results a program keeps. */
type Kept = Exclude<Stage, "step">;

/**
 * A plan bound to a target, by default to the backend of TensorFlow.js.
 *
 * What `bind` is given is borrowed and must live as long as its stage; what a stage computes is kept
 * until it is bound again. `step` returns fresh values that are the caller's to dispose.
 *
 * Both throw HamError `core/missing-input`, `core/input-shape` and `core/disposed`.
 */
export interface Program<Value = tf.Tensor, Given = tf.Tensor> {
  /** Binds the inputs of a stage and computes what depends on nothing later. */
  bind(stage: Kept, inputs: Inputs<Given | Value>): void;
  /**
   * Runs one step; `batch` is the number of examples.
   * @throws HamError `core/stage-not-bound`.
   */
  step(inputs: Inputs<Given | Value>, options: StepOptions): Map<string, Value>;
  /**
   * A step between registers, for a loop of many: reads what is in `inputs` when it runs, and leaves
   * its results in `outputs`, which may be some of them only. Stages stay bound while it is in use;
   * the caller disposes it.
   * @throws HamError `core/stage-not-bound`.
   */
  wire(registers: Registers<Value>): WiredStep;
  /**
   * Binds a stage to registers, for those who change what these hold: `run` computes again what depends
   * on nothing later, and leaves it where it was, so that later stages and wired steps find it. The
   * caller disposes it.
   */
  wireStage(stage: Kept, registers: StageRegisters<Value>): WiredStep;
  /**
   * The parts of a step of so many examples, in the order they run; with `outputs`, as far as those
   * need them. Nothing has to be bound.
   */
  describe(options: DescribeOptions): Part[];
  /** Whether anything is known, or computed, at a stage. */
  has(stage: Stage): boolean;
  /** Frees what a stage and those after it keep, until they are bound again. */
  release(stage: Kept): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What a step is told. */
export interface StepOptions {
  /** The number of examples. */
  readonly batch: number;
  readonly time?: number;
}

/**
 * A value that steps read and write in turn. It owns the value that it holds; on a target whose
 * values have fixed places it holds one and the same all the time.
 */
export interface Register<Value> {
  value: Value;
}

/** What a wired stage reads. */
export interface StageRegisters<Value> {
  readonly inputs: ReadonlyMap<Tensor, Register<Value>>;
  /** The number of examples. */
  readonly batch: number;
}

/** What a wired step reads and writes. A register may be both. */
export interface Registers<Value> extends StageRegisters<Value> {
  readonly outputs: ReadonlyMap<string, Register<Value>>;
}

/** Which step is described. */
export interface DescribeOptions {
  /** The number of examples. */
  readonly batch: number;
  /** The outputs that a wired step is asked for; default: all. */
  readonly outputs?: readonly string[];
}

/** A step that is bound to its registers. */
export interface WiredStep {
  run(time?: number): void;
  dispose(): void;
}

/** How a program runs. */
export interface ProgramOptions {
  /**
   * Bytes that no intermediate of a step should exceed; default 256 MB. Where a whole batch would,
   * a step takes a few examples at a time: slower, and with the same results.
   */
  readonly budget?: number;
  /** Told after each stage how long it took, in milliseconds; of a slice of a batch, by itself. */
  readonly onStage?: (stage: Stage, milliseconds: number) => void;
}

const DEFAULT_BUDGET = 2 ** 28;

/**
 * Makes a program of a plan, on tensors or on another target such as {@link float64}. The caller
 * disposes it.
 */
export function makeProgram(plan: Plan, options?: ProgramOptions): Program;
export function makeProgram<Value, Given>(
  plan: Plan,
  options: ProgramOptions & { readonly target: Target<Value, Given> },
): Program<Value, Given>;
export function makeProgram(
  plan: Plan,
  options: ProgramOptions & { readonly target?: Target<tf.Tensor, tf.Tensor> } = {},
): Program {
  return new StagedProgram(plan, options.target ?? tensors, options);
}

interface Slot<Value> {
  readonly value: Value;
  /** Inputs are borrowed; everything else is ours to free. */
  readonly owned: boolean;
}

type Slots<Value> = Map<number, Slot<Value>>;

/** What a stage reads from outside, and how its target computes the rest. */
interface Prepared<Value> {
  readonly entries: readonly (readonly [slot: number, instruction: Instruction])[];
  readonly work: StageWork;
  readonly run: Run<Value>;
}

/** One step, or a slice of it. */
interface Moment {
  readonly batch: number;
  readonly time?: number;
  readonly slice?: Slice;
}

class StagedProgram<Value, Given> implements Program<Value, Given> {
  readonly #plan: Plan;
  readonly #target: Target<Value, Given>;
  readonly #onStage: ProgramOptions["onStage"];
  readonly #prepared = new Map<Stage, Prepared<Value>>();
  /** Slots that a later stage, or an output, still reads. */
  readonly #kept = new Map<Stage, Slots<Value>>();
  /** The number of examples that a step takes at once. */
  readonly #atOnce: number;
  #batch = 1;
  #disposed = false;

  constructor(
    plan: Plan,
    target: Target<Value, Given>,
    { budget = DEFAULT_BUDGET, onStage }: ProgramOptions,
  ) {
    this.#plan = plan;
    this.#target = target;
    this.#onStage = onStage;
    this.#atOnce = examplesAtOnce(plan, budget / target.bytes);
  }

  bind(stage: Kept, inputs: Inputs<Given | Value>): void {
    this.release(stage);
    this.#batch = this.#examplesIn(stage, inputs);
    this.#kept.set(stage, this.#run(stage, inputs, { batch: this.#batch }));
  }

  step(inputs: Inputs<Given | Value>, { batch, time }: StepOptions): Map<string, Value> {
    this.#batch = batch;
    if (batch <= this.#atOnce) return this.#results(inputs, { batch, time });
    const parts: Map<string, Value>[] = [];
    try {
      for (const slice of slicesOf(batch, this.#atOnce)) {
        parts.push(this.#results(inputs, { batch, time, slice }));
      }
      return this.#joined(parts);
    } finally {
      for (const part of parts) for (const value of part.values()) this.#target.free(value);
    }
  }

  wireStage(stage: Kept, { inputs, batch }: StageRegisters<Value>): WiredStep {
    const bind = () => {
      this.bind(stage, valuesIn(inputs));
      this.#batch = batch;
    };
    bind();
    const { run } = this.#prepare(stage);
    if (run.wire === undefined) return { run: bind, dispose: () => undefined };
    const slots = this.#kept.get(stage)!;
    const computed = [...slots].filter(([slot]) => !isGiven(this.#plan.instructions[slot].op));
    const results = new Map(computed.map(([slot, { value }]) => [slot, value]));
    return run.wire((slot) => this.#read(slot, slots), batch, results);
  }

  wire({ inputs, outputs, batch }: Registers<Value>): WiredStep {
    const { entries, run } = this.#prepare("step");
    if (run.wire === undefined || batch > this.#atOnce || this.#onStage !== undefined) {
      return this.#unwired({ inputs, outputs, batch });
    }
    const target = this.#target;
    this.#batch = batch;
    const slots: Slots<Value> = new Map();
    const clocks: Value[] = [];
    try {
      for (const [slot, { op, tensor }] of entries) {
        const owned = op === "time";
        const value = owned ? target.time(0) : givenFor(tensor!, inputs).value;
        slots.set(slot, { value, owned });
        if (owned) clocks.push(value);
      }
      const results = new Map<number, Value>();
      const copies: [Value, Value][] = [];
      for (const [name, { value }] of outputs) {
        const slot = this.#plan.outputs.get(name)!;
        // Two names of one result.
        if (results.has(slot)) copies.push([value, results.get(slot)!]);
        else results.set(slot, value);
      }
      const wired = run.wire((slot) => this.#read(slot, slots), batch, results);
      return {
        run(time) {
          for (const clock of clocks) target.replace(clock, timeOf(target, time));
          wired.run();
          for (const [to, from] of copies) target.replace(to, target.share(from));
        },
        dispose: () => {
          wired.dispose();
          this.#free(slots);
        },
      };
    } catch (error) {
      this.#free(slots);
      throw error;
    }
  }

  /** A step whose results take the places of what the registers hold. */
  #unwired({ inputs, outputs, batch }: Registers<Value>): WiredStep {
    return {
      run: (time) => {
        const results = this.step(valuesIn(inputs), { batch, time });
        for (const [name, value] of results) {
          const register = outputs.get(name);
          if (register === undefined) this.#target.free(value);
          else register.value = this.#target.replace(register.value, value);
        }
      },
      dispose: () => undefined,
    };
  }

  describe({ batch, outputs }: DescribeOptions): Part[] {
    const { work, run } = this.#prepare("step");
    const { instructions, outputs: slots } = this.#plan;
    const given = instructions.flatMap(({ tensor }, slot): [number, string][] =>
      tensor === null ? [] : [[slot, tensor.name]],
    );
    const results = [...slots].map(([name, slot]): [number, string] => [slot, name]);
    const names = new Map([...results, ...given]);
    const isCut = batch > this.#atOnce;
    // A step that is cut is not wired, and computes all.
    const isWired = outputs !== undefined && run.wire !== undefined && !isCut;
    const wanted = isWired ? { wanted: new Set(outputs.map((name) => slots.get(name)!)) } : {};
    const counts = isCut ? slicesOf(batch, this.#atOnce).map(({ count }) => count) : [batch];
    const slices = counts.map((count) => {
      const how = { batch: count, names, ...wanted };
      const oneByOne = () =>
        work.tasks.map((task) => describeTask(task, instructions, how, this.#target.bytes));
      return run.describe?.(how) ?? oneByOne();
    });
    return slices[0].map((part, n) => {
      const total = (of: "bytes" | "flops" | "functions") =>
        slices.reduce((sum, parts) => sum + parts[n][of], 0);
      const totals = { bytes: total("bytes"), flops: total("flops") };
      return { ...part, ...totals, functions: total("functions") };
    });
  }

  has(stage: Stage): boolean {
    return this.#plan.instructions.some((instruction) => instruction.stage === stage);
  }

  release(stage: Kept): void {
    for (const later of STAGES.slice(STAGES.indexOf(stage))) {
      this.#free(this.#kept.get(later));
      this.#kept.delete(later);
    }
  }

  dispose(): void {
    this.release("load");
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The outputs for the whole batch, or for a slice of it. */
  #results(inputs: Inputs<Given | Value>, moment: Moment): Map<string, Value> {
    const slots = this.#run("step", inputs, moment);
    try {
      return this.#outputs((_, slot) => this.#target.share(this.#read(slot, slots, moment.slice)));
    } finally {
      this.#free(slots);
    }
  }

  /** Puts the outputs of slices together; what has no batch axis is the same in each. */
  #joined(parts: readonly Map<string, Value>[]): Map<string, Value> {
    return this.#outputs((name, slot) => {
      const each = parts.map((part) => part.get(name)!);
      const batched = this.#plan.instructions[slot].shape[0] === BATCH;
      return batched ? this.#target.join(each) : this.#target.share(each[0]);
    });
  }

  #outputs(valueOf: (name: string, slot: number) => Value): Map<string, Value> {
    const results = new Map<string, Value>();
    try {
      for (const [name, slot] of this.#plan.outputs) results.set(name, valueOf(name, slot));
      return results;
    } catch (error) {
      for (const value of results.values()) this.#target.free(value);
      throw error;
    }
  }

  /** Fills the slots of a stage, and returns those that somebody reads afterwards. */
  #run(stage: Stage, inputs: Inputs<Given | Value>, { batch, time, slice }: Moment): Slots<Value> {
    if (this.#disposed) {
      throw new HamError("core/disposed", "This program was disposed and cannot run any more.");
    }
    const began = performance.now();
    const { entries, run } = this.#prepare(stage);
    const slots: Slots<Value> = new Map();
    try {
      for (const [slot, { op, shape, tensor }] of entries) {
        if (op === "time") {
          slots.set(slot, { value: timeOf(this.#target, time), owned: true });
        } else {
          const given = givenFor(tensor!, inputs);
          const value = this.#target.input(given, boundShape(shape, batch), tensor!);
          const whole = { value, owned: this.#target.copies ?? false };
          slots.set(slot, whole);
          const cut = this.#sliced(value, shape, slice);
          if (!cut.owned) continue;
          slots.set(slot, cut);
          if (whole.owned) this.#target.free(value);
        }
      }
      const made = run((slot) => this.#read(slot, slots, slice), slice?.count ?? batch);
      for (const [slot, value] of made) slots.set(slot, { value, owned: true });
    } catch (error) {
      this.#free(slots);
      throw error;
    }
    this.#onStage?.(stage, performance.now() - began);
    return slots;
  }

  #prepare(stage: Stage): Prepared<Value> {
    let prepared = this.#prepared.get(stage);
    if (prepared === undefined) {
      const entries = [...this.#plan.instructions.entries()].filter(
        ([, { op, stage: own }]) => own === stage && isGiven(op),
      );
      const work = workOf(this.#plan, stage);
      prepared = { entries, work, run: this.#target.prepare(work) };
      this.#prepared.set(stage, prepared);
    }
    return prepared;
  }

  /** The number of examples in what a stage is given; as before where nothing has a batch axis. */
  #examplesIn(stage: Stage, inputs: Inputs<Given | Value>): number {
    for (const [, { tensor, shape }] of this.#prepare(stage).entries) {
      if (shape[0] === BATCH) return this.#target.examples(givenFor(tensor!, inputs), shape);
    }
    return this.#batch;
  }

  /** A slot of this stage, or of an earlier one; what was cut of that stays for others to read. */
  #read(slot: number, slots: Slots<Value>, slice?: Slice): Value {
    const own = slots.get(slot);
    if (own !== undefined) return own.value;
    const { stage, shape } = this.#plan.instructions[slot];
    const earlier = this.#kept.get(stage)?.get(slot);
    if (earlier === undefined) {
      throw new HamError(
        "core/stage-not-bound",
        `This program was stepped before its "${stage}" inputs were bound. Call bind("${stage}", …) first.`,
      );
    }
    const cut = this.#sliced(earlier.value, shape, slice);
    if (cut.owned) slots.set(slot, cut);
    return cut.value;
  }

  #sliced(value: Value, shape: readonly number[], slice: Slice | undefined): Slot<Value> {
    const axis = shape.indexOf(BATCH);
    if (slice === undefined || axis < 0) return { value, owned: false };
    return { value: this.#target.cut(value, axis, slice), owned: true };
  }

  #free(slots: Slots<Value> | undefined): void {
    for (const { value, owned } of slots?.values() ?? []) if (owned) this.#target.free(value);
  }
}

/** What registers hold now. */
function valuesIn<Value>(
  registers: ReadonlyMap<Tensor, Register<Value>>,
): ReadonlyMap<Tensor, Value> {
  return new Map([...registers].map(([tensor, { value }]) => [tensor, value]));
}

function timeOf<Value>(target: Target<Value, never>, time: number | undefined): Value {
  invariant(time !== undefined, "a plan with a schedule is given the time");
  return target.time(time);
}

function givenFor<Given>(tensor: Tensor, inputs: Inputs<Given>): Given {
  const given = inputs.get(tensor);
  if (given !== undefined) return given;
  throw new HamError("core/missing-input", `There is no value for "${tensor.name}".`);
}
