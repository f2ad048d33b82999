/** Diagonal entries below this part of the largest are no direction at all. */
const FLAT = 1e-7;

/**
 * The least-squares problem of GMRES for one system, `min |β e₁ − H y|`, kept triangular by Givens
 * rotations as columns come in. Once it is solved, or nothing new comes, it takes no more.
 */
export class Rotations {
  readonly #goal: number;
  readonly #columns: Float64Array[] = [];
  readonly #turns: (readonly [cos: number, sin: number])[] = [];
  readonly #right: number[];
  #open: boolean;

  constructor(norm: number, goal: number) {
    this.#goal = goal;
    this.#right = [norm];
    this.#open = norm > goal;
  }

  /** Whether another column would help. */
  get open(): boolean {
    return this.#open;
  }

  /** Adds the next column of the Hessenberg matrix, one longer than the last. */
  add(column: Float64Array): void {
    if (!this.#open) return;
    const size = Math.hypot(...column);
    this.#turns.forEach(([cos, sin], i) => {
      const [a, b] = [column[i], column[i + 1]];
      column[i] = cos * a + sin * b;
      column[i + 1] = cos * b - sin * a;
    });
    const last = column.length - 1;
    const below = column[last];
    const length = Math.hypot(column[last - 1], below);
    if (!(length > FLAT * size)) {
      // The matrix sends this direction to nowhere new.
      this.#open = false;
      return;
    }
    const [cos, sin] = [column[last - 1] / length, below / length];
    column[last - 1] = length;
    this.#columns.push(column);
    this.#turns.push([cos, sin]);
    const right = this.#right[last - 1];
    this.#right[last - 1] = cos * right;
    this.#right[last] = -sin * right;
    this.#open = Math.abs(this.#right[last]) > this.#goal && below > FLAT * size;
  }

  /** The weights of the columns so far. */
  solve(): Float64Array {
    const count = this.#columns.length;
    const weights = new Float64Array(count);
    for (let i = count - 1; i >= 0; i--) {
      let rest = this.#right[i];
      for (let j = i + 1; j < count; j++) rest -= this.#columns[j][i] * weights[j];
      weights[i] = rest / this.#columns[i][i];
    }
    return weights;
  }
}
