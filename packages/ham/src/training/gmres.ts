// Many small linear systems at once, given only what their matrices do to vectors.

import type { Turn } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import { Rotations } from "./rotations.ts";

/** What a solve returns. The solution is the caller's. */
export interface Solved {
  /** `[B, n]` */
  readonly solution: tf.Tensor;
  /** `|b − A x| / |b|` of every system; 0 where `b` is 0. */
  readonly residuals: Float64Array;
  /** How often the matrices were applied. */
  readonly applications: number;
}

export interface SolveOptions {
  /** The residual, relative to `b`, at which a system is solved. */
  readonly tolerance: number;
  /** How many directions are kept at a time; default 30. */
  readonly restart?: number;
  /** How often the matrices are applied at most; default 300. */
  readonly most?: number;
  readonly turn: Turn;
}

const TINY = 1e-30;

/**
 * Solves `A_b x_b = b_b` for every row of `rhs`, `[B, n]`, by GMRES with restarts: each solution
 * has the smallest residual among the combinations of `b, A b, A² b, …`. Memory is `restart + 4`
 * such arrays.
 * @see Saad & Schultz, GMRES, SIAM J. Sci. Stat. Comput. 7, 1986.
 */
export async function gmres(
  apply: (vectors: tf.Tensor) => tf.Tensor,
  rhs: tf.Tensor,
  { tolerance, restart = 30, most = 300, turn }: SolveOptions,
): Promise<Solved> {
  const sizes = await normsOf(rhs);
  let [solution, left] = tf.tidy(() => [tf.zerosLike(rhs), tf.clone(rhs)]);
  let residuals = sizes.map((size) => Number(size > 0));
  let applications = 0;
  try {
    while (applications < most && residuals.some((r) => r > tolerance)) {
      const goal = sizes.map((size) => size * tolerance);
      const cycle = await arnoldi(apply, left, {
        goal,
        most: Math.min(restart, most - applications),
        turn,
      });
      applications += cycle.applications + 1;
      const [before, remaining] = [solution, left];
      try {
        [solution, left] = tf.tidy(() => {
          const sum = tf.add(before, cycle.correction);
          return [sum, tf.sub(rhs, apply(sum))];
        });
        tf.dispose([before, remaining]);
      } finally {
        cycle.correction.dispose();
      }
      const norms = await normsOf(left);
      residuals = norms.map((norm, b) => (sizes[b] > 0 ? norm / sizes[b] : 0));
    }
    return { solution, residuals, applications };
  } catch (error) {
    solution.dispose();
    throw error;
  } finally {
    left.dispose();
  }
}

/** One cycle: the best correction among the first few directions. */
async function arnoldi(
  apply: (vectors: tf.Tensor) => tf.Tensor,
  residual: tf.Tensor,
  { goal, most, turn }: { goal: Float64Array; most: number; turn: Turn },
): Promise<{ correction: tf.Tensor; applications: number }> {
  const norms = await normsOf(residual);
  const least = [...norms].map((norm, b) => new Rotations(norm, goal[b]));
  const basis: tf.Tensor[] = [tf.tidy(() => unit(residual, tf.norm(residual, 2, 1, true)))];
  try {
    while (basis.length <= most && least.some((system) => system.open)) {
      await turn();
      const [next, products] = tf.tidy(() => orthogonal(apply(basis.at(-1)!), basis));
      basis.push(next);
      const columns = await products.data();
      products.dispose();
      const count = basis.length;
      least.forEach((system, b) => {
        system.add(Float64Array.from({ length: count }, (_, i) => columns[i * least.length + b]));
      });
    }
    const weights = least.map((system) => system.solve());
    const correction = tf.tidy(() =>
      basis.slice(0, -1).reduce((sum, vectors, j) => {
        const weight = tf.tensor2d(weights.map((each) => [each[j] ?? 0]));
        return tf.add(sum, tf.mul(vectors, weight));
      }, tf.zerosLike(residual)),
    );
    return { correction, applications: basis.length - 1 };
  } finally {
    tf.dispose(basis);
  }
}

/** `vectors` without their parts along `basis`, at length 1; and those parts with the length. */
function orthogonal(vectors: tf.Tensor, basis: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  const parts: tf.Tensor[] = basis.map(() => tf.zeros([vectors.shape[0], 1]));
  let rest = vectors;
  // In float32 what is left after one pass is not yet orthogonal; twice is enough.
  for (const _ of [1, 2]) {
    basis.forEach((direction, i) => {
      const part = tf.sum(tf.mul(rest, direction), 1, true);
      parts[i] = tf.add(parts[i], part);
      rest = tf.sub(rest, tf.mul(part, direction));
    });
  }
  const length = tf.norm(rest, 2, 1, true);
  return [unit(rest, length), tf.stack([...parts, length].map((part) => tf.reshape(part, [-1])))];
}

function unit(vectors: tf.Tensor, lengths: tf.Tensor): tf.Tensor {
  return tf.div(vectors, tf.maximum(lengths, TINY));
}

async function normsOf(vectors: tf.Tensor): Promise<Float64Array> {
  const norms = tf.tidy(() => tf.norm(vectors, 2, 1));
  const data = await norms.data();
  norms.dispose();
  return new Float64Array(data);
}
