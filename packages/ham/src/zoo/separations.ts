// How scores are told apart: weights that are the slope of a convex potential Φ.
//
// That each Φ is convex is all that the proofs of the cells need: of a sum of convex functions of single
// scores, of log-sum-exp, of conjugates (sparsemax, entmax: maxima of affine functions), and of a maximum
// of log-sum-exps (top-k: over all sets of k scores, of which the k largest give most).

/** A separation of scores. */
export interface SeparationRule {
  readonly name: SeparationName;
  /** Φ(z), convex. */
  readonly potential: (z: Float64Array) => number;
  /** ∇Φ(z), one number a pattern; at a kink, a slope of one side. */
  readonly weights: (z: Float64Array) => Float64Array;
  /** Whether all weights are ≥ 0, whatever the scores. */
  readonly isPositive: boolean;
  /** Whether Φ grows at most linearly, so that a state that costs ½ v² stays bounded. */
  readonly isTame: boolean;
  /** Whether all weights are 0 or 1, so that only finitely many come about. */
  readonly isFlat: boolean;
}

/** The separations of the zoo. */
export type SeparationName =
  | "identity"
  | "power"
  | "exponential"
  | "softmax"
  | "epanechnikov"
  | "sparsemax"
  | "entmax"
  | "top-k";

/** The scores that top-k keeps, and the power of `power`: odd, so that signs stay. */
export const TOP = 4;
export const POWER = 3;

const total = (z: Float64Array, of: (x: number) => number): number =>
  z.reduce((sum, x) => sum + of(x), 0);

function logSumExp(z: Float64Array): number {
  const most = z.reduce((a, b) => Math.max(a, b));
  return most + Math.log(total(z, (x) => Math.exp(x - most)));
}

function softmax(z: Float64Array): Float64Array {
  const all = logSumExp(z);
  return z.map((x) => Math.exp(x - all));
}

/** `max(z − τ, 0)` with the sum 1 (Martins & Astudillo 2016). */
function sparsemax(z: Float64Array): Float64Array {
  const sorted = z.toSorted().reverse();
  let [sum, threshold] = [0, 0];
  for (const [k, x] of sorted.entries()) {
    sum += x;
    const next = (sum - 1) / (k + 1);
    if (x > next) threshold = next;
  }
  return z.map((x) => Math.max(x - threshold, 0));
}

/** `max(z/2 − τ, 0)²` with the sum 1 (Peters, Niculae & Martins 2019). */
function entmax(z: Float64Array): Float64Array {
  const half = z.map((x) => x / 2);
  const sorted = half.toSorted().reverse();
  let [sum, squares, threshold] = [0, 0, 0];
  for (const [k, x] of sorted.entries()) {
    sum += x;
    squares += x * x;
    const mean = sum / (k + 1);
    const scatter = squares - sum * mean;
    if (scatter > 1) break;
    const next = mean - Math.sqrt((1 - scatter) / (k + 1));
    if (x < next) break;
    threshold = next;
  }
  return half.map((x) => Math.max(x - threshold, 0) ** 2);
}

/** Scores that are not among the k largest are −∞; of equal ones the first are. */
function kept(z: Float64Array): Float64Array {
  const order = [...z.keys()].sort((a, b) => z[b] - z[a] || a - b).slice(0, TOP);
  const all = new Float64Array(z.length).fill(-Infinity);
  for (const m of order) all[m] = z[m];
  return all;
}

/** `⟨p, z⟩ + (1 − Σ p^α) / (α (α − 1))` at its largest p: the conjugate of Tsallis' entropy. */
function conjugate(z: Float64Array, p: Float64Array, alpha: number): number {
  const score = z.reduce((sum, x, m) => sum + (p[m] === 0 ? 0 : p[m] * x), 0);
  return score + (1 - total(p, (x) => x ** alpha)) / (alpha * (alpha - 1));
}

/** Every separation, by name. */
export const SEPARATIONS: Readonly<Record<SeparationName, SeparationRule>> = {
  identity: {
    name: "identity",
    potential: (z) => total(z, (x) => (x * x) / 2),
    weights: (z) => z.slice(),
    isPositive: false,
    isTame: false,
    isFlat: false,
  },
  power: {
    name: "power",
    potential: (z) => total(z, (x) => x ** (POWER + 1) / (POWER + 1)),
    weights: (z) => z.map((x) => x ** POWER),
    isPositive: false,
    isTame: false,
    isFlat: false,
  },
  exponential: {
    name: "exponential",
    potential: (z) => total(z, Math.exp),
    weights: (z) => z.map(Math.exp),
    isPositive: true,
    isTame: false,
    isFlat: false,
  },
  softmax: {
    name: "softmax",
    potential: logSumExp,
    weights: softmax,
    isPositive: true,
    isTame: true,
    isFlat: false,
  },
  epanechnikov: {
    name: "epanechnikov",
    potential: (z) => total(z, (x) => Math.max(1 + x, 0)),
    weights: (z) => z.map((x) => (1 + x > 0 ? 1 : 0)),
    isPositive: true,
    isTame: true,
    isFlat: true,
  },
  sparsemax: {
    name: "sparsemax",
    potential: (z) => conjugate(z, sparsemax(z), 2),
    weights: sparsemax,
    isPositive: true,
    isTame: true,
    isFlat: false,
  },
  entmax: {
    name: "entmax",
    potential: (z) => conjugate(z, entmax(z), 1.5),
    weights: entmax,
    isPositive: true,
    isTame: true,
    isFlat: false,
  },
  "top-k": {
    name: "top-k",
    potential: (z) => logSumExp(kept(z)),
    weights: (z) => softmax(kept(z)),
    isPositive: true,
    isTame: true,
    isFlat: false,
  },
};
