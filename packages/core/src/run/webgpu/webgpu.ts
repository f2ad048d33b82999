// The target of graphics cards: float32, in shaders of WebGPU that are written for the plan when it
// first runs, one workgroup for each example.

import * as tf from "@tensorflow/tfjs-core";
import { product } from "../../plan/axis-moves.ts";
import { BATCH } from "../../plan/instruction.ts";
import { assertCount, type Target } from "../target.ts";
import { CardArray, copyCall, made } from "./array.ts";
import { NUMBER } from "./card.ts";
import { type Buffer, deviceHere } from "./device.ts";
import { prepareStage } from "./stage.ts";

/** Whether shaders can run: where the backend of TensorFlow.js is that of WebGPU. */
export const hasWebgpu = (): boolean => deviceHere() !== null;

type Given = ArrayLike<number> | tf.Tensor | CardArray;

const isTensor = (given: Given): given is tf.Tensor => given instanceof tf.Tensor;
const lengthOf = (given: Given): number => (isTensor(given) ? given.size : given.length);

function filled(numbers: ArrayLike<number>, shape: readonly number[]): CardArray {
  const value = made(shape);
  value.card.write(value.at, numbers);
  return value;
}

/**
 * Runs plans in shaders on the device of the backend `webgpu`. Work waits until numbers are read, and
 * then is one dispatch for as many steps as there were. What it is handed is copied, or shared where
 * it is a result of this target; what it returns is the caller's to `free`. All programs of a device
 * share one memory.
 *
 * Plans that sum over the examples of a batch are refused (HamError `core/examples-meet`).
 */
export const webgpu: Target<CardArray, ArrayLike<number> | tf.Tensor> = {
  bytes: NUMBER,
  copies: true,
  examples: (given, shape) => lengthOf(given) / product(shape.filter((n) => n !== BATCH)),
  input(given, shape, tensor) {
    assertCount(lengthOf(given), shape, tensor);
    if (isTensor(given)) return fromTensor(given, shape);
    if (!(given instanceof CardArray)) return filled(given, shape);
    if (!given.isTurned) return given.as(shape);
    const straight = given.straight();
    const value = straight.as(shape);
    straight.free();
    return value;
  },
  time: (time) => filled([time], []),
  prepare: prepareStage,
  cut(value, axis, { from, count: examples }) {
    // Wherever the axis is, the numbers lie example by example.
    const one = product(value.shape.with(axis, 1));
    return value.as(value.shape.with(axis, examples), from * one);
  },
  join(parts) {
    const result = made(
      parts[0].shape.with(
        0,
        parts.reduce((all, { shape }) => all + shape[0], 0),
      ),
    );
    let next = 0;
    for (const part of parts) {
      const to = result.at + NUMBER * next;
      part.card.add([copyCall({ at: part.at, step: 0 }, { at: to, step: 0 }, part.length)], 1);
      next += part.length;
    }
    return result;
  },
  share: (value) => value.as(value.shape),
  replace(value, by) {
    value.become(by);
    return value;
  },
  free: (value) => value.free(),
};

/** Entries of values, as arrays of their own, once all that was to be done is done. */
export async function readArrays(values: readonly CardArray[]): Promise<Float32Array[]> {
  if (values.length === 0) return [];
  const straight = values.map((value) => value.straight());
  try {
    return await values[0].card.read(straight.map(({ range }) => range));
  } finally {
    for (const value of straight) value.free();
  }
}

/** A tensor of its own, of the backend that the card is of. */
export function toTensor(value: CardArray): tf.Tensor {
  const straight = value.straight();
  const buffer = straight.card.copied(straight.range);
  straight.free();
  const tensor = tf.tensor({ buffer: buffer as never }, [...value.shape], "float32");
  // It was copied, and those commands were sent.
  buffer.destroy();
  return tensor;
}

/** The entries of a tensor, whether they are in this process or on the card. */
function fromTensor(tensor: tf.Tensor, shape: readonly number[]): CardArray {
  const { tensorMap } = tf.backend() as unknown as {
    readonly tensorMap: { get(id: object): { readonly values?: ArrayLike<number> | null } };
  };
  if (tensorMap.get(tensor.dataId).values != null) return filled(tensor.dataSync(), shape);
  const value = made(shape);
  const { buffer, tensorRef } = tensor.dataToGPU() as { buffer?: unknown; tensorRef: tf.Tensor };
  value.card.writeFrom(value.at, buffer as Buffer, NUMBER * value.length);
  tensorRef.dispose();
  return value;
}
