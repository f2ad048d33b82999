// A plan over arrays of float64 numbers: for what must be exact, such as the place of a saddle.

import { HamError, invariant, type Tensor } from "@hamlet/graph";
import {
  BATCH,
  boundShape,
  type Instruction,
  type Plan,
  type Stage,
  STAGES,
} from "../plan/instruction.ts";
import { type Numbers, runFloat64 } from "./float64-operations.ts";
import type { ProgramOptions } from "./program.ts";
import { examplesAtOnce, slicesOf } from "./slices.ts";

/** Entries handed to a program, row-major, by the tensor of the graph that they stand for. */
export type Arrays = ReadonlyMap<Tensor, ArrayLike<number>>;

/**
 * A plan that runs in float64, on no backend: slower than a program of tensors, and right to
 * sixteen digits. Nothing to dispose. Stages are those of a program.
 */
export interface Float64Program {
  /** Takes in the arrays of a stage and computes what depends on nothing later. */
  bind(stage: Exclude<Stage, "step">, arrays: Arrays): void;
  /**
   * Runs one step; `batch` is the number of examples. The outputs by name, row-major; they may share
   * their entries with what was handed in, and are to be read only.
   * @throws HamError `core/missing-input`, `core/input-shape`, `core/stage-not-bound`.
   */
  step(arrays: Arrays, options: { batch: number; time?: number }): Map<string, Float64Array>;
}

const DEFAULT_BUDGET = 2 ** 28;

/** Makes a program of a plan. */
export function makeFloat64Program(
  plan: Plan,
  { budget = DEFAULT_BUDGET }: ProgramOptions = {},
): Float64Program {
  // The budget of a plan is counted in float32.
  return new ArrayProgram(plan, budget / 2);
}

class ArrayProgram implements Float64Program {
  readonly #plan: Plan;
  readonly #kept = new Map<Stage, Map<number, Numbers>>();
  readonly #atOnce: number;

  constructor(plan: Plan, budget: number) {
    this.#plan = plan;
    const isCut = plan.instructions.every(
      ({ stage, shape }) => stage === "step" || shape.every((n) => n >= 0),
    );
    this.#atOnce = isCut ? examplesAtOnce(plan, budget) : Infinity;
  }

  bind(stage: Exclude<Stage, "step">, arrays: Arrays): void {
    for (const later of STAGES.slice(STAGES.indexOf(stage))) this.#kept.delete(later);
    this.#kept.set(stage, this.#run(stage, arrays, { batch: this.#batchIn(stage, arrays) }));
  }

  step(arrays: Arrays, { batch, time }: { batch: number; time?: number }) {
    if (batch <= this.#atOnce) return this.#results(arrays, { batch, time });
    const parts = slicesOf(batch, this.#atOnce).map(({ from, count }) => {
      const some = new Map(
        [...arrays].map(([tensor, entries]) => {
          const each = entries.length / batch;
          const isBatched = this.#isBatched(tensor);
          const all = new Float64Array(entries);
          return [tensor, isBatched ? all.subarray(from * each, (from + count) * each) : all];
        }),
      );
      return this.#results(some, { batch: count, time });
    });
    return new Map(
      [...this.#plan.outputs].map(([name, slot]) => {
        const each = parts.map((part) => part.get(name)!);
        return [name, this.#plan.instructions[slot].shape[0] === BATCH ? joined(each) : each[0]];
      }),
    );
  }

  #results(arrays: Arrays, options: { batch: number; time?: number }): Map<string, Float64Array> {
    const slots = this.#run("step", arrays, options);
    return new Map(
      [...this.#plan.outputs].map(([name, slot]) => [
        name,
        (slots.get(slot) ?? this.#earlier(slot)).data,
      ]),
    );
  }

  #isBatched(tensor: Tensor): boolean {
    return this.#plan.instructions.some(
      (instruction) => instruction.tensor === tensor && instruction.shape[0] === BATCH,
    );
  }

  /** The number of examples in the arrays of a stage; 1 where none has a batch axis. */
  #batchIn(stage: Stage, arrays: Arrays): number {
    const batched = this.#plan.instructions.find(
      ({ op, stage: own, shape }) => op === "input" && own === stage && shape[0] === BATCH,
    );
    if (batched === undefined) return 1;
    return entriesOf(batched, arrays).length / sizeOf(batched.shape.slice(1));
  }

  #run(
    stage: Stage,
    arrays: Arrays,
    { batch, time }: { readonly batch: number; readonly time?: number },
  ): Map<number, Numbers> {
    const slots = new Map<number, Numbers>();
    this.#plan.instructions.forEach((instruction, slot) => {
      if (instruction.stage !== stage) return;
      if (instruction.op === "input") slots.set(slot, bound(instruction, arrays, batch));
      else if (instruction.op === "time") {
        invariant(time !== undefined, "a plan with a schedule is given the time");
        slots.set(slot, { shape: [], data: Float64Array.of(time) });
      } else {
        const inputs = instruction.inputs.map((input) => slots.get(input) ?? this.#earlier(input));
        slots.set(slot, runFloat64(instruction, inputs, batch));
      }
    });
    return slots;
  }

  #earlier(slot: number): Numbers {
    for (const slots of this.#kept.values()) {
      const found = slots.get(slot);
      if (found !== undefined) return found;
    }
    const { stage } = this.#plan.instructions[slot];
    throw new HamError(
      "core/stage-not-bound",
      `This program was stepped before its "${stage}" inputs were bound. Call bind("${stage}", …) first.`,
    );
  }
}

function entriesOf({ tensor }: Instruction, arrays: Arrays): ArrayLike<number> {
  invariant(tensor !== null, "an input names its tensor");
  const found = arrays.get(tensor);
  if (found === undefined) {
    throw new HamError("core/missing-input", `There is no value for "${tensor.name}".`);
  }
  return found;
}

function bound(instruction: Instruction, arrays: Arrays, batch: number): Numbers {
  const entries = entriesOf(instruction, arrays);
  const shape = boundShape(instruction.shape, batch);
  if (entries.length !== sizeOf(shape)) {
    throw new HamError(
      "core/input-shape",
      `The value for "${instruction.tensor?.name}" has ${entries.length} entries, where [${shape.join(", ")}] was expected.`,
    );
  }
  return { shape, data: entries instanceof Float64Array ? entries : new Float64Array(entries) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, n) => total * n, 1);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
