// The target of compiled code: float32, four numbers at a time, in WebAssembly that is written for
// the plan when it first runs.

import { product } from "../../plan/axis-moves.ts";
import { BATCH } from "../../plan/instruction.ts";
import { assertCount, type Target } from "../target.ts";
import { made, SimdArray } from "./array.ts";
import { NUMBER } from "./sizes.ts";
import { prepareStage } from "./stage.ts";

/**
 * Runs plans as compiled code on the processor: one module a stage, loops without intermediates, and
 * no TensorFlow.js. What it is handed is copied, or shared where it is a result of this target; what it
 * returns is the caller's to `free`. All programs of a process share one memory, which grows and
 * never shrinks.
 */
export const simd: Target<SimdArray, ArrayLike<number> | SimdArray> = {
  bytes: NUMBER,
  copies: true,
  examples: ({ length }, shape) => length / product(shape.filter((n) => n !== BATCH)),
  input(given, shape, tensor) {
    assertCount(given.length, shape, tensor);
    if (given instanceof SimdArray && !given.isTurned) return given.as(shape);
    const value = made(shape);
    value.data.set(given instanceof SimdArray ? given.data : given);
    return value;
  },
  time(time) {
    const value = made([]);
    value.data[0] = time;
    return value;
  },
  prepare: prepareStage,
  cut(value, axis, { from, count: examples }) {
    const { shape } = value;
    const inner = product(shape.slice(axis + 1));
    const cut = shape.with(axis, examples);
    if (axis === 0) return value.as(cut, from * inner);
    const result = made(cut);
    const [source, into] = [value.data, result.data];
    const [step, size] = [shape[axis] * inner, examples * inner];
    for (let n = 0, at = from * inner; n < into.length; n += size, at += step) {
      into.set(source.subarray(at, at + size), n);
    }
    return result;
  },
  join(parts) {
    const examples = parts.reduce((total, { shape }) => total + shape[0], 0);
    const result = made(parts[0].shape.with(0, examples));
    const into = result.data;
    let next = 0;
    for (const part of parts) {
      into.set(part.data, next);
      next += part.length;
    }
    return result;
  },
  share: (value) => value.as(value.shape),
  replace(value, by) {
    // Others know the address.
    value.data.set(by.data);
    by.free();
    return value;
  },
  free: (value) => value.free(),
};
