// What a stage consists of where it runs, and what each part has to move and to compute.

import { product } from "../plan/axis-moves.ts";
import { boundShape, type Instruction } from "../plan/instruction.ts";
import type { RunOp } from "./kernels.ts";

/** An array that a part reads or writes. */
export interface PartArray {
  /** That of an input or an output; else the operation that fills it, and its place in the plan. */
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * A part of a stage: of compiled code a loop, a product of matrices, a band of both along the rows of
 * one matrix, numbers that move, or a check of factors; elsewhere one operation.
 */
export interface Part {
  readonly kind: "loop" | "product" | "band" | "move" | "check" | "operation";
  /** What it computes, each operation once, in the order of the plan. */
  readonly ops: readonly string[];
  /** Of a band: the rows it walks, and how many at a time. */
  readonly rows?: number;
  readonly block?: number;
  readonly reads: readonly PartArray[];
  readonly writes: readonly PartArray[];
  /** Bytes it moves at least: each array once, and nothing for what is no longer than a block. */
  readonly bytes: number;
  /** Operations on numbers: one for each that is computed or added up, two a multiply-add. */
  readonly flops: number;
  /** Those of them that are exp, log, a power, a wave or a sigmoid. */
  readonly functions: number;
}

/** How the parts of a stage are described. */
export interface Describing {
  /** The number of examples. */
  readonly batch: number;
  /** Inputs and outputs by slot. */
  readonly names: ReadonlyMap<number, string>;
  /** The slots that are wanted; default: all that somebody reads. */
  readonly wanted?: ReadonlySet<number>;
}

const FUNCTIONS: readonly string[] = [
  "exp",
  "log",
  "pow",
  "softplus",
  "sigmoid",
  "logcosh",
  "tanh",
  "sin",
  "cos",
] satisfies RunOp[];

/** Whether an operation takes as long as many. */
export const isFunction = (op: string): boolean => FUNCTIONS.includes(op);

/** What an array is called. */
export function nameOf(
  slot: number,
  instructions: readonly Instruction[],
  { names }: Pick<Describing, "names">,
): string {
  return names.get(slot) ?? `${instructions[slot].op} ${slot}`;
}

/** The bytes of arrays, each counted once. */
export function bytesOf(arrays: readonly PartArray[], each: number): number {
  const sizes = new Map(arrays.map(({ name, shape }) => [name, product(shape)]));
  return each * [...sizes.values()].reduce((all, n) => all + n, 0);
}

/** An instruction that runs by itself, on numbers of `bytes` bytes. */
export function describeTask(
  { slot, instruction }: { readonly slot: number; readonly instruction: Instruction },
  instructions: readonly Instruction[],
  how: Describing,
  bytes: number,
): Part {
  const { op, inputs } = instruction;
  const array = (of: number): PartArray => ({
    name: nameOf(of, instructions, how),
    shape: boundShape(instructions[of].shape, how.batch),
  });
  const reads = [...new Set(inputs)].map(array);
  const result = array(slot);
  const points = product(result.shape);
  const moved = bytesOf([...reads, result], bytes);
  const part = { kind: "operation", ops: [op], reads, writes: [result], functions: 0 } as const;
  switch (op) {
    case "matmul":
      return { ...part, bytes: moved, flops: 2 * points * array(inputs[0]).shape.at(-1)! };
    case "sum":
    case "prod":
    case "max":
    case "min":
      return { ...part, bytes: moved, flops: product(reads[0].shape) };
    case "reshape":
      return { ...part, bytes: 0, flops: 0 };
    case "gather":
    case "take":
      // No more of the source than is taken.
      return { ...part, bytes: 2 * bytes * points, flops: 0 };
    case "constant":
    case "range":
    case "indices":
    case "transpose":
    case "tile":
    case "pad":
      return { ...part, bytes: moved, flops: 0 };
    default:
      return { ...part, bytes: moved, flops: points, functions: isFunction(op) ? points : 0 };
  }
}
