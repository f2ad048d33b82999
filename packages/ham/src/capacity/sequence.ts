// Sequences of random patterns that lead from one to the next, told apart by a function of overlaps.
//
// A unit goes to the sign of `Σ_m ξ_(m+1)i f(o_m)` with `o_m = Σ_(j≠i) ξ_mj v_j / (N − 1)`. Where v is
// the pattern k, its own term is `f(1)` times what the unit should become. The others add up
// independent signs times `f` of independent overlaps, each of them 1 − 2d/(N − 1) for d ~
// Binomial(N − 1, ½): so the chance of an error is known for every f and every size.

import { HamError } from "@hamlet/graph";

/** What a unit makes of an overlap from −1 to 1, such as `x²` or `exp((N − 1)(x − 1))`. */
export type SequenceSeparation = (overlap: number) => number;

/**
 * The probability that one unit goes wrong in one step from a whole pattern, for K random patterns of N
 * units; a draw counts as half an error.
 *
 * By inversion of the characteristic function of the crosstalk S, `φ(t) = E[cos(t f(o))]^(K−1)`:
 *
 *     P[S > f(1)] + ½ P[S = f(1)] = ½ − 1/π ∫₀^∞ sin(t f(1)) φ(t) / t dt
 *
 * @throws HamError `ham/bad-setting` where f(1) is not above 0.
 * @see Gil-Pelaez, Note on the inversion theorem, Biometrika 38, 1951; Chaudhry, Zavatone-Veth, Krotov &
 * Pehlevan, Long sequence Hopfield memory, NeurIPS 2023, for the memory.
 */
export function sequenceInstability(
  { N, K }: { readonly N: number; readonly K: number },
  separation: SequenceSeparation,
): number {
  const own = separation(1);
  if (!(own > 0)) {
    throw new HamError(
      "ham/bad-setting",
      `A separation must be above 0 for the overlap 1, but it is ${own}.`,
    );
  }
  const overlaps = binomial(N - 1).map(({ successes, probability }) => ({
    probability,
    size: separation(1 - (2 * successes) / (N - 1)) / own,
  }));
  const characteristic = (t: number) =>
    overlaps.reduce((sum, { probability, size }) => sum + probability * Math.cos(t * size), 0) **
    (K - 1);
  let integral = STEP / 2;
  for (let t = STEP, quiet = 0; quiet < QUIET; t += STEP) {
    const value = characteristic(t);
    integral += (STEP * Math.sin(t) * value) / t;
    quiet = Math.abs(value) < 1e-12 ? quiet + 1 : 0;
    if (t > FARTHEST) break;
  }
  return Math.max(0, 0.5 - integral / Math.PI);
}

/** Steps of the integral; the crosstalk has no details finer than its ends allow. */
const STEP = 0.01;
/** So many steps of nothing end it. */
const QUIET = 200;
const FARTHEST = 2000;

/** Every number of successes of n fair coins that is likely at all. */
function binomial(n: number): { successes: number; probability: number }[] {
  const all: { successes: number; probability: number }[] = [];
  let logarithm = -n * Math.LN2;
  for (let successes = 0; successes <= n; successes++) {
    const probability = Math.exp(logarithm);
    if (probability > 0) all.push({ successes, probability });
    logarithm += Math.log((n - successes) / (successes + 1));
  }
  return all;
}

/** What is asked of a long sequence, and how its overlaps are told apart. */
export interface SequenceOptions {
  /** The power of an overlap, or `exponential` for `exp((N − 1)(x − 1))`. */
  readonly separation: number | "exponential";
  /** Whether all of its steps are to be without an error, and not only one of them; default true. */
  readonly whole?: boolean;
}

/**
 * How long a sequence of random patterns of N units may be so that a step, or all of its steps, are
 * without an error, to leading order for large N:
 *
 *     powers d        N^d / (2 (2d − 1)!! ln N), and (d + 1) times shorter for the whole
 *     exponentials    B^(N−1) / (2 ln N), and B^(N−1) / (2 N ln B) for the whole, B = e² / cosh 2
 *
 * @see Chaudhry, Zavatone-Veth, Krotov & Pehlevan, Long sequence Hopfield memory, NeurIPS 2023.
 */
export function sequenceCapacity(N: number, { separation, whole = true }: SequenceOptions): number {
  if (separation === "exponential") {
    const base = Math.exp(2) / Math.cosh(2);
    return base ** (N - 1) / (2 * (whole ? N * Math.log(base) : Math.log(N)));
  }
  let odd = 1;
  for (let factor = 2 * separation - 1; factor > 1; factor -= 2) odd *= factor;
  const step = N ** separation / (2 * odd * Math.log(N));
  return whole ? step / (separation + 1) : step;
}
