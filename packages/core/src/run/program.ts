// A plan with its tensors: what is computed once stays, what belongs to a step goes.

import { HamError, invariant, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import {
  BATCH,
  boundShape,
  type Instruction,
  type Plan,
  type Stage,
  STAGES,
} from "../plan/instruction.ts";
import { runInstruction } from "./operations.ts";
import { cut, examplesAtOnce, type Slice, slicesOf } from "./slices.ts";

/** Tensors handed to a program, by the tensor of the graph that they stand for. */
export type Inputs = ReadonlyMap<Tensor, tf.Tensor>;

/**
 * A plan bound to a backend.
 *
 * `load` (and `param`, `example`) compute and keep what their stage allows; `step` returns fresh
 * tensors that are the caller's to dispose. Inputs are borrowed and must live as long as the
 * stage they were bound for.
 */
export interface Program {
  /** Binds the inputs of a stage and computes what depends on nothing later. */
  bind(stage: Exclude<Stage, "step">, inputs: Inputs): void;
  /** Runs one step; `batch` is the number of examples. */
  step(inputs: Inputs, options: { batch: number; time?: number }): Map<string, tf.Tensor>;
  /** Frees what a stage and those after it keep, until they are bound again. */
  release(stage: Exclude<Stage, "step">): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** How a program runs. */
export interface ProgramOptions {
  /**
   * Bytes that no intermediate of a step should exceed; default 256 MB. Where a whole batch would,
   * a step takes a few examples at a time: slower, and with the same results.
   */
  readonly budget?: number;
}

const DEFAULT_BUDGET = 2 ** 28;

/** Makes a program of a plan. The caller disposes it. */
export function makeProgram(plan: Plan, { budget = DEFAULT_BUDGET }: ProgramOptions = {}): Program {
  return new PlanProgram(plan, budget);
}

interface Slot {
  readonly tensor: tf.Tensor;
  /** Inputs are borrowed; everything else is ours to dispose. */
  readonly owned: boolean;
}

class PlanProgram implements Program {
  readonly #plan: Plan;
  /** Slots that a later stage, or an output, still reads. */
  readonly #kept = new Map<Stage, Map<number, Slot>>();
  /** For every slot, the last instruction of its own stage that reads it. */
  readonly #lastUse = new Map<number, number>();
  /** Slots read outside their own stage. */
  readonly #lasting = new Set<number>();
  /** The number of examples that a step takes at once. */
  readonly #atOnce: number;
  #batch = 1;
  #disposed = false;

  constructor(plan: Plan, budget: number) {
    this.#plan = plan;
    this.#atOnce = examplesAtOnce(plan, budget);
    const { instructions } = plan;
    instructions.forEach((instruction, i) => {
      for (const input of instruction.inputs) {
        if (instructions[input].stage === instruction.stage) this.#lastUse.set(input, i);
        else this.#lasting.add(input);
      }
    });
    for (const slot of plan.outputs.values()) this.#lasting.add(slot);
  }

  bind(stage: Exclude<Stage, "step">, inputs: Inputs): void {
    this.release(stage);
    const batched = this.#plan.instructions.find(
      (instruction) =>
        instruction.op === "input" && instruction.stage === stage && instruction.shape[0] === BATCH,
    );
    if (batched !== undefined) this.#batch = this.#input(batched, inputs).shape[0];
    tf.tidy(() => {
      const slots = this.#run(stage, inputs, undefined);
      for (const { tensor, owned } of slots.values()) if (owned) tf.keep(tensor);
      this.#kept.set(stage, slots);
    });
  }

  step(inputs: Inputs, options: { batch: number; time?: number }): Map<string, tf.Tensor> {
    this.#batch = options.batch;
    const results = tf.tidy(() => {
      if (this.#batch <= this.#atOnce) return this.#results(inputs, options.time);
      const parts = slicesOf(this.#batch, this.#atOnce).map((slice) =>
        tf.tidy(() => this.#results(inputs, options.time, slice)),
      );
      return this.#joined(parts);
    });
    return new Map(Object.entries(results));
  }

  /** The outputs for the whole batch, or for a slice of it. */
  #results(inputs: Inputs, time: number | undefined, slice?: Slice): Record<string, tf.Tensor> {
    const slots = this.#run("step", inputs, time, slice);
    const named: Record<string, tf.Tensor> = {};
    for (const [name, slot] of this.#plan.outputs) {
      named[name] = tf.clone(slots.get(slot)?.tensor ?? this.#earlier(slot, slice));
    }
    return named;
  }

  /** Puts the outputs of slices together; what has no batch axis is the same in each. */
  #joined(parts: readonly Record<string, tf.Tensor>[]): Record<string, tf.Tensor> {
    return Object.fromEntries(
      [...this.#plan.outputs].map(([name, slot]) => {
        const batched = this.#plan.instructions[slot].shape[0] === BATCH;
        const each = parts.map((part) => part[name]);
        return [name, batched ? tf.concat(each, 0) : each[0]];
      }),
    );
  }

  dispose(): void {
    this.release("load");
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  release(stage: Exclude<Stage, "step">): void {
    for (const later of STAGES.slice(STAGES.indexOf(stage))) {
      for (const { tensor, owned } of this.#kept.get(later)?.values() ?? []) {
        if (owned) tensor.dispose();
      }
      this.#kept.delete(later);
    }
  }

  #earlier(slot: number, slice?: Slice): tf.Tensor {
    const { stage, shape } = this.#plan.instructions[slot];
    for (const slots of this.#kept.values()) {
      const found = slots.get(slot);
      if (found === undefined) continue;
      return slice === undefined ? found.tensor : cut(found.tensor, shape, slice);
    }
    throw new HamError(
      "core/stage-not-bound",
      `This program was stepped before its "${stage}" inputs were bound. Call bind("${stage}", …) first.`,
    );
  }

  #run(stage: Stage, inputs: Inputs, time: number | undefined, slice?: Slice): Map<number, Slot> {
    if (this.#disposed) {
      throw new HamError("core/disposed", "This program was disposed and cannot run any more.");
    }
    const slots = new Map<number, Slot>();
    const read = (slot: number) => slots.get(slot)?.tensor ?? this.#earlier(slot, slice);
    const batch = slice?.count ?? this.#batch;
    this.#plan.instructions.forEach((instruction, i) => {
      if (instruction.stage !== stage) return;
      if (instruction.op === "input") {
        const tensor = this.#input(instruction, inputs);
        const shape = boundShape(instruction.shape, this.#batch);
        if (!sameShape(tensor.shape, shape)) {
          throw new HamError(
            "core/input-shape",
            `The value for "${instruction.tensor?.name}" has the shape [${tensor.shape.join(", ")}], where [${shape.join(", ")}] was expected.`,
          );
        }
        slots.set(
          i,
          slice === undefined
            ? { tensor, owned: false }
            : { tensor: cut(tensor, instruction.shape, slice), owned: true },
        );
      } else if (instruction.op === "time") {
        invariant(time !== undefined, "a plan with a schedule is given the time");
        slots.set(i, { tensor: tf.scalar(time), owned: true });
      } else {
        const tensor = runInstruction(instruction, instruction.inputs.map(read), batch);
        slots.set(i, { tensor, owned: true });
      }
      for (const input of new Set(instruction.inputs)) {
        const slot = slots.get(input);
        if (slot === undefined || this.#lastUse.get(input) !== i || this.#lasting.has(input)) {
          continue;
        }
        if (slot.owned) slot.tensor.dispose();
        slots.delete(input);
      }
    });
    return slots;
  }

  #input({ tensor }: Instruction, inputs: Inputs): tf.Tensor {
    invariant(tensor !== null, "an input names its tensor");
    const found = inputs.get(tensor);
    if (found === undefined) {
      throw new HamError("core/missing-input", `There is no value for "${tensor.name}".`);
    }
    return found;
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}
