// Multiplying with the rows ω on a TensorFlow.js backend.

import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "../features/features.ts";
import { StructuredRows } from "@hamlet/core";
import { walshHadamard } from "@hamlet/core/numbers";

/** The rows ω on a backend. It owns its tensors. */
export interface TensorProjection {
  /** `x ωᵀ`: `[B, D]` to `[B, Y]`. */
  project(x: tf.Tensor2D): tf.Tensor2D;
  /** `weights ω`: `[B, Y]` to `[B, D]`. */
  transposed(weights: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/** Uploads the rows; a structured family uploads its signs and norms. They stay where a tidy ends. */
export function makeTensorProjection({ projection }: Features): TensorProjection {
  return projection instanceof StructuredRows
    ? new StructuredTensors(projection)
    : new MatrixTensors(projection.matrix(), projection);
}

class MatrixTensors implements TensorProjection {
  readonly #rows: tf.Tensor2D;
  /** The same matrix transposed: a product that transposes is ten times slower on wasm. */
  readonly #columns: tf.Tensor2D;

  constructor(rows: Float32Array, { Y, D }: { readonly Y: number; readonly D: number }) {
    const made = tf.tidy(() => {
      const matrix = tf.tensor2d(rows, [Y, D]);
      return [matrix, tf.transpose(matrix)];
    });
    // What failed has left nothing.
    [this.#rows, this.#columns] = made.map((own) => tf.keep(own));
  }

  project(x: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(x, this.#columns);
  }

  transposed(weights: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(weights, this.#rows);
  }

  dispose(): void {
    tf.dispose([this.#rows, this.#columns]);
  }
}

/**
 * The Hadamard matrix of size `P = a b` is the Kronecker product of those of sizes `a` and `b`, so
 * two products with small matrices replace the butterflies, which would be many small operations.
 */
class StructuredTensors implements TensorProjection {
  readonly #parts: StructuredRows;
  readonly #signs: readonly tf.Tensor2D[];
  /** Norms times the scale of three transforms, `[Y]`. */
  readonly #norms: tf.Tensor1D;
  readonly #left: tf.Tensor2D;
  readonly #right: tf.Tensor2D;

  constructor(parts: StructuredRows) {
    const { P, blocks, signs, norms } = parts;
    const levels = Math.log2(P);
    this.#parts = parts;
    const made = tf.tidy(() => ({
      signs: [0, 1, 2].map((which) => {
        const chosen = Float32Array.from(
          { length: blocks * P },
          (_, i) => signs[(Math.floor(i / P) * 3 + which) * P + (i % P)],
        );
        return tf.tensor2d(chosen, [blocks, P]);
      }),
      norms: tf.tensor1d(new Float32Array(norms.map((norm) => norm * P ** -1.5))),
      left: hadamard(2 ** Math.floor(levels / 2)),
      right: hadamard(2 ** Math.ceil(levels / 2)),
    }));
    this.#signs = made.signs.map((own) => tf.keep(own));
    this.#norms = tf.keep(made.norms);
    this.#left = tf.keep(made.left);
    this.#right = tf.keep(made.right);
  }

  project(x: tf.Tensor2D): tf.Tensor2D {
    const { P, D, Y, blocks } = this.#parts;
    const [first, second, third] = this.#signs;
    return tf.tidy(() => {
      const padded = tf.pad(x, [
        [0, 0],
        [0, P - D],
      ]);
      const start = tf.mul(tf.expandDims(padded, 1), first);
      const middle = tf.mul(this.#transform(start), second);
      const end = this.#transform(tf.mul(this.#transform(middle), third));
      const all = tf.reshape(end, [-1, blocks * P]);
      return tf.mul<tf.Tensor2D>(tf.slice(all, [0, 0], [-1, Y]), this.#norms);
    });
  }

  transposed(weights: tf.Tensor2D): tf.Tensor2D {
    const { P, D, Y, blocks } = this.#parts;
    const [first, second, third] = this.#signs;
    return tf.tidy(() => {
      const scaled = tf.mul(weights, this.#norms);
      const padded = tf.pad(scaled, [
        [0, 0],
        [0, blocks * P - Y],
      ]);
      const start = this.#transform(tf.reshape(padded, [-1, blocks, P]));
      const middle = this.#transform(tf.mul(start, third));
      const end = tf.mul(this.#transform(tf.mul(middle, second)), first);
      return tf.slice(tf.sum(end, 1), [0, 0], [-1, D]) as tf.Tensor2D;
    });
  }

  dispose(): void {
    tf.dispose([...this.#signs, this.#norms, this.#left, this.#right]);
  }

  /** The Walsh–Hadamard transform of the last axis of `[B, blocks, P]`. */
  #transform(x: tf.Tensor): tf.Tensor {
    const [a, b] = [this.#left.shape[0], this.#right.shape[0]];
    const rows = tf.matMul(tf.reshape(x, [-1, b]), this.#right);
    const turned = tf.transpose(tf.reshape(rows, [-1, a, b]), [0, 2, 1]);
    const columns = tf.matMul(tf.reshape(turned, [-1, a]), this.#left);
    return tf.reshape(tf.transpose(tf.reshape(columns, [-1, b, a]), [0, 2, 1]), x.shape);
  }
}

/** The Hadamard matrix of Sylvester. */
function hadamard(size: number): tf.Tensor2D {
  const rows = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const unit = new Float64Array(size);
    unit[i] = 1;
    walshHadamard(unit, size);
    rows.set(unit, i * size);
  }
  return tf.tensor2d(rows, [size, size]);
}
