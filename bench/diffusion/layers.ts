// The same network and training in tfjs-layers: Dense layers, its Adam, its automatic gradients.

import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import type { Batch } from "../../packages/diffusion/src/training/batches.ts";

const [WIDTH, UNITS, LR, DECAY] = [2, 128, 1e-4, 0.9999];

/** The network behind the embedding, before its division by σ √t: that cancels in the loss. */
function makeModel(): layers.LayersModel {
  const swish = (units: number) => layers.layers.dense({ units, activation: "swish" });
  const point = layers.input({ shape: [WIDTH] });
  const waves = layers.input({ shape: [UNITS] });
  const time = swish(UNITS).apply(swish(UNITS).apply(waves));
  const joined = layers.layers.concatenate().apply([point, time as layers.SymbolicTensor]);
  let h = layers.layers.dense({ units: UNITS }).apply(joined);
  h = swish(UNITS).apply(swish(UNITS).apply(h));
  h = layers.layers.dense({ units: UNITS }).apply(h);
  h = layers.layers.layerNormalization({ epsilon: 1e-5 }).apply(h);
  h = layers.layers.activation({ activation: "swish" }).apply(h);
  const output = layers.layers.dense({ units: WIDTH }).apply(h) as layers.SymbolicTensor;
  const model = layers.model({ inputs: [point, waves], outputs: output });
  model.compile({ optimizer: tf.train.adam(LR), loss: "meanSquaredError" });
  return model;
}

/** A training that takes one batch at a time. */
export function makeLayersTraining(turns: Float32Array): (batch: Batch) => Promise<void> {
  const model = makeModel();
  const frequencies = tf.tensor1d(turns.map((turn) => 2 * Math.PI * turn));
  let average = model.getWeights().map((weight) => tf.clone(weight));
  return async ({ count, clean, noise, times }) => {
    const [inputs, target] = tf.tidy(() => {
      const z = tf.tensor2d(noise, [count, WIDTH]);
      const t = tf.tensor2d(times, [count, 1]);
      const angles = tf.mul(t, frequencies);
      const point = tf.add(tf.tensor2d(clean, [count, WIDTH]), tf.mul(z, tf.sqrt(t)));
      return [[point, tf.concat([tf.cos(angles), tf.sin(angles)], 1)], tf.neg(z)];
    });
    await model.trainOnBatch(inputs, target);
    tf.dispose([inputs, target]);
    const next = tf.tidy(() =>
      model
        .getWeights()
        .map((weight, k) => tf.add(tf.mul(average[k], DECAY), tf.mul(weight, 1 - DECAY))),
    );
    tf.dispose(average);
    average = next;
  };
}
