// Where a plan runs: what a program leaves to tensors, to arrays of float64, or to compiled code.

import { HamError, type Tensor } from "@hamlet/graph";
import { product } from "../plan/axis-moves.ts";
import type { Instruction, Op, Plan, Stage } from "../plan/instruction.ts";
import type { RunOp } from "./kernels.ts";
import type { Describing, Part } from "./part.ts";
import type { Slice } from "./slices.ts";

/** An instruction that is computed, rather than given. */
export interface Task {
  /** The slot that it fills. */
  readonly slot: number;
  readonly instruction: Instruction & { readonly op: RunOp };
  /** Slots of this work that nobody reads after this instruction. */
  readonly done: readonly number[];
}

/** All that is computed at one stage, in the order it runs. */
export interface StageWork {
  readonly stage: Stage;
  readonly tasks: readonly Task[];
  /** Those of the whole plan, by slot. */
  readonly instructions: readonly Instruction[];
}

/**
 * Computes the work of a stage; `read` has the value of every slot that is not of this work. Returns
 * the slots that somebody still reads, and is left with nothing when it throws.
 */
export interface Run<Value> {
  (read: (slot: number) => Value, batch: number): ReadonlyMap<number, Value>;
  /**
   * The same work between fixed places, for a target whose values have some: reads what is there
   * when it runs, and writes into the values of `results`, which may be some of the slots only.
   */
  readonly wire?: (
    read: (slot: number) => Value,
    batch: number,
    results: ReadonlyMap<number, Value>,
  ) => Wired;
  /** What it does, for a target that does not take the tasks one by one. */
  readonly describe?: (how: Describing) => Part[];
}

/** Work that is bound to where its numbers lie, to be done again and again. */
export interface Wired {
  run(): void;
  dispose(): void;
}

/**
 * Something that plans run on. `Value` is what fills a slot, `Given` what callers hand in.
 *
 * A target may take the instructions of a stage one by one ({@link oneByOne}), or compile them: the
 * sizes of all axes but the batch are those of `instruction.shape`.
 */
export interface Target<Value, Given> {
  /** Bytes of an entry, for the budget of a step. */
  readonly bytes: number;
  /** Whether `input` makes a value of its own, for the program to free; default false. */
  readonly copies?: boolean;
  /** The number of examples in what was handed in for a shape with a leading batch axis. */
  examples(given: Given | Value, shape: readonly number[]): number;
  /**
   * What was handed in, as a value, which is borrowed unless the target `copies`.
   * @throws HamError `core/input-shape`.
   */
  input(given: Given | Value, shape: readonly number[], tensor: Tensor): Value;
  time(time: number): Value;
  /** Makes ready to do the work of a stage, again and again. */
  prepare(work: StageWork): Run<Value>;
  /** Some examples of a value whose batch is an axis of it. */
  cut(value: Value, axis: number, slice: Slice): Value;
  /** The values of slices one behind the other, along the first axis. */
  join(parts: readonly Value[]): Value;
  /** The same value, for somebody else to free. */
  share(value: Value): Value;
  /** Takes the place of a value by another of its shape; both are given up for what is returned. */
  replace(value: Value, by: Value): Value;
  free(value: Value): void;
}

/**
 * That numbers without a shape are as many as a shape has.
 * @throws HamError `core/input-shape`.
 */
export function assertCount(count: number, shape: readonly number[], { name }: Tensor): void {
  if (count === product(shape)) return;
  throw new HamError(
    "core/input-shape",
    `The value for "${name}" has ${count} entries, where [${shape.join(", ")}] was expected.`,
  );
}

/** Whether an operation comes from outside. */
export function isGiven(op: Op): op is "input" | "time" {
  return op === "input" || op === "time";
}

/** The work of one stage of a plan. */
export function workOf({ instructions, outputs }: Plan, stage: Stage): StageWork {
  /** Slots that are read outside of their own stage. */
  const lasting = new Set(outputs.values());
  const lastUse = new Map<number, number>();
  instructions.forEach((instruction, slot) => {
    for (const input of instruction.inputs) {
      if (instructions[input].stage === instruction.stage) lastUse.set(input, slot);
      else lasting.add(input);
    }
  });
  const tasks = instructions.flatMap((instruction, slot): Task[] => {
    if (instruction.stage !== stage || isGiven(instruction.op)) return [];
    const done = [...new Set(instruction.inputs)].filter(
      (input) =>
        lastUse.get(input) === slot && !lasting.has(input) && !isGiven(instructions[input].op),
    );
    return [{ slot, instruction: instruction as Task["instruction"], done }];
  });
  return { stage, tasks, instructions };
}

/** Runs instruction after instruction, and frees what nobody reads any more. */
export function oneByOne<Value>(
  { tasks }: StageWork,
  {
    run,
    free,
  }: {
    readonly run: (
      instruction: Task["instruction"],
      inputs: readonly Value[],
      batch: number,
    ) => Value;
    readonly free: (value: Value) => void;
  },
): Run<Value> {
  return (read, batch) => {
    const made = new Map<number, Value>();
    try {
      for (const { slot, instruction, done } of tasks) {
        const inputs = instruction.inputs.map((input) => made.get(input) ?? read(input));
        made.set(slot, run(instruction, inputs, batch));
        for (const over of done) {
          free(made.get(over)!);
          made.delete(over);
        }
      }
      return made;
    } catch (error) {
      for (const value of made.values()) free(value);
      throw error;
    }
  };
}
