// Separation functions: what turns the scores of a query into weights of the stored values.

import { type Expr, evaluate, HamError, type Index, type Tensor } from "@hamlet/graph";

/**
 * A separation function: `v̂ = Σᵢ f(s)ᵢ vᵢ` with the scores `sᵢ = kᵢ · q` of a query q.
 *
 * @see Millidge et al. (2022), Universal Hopfield networks.
 */
export interface Separation {
  readonly name: string;
  /** Replaces the scores of one query, one for each stored key, by weights. */
  readonly apply: (scores: Float64Array) => void;
  /** `f(s) / f(s₀)` where it depends on no other score, as the theory needs it; else null. */
  readonly ratio: ((score: number, own: number) => number) | null;
}

/** `v̂ = Σᵢ (kᵢ · q) vᵢ`: the scores themselves, the correlation matrix memory. */
export const dotSeparation: Separation = {
  name: "dot product",
  apply: () => undefined,
  ratio: (score, own) => score / own,
};

/** `v̂ = Σᵢ max(0, kᵢ · q) vᵢ`: keys that point away do not count. */
export const reluSeparation: Separation = {
  name: "ReLU",
  apply(scores) {
    for (let i = 0; i < scores.length; i++) if (scores[i] < 0) scores[i] = 0;
  },
  ratio: (score, own) => Math.max(0, score) / own,
};

/**
 * `v̂ = Σᵢ softmax(β s)ᵢ vᵢ`: the step of a modern Hopfield network, and attention.
 *
 * @param options - the inverse temperature β > 0; default 1.
 * @throws HamError `kohonen/bad-beta` unless β is finite and positive.
 */
export function softmaxSeparation({ beta = 1 }: { readonly beta?: number } = {}): Separation {
  if (!Number.isFinite(beta) || beta <= 0) {
    throw new HamError(
      "kohonen/bad-beta",
      `softmaxSeparation: expected a finite inverse temperature beta > 0, found ${beta}.`,
      { beta },
    );
  }
  return {
    name: "softmax",
    apply(scores) {
      let top = -Infinity;
      for (const score of scores) if (score > top) top = score;
      let sum = 0;
      for (let i = 0; i < scores.length; i++) {
        scores[i] = Math.exp(beta * (scores[i] - top));
        sum += scores[i];
      }
      for (let i = 0; i < scores.length; i++) scores[i] /= sum;
    },
    ratio: (score, own) => Math.exp(beta * (score - own)),
  };
}

/** A formula over the scores of a query. */
export interface WrittenSeparation {
  readonly name: string;
  /** An expression whose one free index walks the stored keys. */
  readonly weights: Expr;
  /** The tensor that the expression reads the scores from, with that one axis. */
  readonly scores: Tensor;
}

/**
 * A separation function that is written as an expression, evaluated in float64.
 *
 * `@hamlet/model` reads one from `.ham` text with `readSeparation`.
 * @throws HamError `kohonen/bad-formula` when the expression is not over exactly one index.
 */
export function separationOf({ name, weights, scores }: WrittenSeparation): Separation {
  const [axis] = scores.axes;
  const fits = weights.free.length === 1 && weights.free[0].dim === axis;
  if (!fits || scores.axes.length !== 1) {
    const found = weights.free.map((index: Index) => index.name).join(", ") || "none";
    throw new HamError(
      "kohonen/bad-formula",
      `${name}: a separation function gives one weight for each stored key, so it has one free ` +
        `index over them; found ${found}.`,
      { name, found },
    );
  }
  return {
    name,
    apply(values) {
      const sizes = new Map([[axis, values.length]]);
      values.set(evaluate(weights, { sizes, tensors: new Map([[scores, values]]) }).data);
    },
    ratio: null,
  };
}
