import { bernoulli, type Key } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { Score } from "../score.ts";

/** The random directions of {@link hutchinson}: their draws, their number and their length h. */
export interface HutchinsonOptions {
  readonly key: Key;
  /** Directions to look in; default 8. The standard error falls with the root of their number. */
  readonly probes?: number;
  /**
   * How far to look, in the units of the data; default 1e-4. In float32 a network needs about
   * 1e-2 of the scale of its data.
   */
  readonly distance?: number;
}

/**
 * A score whose divergence is estimated, for points so wide that its exact one takes too long:
 * `∇·s ≈ 1/P Σ_j v_jᵀ (s(x + h v_j) − s(x − h v_j)) / (2h)` with random signs `v_j`.
 *
 * The mean over directions is the divergence, the rest of the Jacobian is noise. Directions are
 * drawn once and are the same for all points and times, so that a solver which follows the
 * probability flow sees a smooth function. It asks for `2P` scores in place of one.
 * @throws HamError `diffusion/probes` or `diffusion/distance`.
 * @see Hutchinson, A stochastic estimator of the trace, 1990; Grathwohl et al., FFJORD, ICLR 2019,
 * arXiv:1810.01367.
 */
export function hutchinson(
  score: Score,
  { key, probes = 8, distance = 1e-4 }: HutchinsonOptions,
): Score {
  assertOptions(probes, distance);
  const { width } = score;
  const signs = new Float64Array(bernoulli(key, 0.5, probes * width)).map((bit) => 2 * bit - 1);
  const along = (x: Float64Array, probe: number, by: number) =>
    x.map((value, k) => value + by * signs[probe * width + (k % width)]);
  return {
    width,
    score: (x, t) => score.score(x, t),
    async scoreAndDivergence(x, t) {
      const divergence = new Float64Array(t.length);
      for (let probe = 0; probe < probes; probe++) {
        const ahead = await score.score(along(x, probe, distance), t);
        const behind = await score.score(along(x, probe, -distance), t);
        ahead.forEach((value, k) => {
          const change = (value - behind[k]) / (2 * distance * probes);
          divergence[Math.floor(k / width)] += signs[probe * width + (k % width)] * change;
        });
      }
      return { score: await score.score(x, t), divergence };
    },
  };
}

function assertOptions(probes: number, distance: number): void {
  if (!(Number.isSafeInteger(probes) && probes >= 1)) {
    throw new HamError(
      "diffusion/probes",
      `The number of probes must be a whole number from 1 up, not ${probes}.`,
      { probes },
    );
  }
  if (distance > 0 && Number.isFinite(distance)) return;
  throw new HamError(
    "diffusion/distance",
    `The distance to look must be a number above 0, not ${distance}.`,
    { distance },
  );
}
