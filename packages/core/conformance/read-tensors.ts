import type * as tf from "@tensorflow/tfjs-core";

/** The entries of tensors, which are disposed. On WebGPU in Node they can only be awaited. */
export async function readTensors(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  return values.map((entries) => Array.from(entries));
}
