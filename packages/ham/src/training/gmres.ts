// Many small linear systems at once, given only what their matrices do to vectors.

import type { Turn } from "@hamlet/core";
import { Rotations } from "./rotations.ts";

/** What matrices make of vectors: `n` numbers of every system, one system after the other. */
export type Apply = (vectors: Float64Array) => Float64Array | Promise<Float64Array>;

/** What a solve returns. */
export interface Solved {
  /** `[B, n]` */
  readonly solution: Float64Array;
  /** `|b − A x| / |b|` of every system; 0 where `b` is 0. */
  readonly residuals: Float64Array;
  /** How often the matrices were applied. */
  readonly applications: number;
}

export interface SolveOptions {
  /** How many systems there are. */
  readonly systems: number;
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
  apply: Apply,
  rhs: Float64Array,
  { systems, tolerance, restart = 30, most = 300, turn }: SolveOptions,
): Promise<Solved> {
  const sizes = norms(rhs, systems);
  const solution = new Float64Array(rhs.length);
  let left = rhs.slice();
  let residuals = sizes.map((size) => Number(size > 0));
  let applications = 0;
  while (applications < most && residuals.some((r) => r > tolerance)) {
    const goal = sizes.map((size) => size * tolerance);
    const cycle = await arnoldi(apply, left, {
      goal,
      most: Math.min(restart, most - applications),
      turn,
    });
    applications += cycle.applications + 1;
    cycle.correction.forEach((x, k) => (solution[k] += x));
    const now = await apply(solution);
    left = rhs.map((b, k) => b - now[k]);
    residuals = norms(left, systems).map((norm, b) => (sizes[b] > 0 ? norm / sizes[b] : 0));
  }
  return { solution, residuals, applications };
}

/** One cycle: the best correction among the first few directions. */
async function arnoldi(
  apply: Apply,
  residual: Float64Array,
  { goal, most, turn }: { goal: Float64Array; most: number; turn: Turn },
): Promise<{ correction: Float64Array; applications: number }> {
  const systems = goal.length;
  const lengths = norms(residual, systems);
  const least = [...lengths].map((norm, b) => new Rotations(norm, goal[b]));
  const basis = [units(residual, lengths)];
  while (basis.length <= most && least.some((system) => system.open)) {
    await turn();
    const { next, columns } = orthogonal(await apply(basis.at(-1)!), basis, systems);
    basis.push(next);
    least.forEach((system, b) => system.add(columns[b]));
  }
  const weights = least.map((system) => system.solve());
  const n = residual.length / systems;
  const correction = residual.map((_, k) => {
    const own = weights[Math.floor(k / n)];
    return own.reduce((sum, weight, j) => sum + weight * basis[j][k], 0);
  });
  return { correction, applications: basis.length - 1 };
}

/** `vectors` without their parts along `basis`, at length 1; and those parts, with the length, by system. */
function orthogonal(
  vectors: Float64Array,
  basis: readonly Float64Array[],
  systems: number,
): { next: Float64Array; columns: Float64Array[] } {
  const n = vectors.length / systems;
  const columns = Array.from({ length: systems }, () => new Float64Array(basis.length + 1));
  const next = vectors.slice();
  columns.forEach((column, b) => {
    const from = b * n;
    // What is left after one pass is not yet orthogonal; twice is enough.
    for (const _ of [1, 2]) {
      basis.forEach((direction, j) => {
        let part = 0;
        for (let k = from; k < from + n; k++) part += next[k] * direction[k];
        column[j] += part;
        for (let k = from; k < from + n; k++) next[k] -= part * direction[k];
      });
    }
  });
  const lengths = norms(next, systems);
  columns.forEach((column, b) => (column[basis.length] = lengths[b]));
  return { next: units(next, lengths), columns };
}

/** Every system's vector divided by its length. */
function units(vectors: Float64Array, lengths: Float64Array): Float64Array {
  const n = vectors.length / lengths.length;
  return vectors.map((x, k) => x / Math.max(lengths[Math.floor(k / n)], TINY));
}

/** The length of every system's vector. */
function norms(vectors: Float64Array, systems: number): Float64Array {
  const n = vectors.length / systems;
  return Float64Array.from({ length: systems }, (_, b) => {
    let sum = 0;
    for (let k = b * n; k < (b + 1) * n; k++) sum += vectors[k] ** 2;
    return Math.sqrt(sum);
  });
}
