// How alike a state and a pattern are, and where weights of patterns lead a state.

/** A similarity of states and patterns. */
export interface SimilarityRule {
  readonly name: SimilarityName;
  /** A pattern, or a state, of signs as this similarity takes them. */
  readonly prepared: (signs: ArrayLike<number>) => Float64Array;
  /** The similarity of a prepared pattern and a state; larger is more alike. */
  readonly score: (pattern: Float64Array, state: Float64Array) => number;
  /** The state that weights of prepared patterns lead to; the same state where they lead nowhere. */
  readonly combined: (
    weights: Float64Array,
    patterns: readonly Float64Array[],
    state: Float64Array,
  ) => Float64Array;
  /** The sign of every unit of a state, as a pattern of signs would have it. */
  readonly signsOf: (state: Float64Array) => Float64Array;
}

/** The similarities of the zoo. */
export type SimilarityName = "dot" | "euclid" | "manhattan" | "cosine" | "kl";

// Plain loops: a measurement asks for some hundred million of these numbers.

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function squares(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

function differences(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum;
}

/** `KL(a ‖ b)` */
function divergence(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * Math.log(a[i] / b[i]);
  return sum;
}

/** `Σ w_m ξ_m` */
function weighted(weights: Float64Array, patterns: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(patterns[0].length);
  patterns.forEach((pattern, m) => {
    if (weights[m] === 0) return;
    for (let i = 0; i < sum.length; i++) sum[i] += weights[m] * pattern[i];
  });
  return sum;
}

/** `Σ w_m ξ_m / Σ w_m` */
const mean: SimilarityRule["combined"] = (weights, patterns, state) => {
  const all = weights.reduce((a, b) => a + b, 0);
  return all === 0 ? state : weighted(weights, patterns).map((x) => x / all);
};

const unit = (vector: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((x) => x / length);
};

const asTheyAre = (signs: ArrayLike<number>): Float64Array => Float64Array.from(signs);
const bySign = (state: Float64Array): Float64Array => state.map((x) => (x > 0 ? 1 : -1));

/** Shares of a distribution for −1 and +1: 1 to 9. */
const [LESS, MORE] = [1, 9];

function distribution(signs: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(signs, (x) => LESS + ((MORE - LESS) * (x + 1)) / 2);
  const all = shares.reduce((a, b) => a + b, 0);
  return shares.map((x) => x / all);
}

/** Every similarity, by name. */
export const SIMILARITIES: Readonly<Record<SimilarityName, SimilarityRule>> = {
  dot: {
    name: "dot",
    prepared: asTheyAre,
    score: dot,
    combined: (weights, patterns) => weighted(weights, patterns),
    signsOf: bySign,
  },
  euclid: {
    name: "euclid",
    prepared: asTheyAre,
    score: (a, b) => -squares(a, b) / 2,
    combined: mean,
    signsOf: bySign,
  },
  manhattan: {
    name: "manhattan",
    prepared: asTheyAre,
    score: (a, b) => -differences(a, b),
    combined: mean,
    signsOf: bySign,
  },
  cosine: {
    name: "cosine",
    prepared: (signs) => unit(asTheyAre(signs)),
    score: (a, b) => dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1),
    combined: (weights, patterns, state) => {
      const sum = weighted(weights, patterns);
      return sum.every((x) => x === 0) ? state : unit(sum);
    },
    signsOf: bySign,
  },
  kl: {
    name: "kl",
    prepared: distribution,
    // −KL(pattern ‖ state): what the state misses of the pattern.
    score: (a, b) => -divergence(a, b),
    combined: mean,
    signsOf: (state) => {
      const middle = (Math.max(...state) + Math.min(...state)) / 2;
      return state.map((x) => (x > middle ? 1 : -1));
    },
  },
};
