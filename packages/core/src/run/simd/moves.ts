// Instructions that only move numbers to places known one by one, as plain loops.

import type { Instruction } from "../../plan/instruction.ts";

/** What an instruction reads: a shape, its numbers, and the same bits as whole numbers. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Fills `to` with what an instruction gives. */
export function move(
  { op, numbers }: Instruction,
  inputs: readonly Numbers[],
  to: Float32Array,
): void {
  switch (op) {
    case "constant":
      to[0] = numbers[0];
      return;
    case "range":
      for (let i = 0; i < to.length; i++) to[i] = i;
      return;
    case "indices":
      // Places are whole numbers, which float32 does not hold beyond 2²⁴.
      new Int32Array(to.buffer, to.byteOffset, to.length).set(numbers);
      return;
    case "gather": {
      const [{ shape, data }] = inputs;
      const n = shape.at(-1)!;
      const count = numbers.length;
      for (let row = 0, at = 0; at < to.length; row++) {
        for (let i = 0; i < count; i++) to[at++] = data[row * n + numbers[i]];
      }
      return;
    }
    case "take": {
      const [{ shape, data }, places] = inputs;
      const at = new Int32Array(places.data.buffer, places.data.byteOffset, places.data.length);
      const [a, n, c] = shape;
      for (let i = 0, next = 0; i < a; i++) {
        for (let p = 0; p < at.length; p++, next += c) {
          const from = (i * n + at[p]) * c;
          if (c === 1) to[next] = data[from];
          else to.set(data.subarray(from, from + c), next);
        }
      }
      return;
    }
    case "pad": {
      const [{ shape, data }] = inputs;
      const [a, n, c] = shape;
      to.fill(numbers[0]);
      for (let i = 0; i < a; i++)
        to.set(data.subarray(i * n * c, (i + 1) * n * c), i * (n + 1) * c);
      return;
    }
    default:
      throw new TypeError(`there is no way to run ${op} on compiled code`);
  }
}
