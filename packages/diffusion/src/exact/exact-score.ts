import { assertMatrix } from "@hamlet/graph";
import { makeTurn } from "@hamlet/core";
import { type Points } from "../data/points.ts";
import type { Noise } from "../noise.ts";
import type { Score } from "../score.ts";
import { makeAttention, spreadOf } from "./attention.ts";
import { inverseTemperatureAt } from "./inverse-temperature.ts";

/** A score with a density in closed form. */
export interface ExactScore extends Score {
  /** `log p_t(x)` of points `[n, width]`, all at one time: `[n]`. */
  logDensity(x: Float64Array, t: number): Float64Array;
}

/**
 * The score of the K patterns themselves: what a network learns that remembers its data perfectly.
 *
 * With noise of variance `v = σ² t` the data become a mixture of K Gaussians,
 * `p_t(x) = (2πv)^(−N/2)/K Σ_μ exp(−|x − ξ_μ|²/(2v))`, so with `p_μ` the weights of the patterns
 * at x and `m = Σ_μ p_μ ξ_μ`:
 * `∇ log p_t = (m − x)/v` and `∇·∇ log p_t = Σ_μ p_μ |ξ_μ − m|²/v² − N/v`.
 *
 * All sums are taken from the nearest pattern on, so nothing overflows at any `t > 0`.
 * @param patterns - `[K, N]`.
 * @throws HamError as `assertMatrix`; the methods throw `diffusion/time` unless `t > 0`.
 * @see Pham et al., arXiv:2505.21777.
 */
export function exactScore(patterns: Points, noise: Noise): ExactScore {
  assertMatrix("patterns", patterns);
  const [count, width] = patterns.shape;
  const attention = makeAttention(patterns);

  const evaluate = async (
    x: Float64Array,
    t: Float64Array,
    divergence: Float64Array | null,
  ): Promise<Float64Array> => {
    const score = new Float64Array(x.length);
    const turn = makeTurn();
    for (let i = 0; i < t.length; i++) {
      const stiffness = 2 * inverseTemperatureAt(noise, t[i]);
      const here = attention(x, i, stiffness / 2);
      for (let d = 0, at = i * width; d < width; d++, at++) {
        score[at] = stiffness * (here.mean[d] - x[at]);
      }
      if (divergence !== null) {
        divergence[i] = stiffness * (stiffness * spreadOf(patterns, here) - width);
      }
      const others = turn();
      if (others !== undefined) await others;
    }
    return score;
  };

  return {
    width,
    score: (x, t) => evaluate(x, t, null),
    async scoreAndDivergence(x, t) {
      const divergence = new Float64Array(t.length);
      return { score: await evaluate(x, t, divergence), divergence };
    },
    logDensity(x, t) {
      const beta = inverseTemperatureAt(noise, t);
      const constant = (width / 2) * Math.log(beta / Math.PI) - Math.log(count);
      return Float64Array.from(
        { length: x.length / width },
        (_, i) => constant + attention(x, i, beta).logSum,
      );
    },
  };
}
