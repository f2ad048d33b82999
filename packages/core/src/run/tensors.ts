// The target of TensorFlow.js: forward operations, by name, on the backend that the application chose.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { boundShape } from "../plan/instruction.ts";
import type { RunOp } from "./kernels.ts";
import { longSum } from "./long-sum.ts";
import { matrixProduct } from "./matrix-product.ts";
import { cosine, sine } from "./sine.ts";
import { oneByOne, type Target, type Task } from "./target.ts";

type Run = (inputs: readonly tf.Tensor[], numbers: readonly number[], batch: number) => tf.Tensor;

const one =
  (f: (x: tf.Tensor) => tf.Tensor): Run =>
  ([x]) =>
    f(x);
const two =
  (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Run =>
  ([a, b]) =>
    f(a, b);
/** Conditions are held as 0 and 1 in float32, like every other number. */
const asNumber = (x: tf.Tensor) => tf.cast(x, "float32");
const asBool = (x: tf.Tensor) => tf.cast(x, "bool");

const OPERATIONS: Readonly<Record<RunOp, Run>> = {
  constant: (_, [value]) => tf.scalar(value, "float32"),
  range: (_, [n]) => tf.range(0, n, 1, "float32"),
  add: two(tf.add),
  sub: two(tf.sub),
  mul: two(tf.mul),
  div: two(tf.div),
  pow: two(tf.pow),
  maximum: two(tf.maximum),
  minimum: two(tf.minimum),
  square: one(tf.square),
  reciprocal: one(tf.reciprocal),
  rsqrt: one(tf.rsqrt),
  exp: one(tf.exp),
  log: one(tf.log),
  sqrt: one(tf.sqrt),
  abs: one(tf.abs),
  // tf.sign is 0 below 1e-9 on wasm, and for no number on three backends.
  sign: one((x) => tf.sub(tf.step(x), tf.step(tf.neg(x)))),
  relu: one(tf.relu),
  step: one((x) => tf.step(x)),
  softplus: one(tf.softplus),
  sigmoid: one(tf.sigmoid),
  // |x| + softplus(−2|x|) − log 2: no overflow, and no log1p, which is coarse on some backends.
  logcosh: one((x) => {
    const size = tf.abs(x);
    return tf.sub(tf.add(size, tf.softplus(tf.mul(size, -2))), Math.LN2);
  }),
  tanh: one(tf.tanh),
  sin: one(sine),
  cos: one(cosine),
  ceil: one(tf.ceil),
  eq: two((a, b) => asNumber(tf.equal(a, b))),
  ne: two((a, b) => asNumber(tf.notEqual(a, b))),
  lt: two((a, b) => asNumber(tf.less(a, b))),
  le: two((a, b) => asNumber(tf.lessEqual(a, b))),
  and: two((a, b) => asNumber(tf.logicalAnd(asBool(a), asBool(b)))),
  or: two((a, b) => asNumber(tf.logicalOr(asBool(a), asBool(b)))),
  not: one((x) => asNumber(tf.logicalNot(asBool(x)))),
  select: ([condition, yes, no]) => tf.where(asBool(condition), yes, no),
  sum: ([x], axes) => longSum(x, axes),
  prod: ([x], axes) => tf.prod(x, [...axes]),
  max: ([x], axes) => tf.max(x, [...axes]),
  min: ([x], axes) => tf.min(x, [...axes]),
  matmul: two(matrixProduct),
  transpose: ([x], permutation) => tf.transpose(x, [...permutation]),
  reshape: ([x], shape, batch) => tf.reshape(x, boundShape(shape, batch)),
  tile: ([x], repeats, batch) => repeated(x, boundShape(repeats, batch)),
  indices: (_, positions) => tf.tensor1d([...positions], "int32"),
  gather: ([x], positions) => tf.gather(x, tf.tensor1d([...positions], "int32"), x.rank - 1),
  /** Entries of the middle axis of three, at places that were uploaded once. */
  take: ([x, places]) => tf.gather(x, places, 1),
  /** One entry of the given value behind the middle axis of three. */
  pad: ([x], [value]) =>
    tf.pad(
      x,
      [
        [0, 0],
        [0, 1],
        [0, 0],
      ],
      value,
    ),
};

/** `x` repeated along its axes. Along axes of one entry a broadcast is much faster on wasm. */
function repeated(x: tf.Tensor, repeats: number[]): tf.Tensor {
  const alone = x.shape.every((n, axis) => n === 1 || repeats[axis] === 1);
  if (!alone) return tf.tile(x, repeats);
  return tf.mul(x, tf.ones(x.shape.map((n, axis) => n * repeats[axis])));
}

/** Runs one instruction; the caller owns the result. */
export function runInstruction(
  { op, numbers }: Task["instruction"],
  inputs: readonly tf.Tensor[],
  batch: number,
): tf.Tensor {
  return tf.tidy(() => OPERATIONS[op](inputs, numbers, batch));
}

const free = (x: tf.Tensor): void => x.dispose();

/** Runs plans on tensors. */
export const tensors: Target<tf.Tensor, tf.Tensor> = {
  bytes: Float32Array.BYTES_PER_ELEMENT,
  examples: ({ shape }) => shape[0],
  input(given, shape, { name }) {
    if (shape.join() === given.shape.join()) return given;
    throw new HamError(
      "core/input-shape",
      `The value for "${name}" has the shape [${given.shape.join(", ")}], where [${shape.join(", ")}] was expected.`,
    );
  },
  time: (time) => tf.scalar(time),
  prepare(work) {
    const runWork = oneByOne(work, { run: runInstruction, free });
    if (work.stage === "step") return runWork;
    // What a program keeps stays when it was bound inside of a caller's tidy.
    return (read, batch) => {
      const made = runWork(read, batch);
      for (const value of made.values()) tf.keep(value);
      return made;
    };
  },
  cut: (x, axis, { from, count }) =>
    tf.slice(
      x,
      x.shape.map((_, k) => (k === axis ? from : 0)),
      x.shape.with(axis, count),
    ),
  join: (parts) => tf.concat([...parts], 0),
  share: tf.clone,
  replace(value, by) {
    value.dispose();
    return by;
  },
  free,
};
