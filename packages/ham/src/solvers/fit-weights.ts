import { Matrix, solve } from "ml-matrix";

/** Added to the diagonal of the normalised products: what float32 knows of them. */
const RIDGE = 1e-6;

/**
 * γ that minimises `|f − Σⱼ γⱼ dⱼ|²`, from the products of the columns d with each other and with f.
 *
 * Every column is scaled to length 1 first, so that the ridge weighs them alike; a column of
 * length 0 gets the weight 0.
 * @param products - `dᵢ·dⱼ`, row-major.
 * @param onto - `dᵢ·f`
 */
export function fitWeights(products: ArrayLike<number>, onto: ArrayLike<number>): Float64Array {
  const columns = onto.length;
  const at = (row: number, column: number) => products[row * columns + column];
  const lengths = Array.from({ length: columns }, (_, j) => Math.sqrt(at(j, j)));
  const used = lengths.flatMap((length, j) => (length > 0 && Number.isFinite(length) ? [j] : []));
  const gamma = new Float64Array(columns);
  if (used.length === 0) return gamma;
  const left = used.map((i) =>
    used.map((j) => at(i, j) / (lengths[i] * lengths[j]) + (i === j ? RIDGE : 0)),
  );
  const right = used.map((i) => onto[i] / lengths[i]);
  if (![...left.flat(), ...right].every(Number.isFinite)) return gamma;
  const weights = solve(new Matrix(left), Matrix.columnVector(right)).to1DArray();
  used.forEach((j, row) => (gamma[j] = weights[row] / lengths[j]));
  return gamma;
}
