// The zoo of associative memories: a similarity and a separation make a cell, `v ← combined(sep(β s(v)))`,
// as universal Hopfield networks have it (Millidge et al. 2022). What each cell can promise, and why.

import { SEPARATIONS, type SeparationName } from "./separations.ts";
import { SIMILARITIES, type SimilarityName } from "./similarities.ts";

/** What is known of the updates of a cell. */
export type CellVerdict =
  | {
      /** The energy falls in every update, unless the state is a fixed point or a tie. */
      readonly energy: "falls";
      /** Whether it has a floor, so that it cannot fall for ever. */
      readonly hasFloor: boolean;
      /**
       * Whether updates end, after finitely many, at a fixed point itself and not only near it: where
       * weights are 0 or 1 there are no more places to go than sets of patterns, and the energy falls
       * from each to the next.
       */
      readonly isFinite: boolean;
      /** The proof, as a sentence. */
      readonly because: string;
    }
  | {
      readonly energy: "none";
      readonly because: string;
      /** What shows it: patterns and a state whose updates come back to it, or that no slope leads along. */
      readonly counterexample: Counterexample;
    };

/** Patterns and a state, as they are; `period` updates lead from the state back to it. */
export interface Counterexample {
  readonly beta: number;
  readonly patterns: readonly (readonly number[])[];
  readonly state: readonly number[];
  readonly period: number;
}

/** A similarity with a separation. */
export interface Cell {
  readonly similarity: SimilarityName;
  readonly separation: SeparationName;
  readonly verdict: CellVerdict;
}

const FALLS: Partial<Record<SimilarityName, string>> = {
  dot: "E = ½ v² − Φ(β ξv)/β is a parabola less a convex function; an update goes to the least of the parabola less the tangent, which is never below the function (concave-convex procedure)",
  cosine:
    "E = −Φ(β ξv)/β on the sphere; Φ lies above its tangent, and an update goes to the point of the sphere where the tangent is highest",
  euclid:
    "E = −Φ(−β|ξ − v|²/2)/β; Φ lies above its tangent, weights are not negative, and the weighted mean of patterns is where the weighted squares are least (mean shift)",
  kl: "E = −Φ(−β KL(ξ‖v))/β; as for squares, since the weighted mean is where any weighted Bregman divergence from the patterns is least",
};

const there = "an update comes back to where it was, and nothing that falls in every update can";
const NEGATIVE = `scores are negative, so weights that are no other than they push to what is least alike: ${there}`;
const CROSSED = `the weighted mean is the middle of squares, not of absolute differences: ${there}`;

/** Two patterns of which each is led to the other. */
const swap = (a: readonly number[], b: readonly number[]): Counterexample => ({
  beta: 1,
  patterns: [a, b],
  state: a,
  period: 2,
});

const ROUND: Counterexample = {
  beta: 0.228,
  patterns: [
    [-3, -5],
    [11, -3],
    [5, -10],
    [4, 2],
  ],
  state: [4.291550240348118, -3.6803448571875146],
  period: 10,
};

const NONE: Partial<
  Record<`${SimilarityName} ${SeparationName}`, readonly [string, Counterexample]>
> = {
  "euclid identity": [NEGATIVE, swap([1], [-1])],
  "euclid power": [NEGATIVE, swap([1], [-1])],
  "kl identity": [NEGATIVE, swap([0.9, 0.1], [0.1, 0.9])],
  "kl power": [NEGATIVE, swap([0.9, 0.1], [0.1, 0.9])],
  "manhattan identity": [NEGATIVE, swap([1], [-1])],
  "manhattan power": [NEGATIVE, swap([1], [-1])],
  "manhattan exponential": [CROSSED, ROUND],
  "manhattan softmax": [CROSSED, ROUND],
  "manhattan epanechnikov": [
    CROSSED,
    {
      beta: 0.9,
      patterns: [
        [0, 0, 1],
        [0, 0, 0],
        [0, 1, 1],
        [1, 0, 1],
      ],
      state: [0, 0, 1],
      period: 2,
    },
  ],
  "manhattan sparsemax": [
    CROSSED,
    {
      beta: 0.05518169384945878,
      patterns: [
        [2, -8, -6],
        [-6, 2, 10],
        [0, -7, 5],
        [-4, -9, -3],
        [0, -4, -4],
        [-6, 3, -7],
      ],
      state: [-5.954204313268814, 2.049735796039515, 7.948538383407017],
      period: 10,
    },
  ],
  "manhattan entmax": [
    CROSSED,
    {
      beta: 0.19228750037651288,
      patterns: [
        [-7, -7],
        [4, -4],
        [-1, -5],
        [-6, -1],
        [2, 2],
      ],
      state: [1.3291055387641304, -3.3871201567965366],
      period: 28,
    },
  ],
  // The fifth is never among the four that count.
  "manhattan top-k": [CROSSED, { ...ROUND, patterns: [...ROUND.patterns, [60, 60]] }],
};

function verdictOf(similarity: SimilarityName, separation: SeparationName): CellVerdict {
  const none = NONE[`${similarity} ${separation}`];
  if (none !== undefined) {
    const [because, counterexample] = none;
    return { energy: "none", because, counterexample };
  }
  const hasFloor = similarity !== "dot" || SEPARATIONS[separation].isTame;
  const { isFlat: isFinite } = SEPARATIONS[separation];
  return { energy: "falls", hasFloor, isFinite, because: FALLS[similarity]! };
}

/** All cells, similarity by similarity. */
export const CELLS: readonly Cell[] = Object.values(SIMILARITIES).flatMap(({ name: similarity }) =>
  Object.values(SEPARATIONS).map(({ name: separation }) => ({
    similarity,
    separation,
    verdict: verdictOf(similarity, separation),
  })),
);

/** The update of a cell, with patterns that stay. */
export function updateOf(
  { similarity, separation }: Pick<Cell, "similarity" | "separation">,
  patterns: readonly Float64Array[],
  beta: number,
): (state: Float64Array) => Float64Array {
  const [alike, apart] = [SIMILARITIES[similarity], SEPARATIONS[separation]];
  return (state) =>
    alike.combined(apart.weights(scoresOf(similarity, patterns, beta, state)), patterns, state);
}

/** The energy of a cell whose verdict is `falls`; see its proof. */
export function energyOf(
  { similarity, separation }: Pick<Cell, "similarity" | "separation">,
  patterns: readonly Float64Array[],
  beta: number,
): (state: Float64Array) => number {
  const { potential } = SEPARATIONS[separation];
  return (state) => {
    const memory = potential(scoresOf(similarity, patterns, beta, state)) / beta;
    return similarity === "dot" ? state.reduce((sum, x) => sum + x * x, 0) / 2 - memory : -memory;
  };
}

function scoresOf(
  similarity: SimilarityName,
  patterns: readonly Float64Array[],
  beta: number,
  state: Float64Array,
): Float64Array {
  const { score } = SIMILARITIES[similarity];
  return Float64Array.from(patterns, (pattern) => beta * score(pattern, state));
}
