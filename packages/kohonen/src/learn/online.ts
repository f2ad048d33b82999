// Learning and forgetting one pair at a time, in O(d²) each.

import { dot, zeros } from "@hamlet/core/numbers";
import { assertMatrix, type Matrix, HamError } from "@hamlet/graph";

/** A column vector of key or value. */
export type Vector = Float32Array | Float64Array;

/** Below this share of a key's length, what is new in it counts as rounding. */
const NEW = 1e-8;

/**
 * A linear memory that learns pair by pair; after each, its weights are those that `learnLinear`
 * finds for all pairs so far.
 *
 * With `Θ = (Σ k kᵀ)⁺` and `Φ` the projector onto what no key has reached, a new key k has the
 * gain `p = Φk / ‖Φk‖²` where it brings something new (Greville), and
 * `p = Θk / (1 + kᵀΘk)` where it does not (recursive least squares); then `W ← W + (v − W k) pᵀ`.
 * Each pair takes `O(d² + d m)` operations. Rounding errors add up over very many of them:
 * `Statistics` do not have that.
 * @see Greville (1960), Some applications of the pseudoinverse of a matrix.
 * @see Kohonen and Ruohonen (1973), Representation of associated data by matrix operators.
 */
export interface OnlineMemory {
  /** `W [m, d]`, changed by every pair. */
  readonly weights: Matrix;
  /** How many pairs are stored. */
  readonly count: number;
  /**
   * Stores a pair.
   * @throws HamError `graph/bad-shape` or `graph/not-finite`.
   */
  learn(key: Vector, value: Vector): void;
  /**
   * Takes a stored pair back out, as if it had never been learned.
   * @throws HamError `kohonen/not-stored` when the memory cannot hold that key; else as `learn`.
   */
  forget(key: Vector, value: Vector): void;
}

/** An empty memory for keys of `d` and values of `m` numbers. */
export function onlineMemory({ d, m }: { readonly d: number; readonly m: number }): OnlineMemory {
  return new Recursive(d, m);
}

class Recursive implements OnlineMemory {
  readonly weights: Matrix;
  count = 0;
  readonly #d: number;
  readonly #m: number;
  /** `Θ = (Σ k kᵀ)⁺`. */
  readonly #inverse: Float64Array;
  /** `Φ`, the projector onto the directions without keys. */
  readonly #unseen: Float64Array;

  constructor(d: number, m: number) {
    this.weights = zeros(m, d);
    this.#d = d;
    this.#m = m;
    this.#inverse = new Float64Array(d * d);
    this.#unseen = new Float64Array(d * d);
    for (let i = 0; i < d; i++) this.#unseen[i * d + i] = 1;
  }

  learn(key: Vector, value: Vector): void {
    this.#check(key, value);
    const fresh = multiply(this.#unseen, key);
    const length = dot(fresh, fresh);
    const known = multiply(this.#inverse, key);
    const weight = dot(key, known);
    if (length > NEW * NEW * dot(key, key)) {
      addOuter(this.#unseen, fresh, fresh, -1 / length);
      addOuter(this.#inverse, known, fresh, -1 / length);
      addOuter(this.#inverse, fresh, known, -1 / length);
      addOuter(this.#inverse, fresh, fresh, (1 + weight) / length ** 2);
      this.#correct(key, value, fresh, 1 / length);
    } else {
      addOuter(this.#inverse, known, known, -1 / (1 + weight));
      this.#correct(key, value, known, 1 / (1 + weight));
    }
    this.count += 1;
  }

  forget(key: Vector, value: Vector): void {
    this.#check(key, value);
    const fresh = multiply(this.#unseen, key);
    const known = multiply(this.#inverse, key);
    // The part that this pair has in the recall of its own key: from 0 to 1.
    const leverage = dot(key, known);
    if (dot(fresh, fresh) > NEW * dot(key, key) || leverage > 1 + NEW || this.count === 0) {
      throw new HamError(
        "kohonen/not-stored",
        "forget: this key is not among the stored ones: it points where no stored key does. " +
          "Pass a pair exactly as it was learned.",
        { count: this.count },
      );
    }
    const square = dot(known, known);
    if (1 - leverage > NEW) {
      this.#correct(key, value, known, -1 / (1 - leverage));
      addOuter(this.#inverse, known, known, 1 / (1 - leverage));
    } else if (square > 0) {
      // Nothing else holds this direction: it is unseen again.
      const twice = multiply(this.#inverse, known);
      addOuter(this.#inverse, known, twice, -1 / square);
      addOuter(this.#inverse, twice, known, -1 / square);
      addOuter(this.#inverse, known, known, dot(known, twice) / square ** 2);
      addOuter(this.#unseen, known, known, 1 / square);
      const recalled = multiply(this.weights.data, known);
      addOuter(this.weights.data, recalled, known, -1 / square);
    }
    this.count -= 1;
  }

  /** `W ← W + scale (v − W k) gᵀ`. */
  #correct(key: Vector, value: Vector, gain: Float64Array, scale: number): void {
    const recalled = multiply(this.weights.data, key);
    const error = recalled.map((entry, i) => value[i] - entry);
    addOuter(this.weights.data, error, gain, scale);
  }

  #check(key: Vector, value: Vector): void {
    const row = (data: Vector) => ({ shape: [1, data.length], data });
    assertMatrix("key", row(key), { width: this.#d });
    assertMatrix("value", row(value), { width: this.#m });
  }
}

/** A row-major matrix times a vector. */
function multiply(matrix: Float64Array, x: Vector): Float64Array {
  const columns = x.length;
  const product = new Float64Array(matrix.length / columns);
  for (let i = 0; i < product.length; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += matrix[i * columns + j] * x[j];
    product[i] = sum;
  }
  return product;
}

/** Adds `scale · a bᵀ` to a row-major matrix. */
function addOuter(matrix: Float64Array, a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i++) {
    const factor = scale * a[i];
    for (let j = 0; j < b.length; j++) matrix[i * b.length + j] += factor * b[j];
  }
}
