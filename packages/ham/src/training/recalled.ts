// What the three gradients share: a flow, the recall that runs on it, and the loss at its end.

import * as tf from "@tensorflow/tfjs-core";
import type { Layers } from "./layers.ts";
import { Flow, type Minibatch } from "./flow.ts";
import type { GradientParts, LossAndMetrics } from "./loss-gradient.ts";
import { alike, Walker } from "./path.ts";

/** Keeps none of the states of a recall but the last. */
const NONE = 0;

/** Largest change in one more step, in units of 1 + the largest state, at a fixed point. */
const SETTLED = 1e-4;

/** The part of a method that all have. */
export abstract class RecalledLoss {
  protected readonly flow: Flow;
  protected readonly walker: Walker;

  constructor({ setup, ...parts }: GradientParts) {
    this.flow = new Flow(parts, setup);
    this.walker = new Walker(this.flow, parts.recall, setup);
  }

  async measure(minibatch: Minibatch): Promise<LossAndMetrics> {
    this.flow.bind(minibatch);
    const path = await this.walker.walk(NONE);
    try {
      const loss = await mean(tf.tidy(() => this.flow.loss(path.end)));
      return { loss, metrics: await this.metrics(path.end) };
    } finally {
      path.dispose();
    }
  }

  dispose(): void {
    this.flow.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The means of the metrics at the end of a recall. */
  protected async metrics(end: Layers): Promise<number[]> {
    const found = tf.tidy(() => this.flow.metrics(end).map((each) => tf.mean(each)));
    return found.length === 0 ? [] : read(stacked(found));
  }

  /** The end of the recall alone, and how many examples have not come to rest there. */
  protected async settle(): Promise<{ end: Layers; unsettled: number; dispose: () => void }> {
    const path = await this.walker.walk(NONE);
    try {
      const moving = tf.tidy(() => {
        const velocity = this.flow.velocity(path.end, 1);
        const step = largest(velocity.map((layer) => tf.mul(layer, this.walker.stepping.dt)));
        const limit = tf.mul(tf.add(largest(path.end), 1), SETTLED);
        // A comparison with NaN is false: what is not a number has not settled.
        return tf.logicalNot(tf.lessEqual(step, limit));
      });
      const unsettled = (await read(moving)).reduce((total, one) => total + one, 0);
      return { end: path.end, unsettled, dispose: () => path.dispose() };
    } catch (error) {
      path.dispose();
      throw error;
    }
  }
}

/** The largest absolute entry of every example, `[B]`. */
function largest(layers: Layers): tf.Tensor {
  return layers
    .map((layer) => tf.max(tf.reshape(tf.abs(layer), [layer.shape[0], -1]), 1))
    .reduce((a, b) => tf.maximum(a, b));
}

/** Numbers as one tensor; they are disposed. */
function stacked(numbers: tf.Tensor[]): tf.Tensor {
  try {
    return tf.stack(numbers);
  } finally {
    tf.dispose(numbers);
  }
}

/** The entries of a tensor, which is disposed. */
export async function read(tensor: tf.Tensor): Promise<number[]> {
  try {
    return Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}

/** The mean of a tensor, which is disposed. */
export async function mean(tensor: tf.Tensor): Promise<number> {
  const entries = await read(tensor);
  return entries.reduce((total, entry) => total + entry, 0) / entries.length;
}

/** Layers times numbers of examples, `[B]`, or as they are for null. */
export function scaled(layers: Layers, numbers: tf.Tensor | null): Layers {
  return numbers === null ? layers : layers.map((layer) => tf.mul(layer, alike(numbers, layer)));
}
