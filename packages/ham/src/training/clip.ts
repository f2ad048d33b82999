import * as tf from "@tensorflow/tfjs-core";

/**
 * Gradients scaled down together so that their common Euclidean norm is at most `limit`:
 * `g · min(1, limit / |g|)`. Fresh tensors; the arguments are borrowed.
 * @see Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, ICML 2013.
 */
export function clipped(gradients: readonly tf.Tensor[], limit: number): tf.Tensor[] {
  return tf.tidy(() => {
    const squares = gradients.map((slope) => tf.sum(tf.square(slope)));
    const norm = tf.sqrt(tf.addN(squares));
    // A limit above the norm gives 1; so does a norm of 0.
    const factor = tf.div(limit, tf.maximum(norm, limit));
    return gradients.map((slope) => tf.mul(slope, factor));
  });
}
