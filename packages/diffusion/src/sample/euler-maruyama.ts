import type { Points } from "../data/points.ts";
import type { Score } from "../score.ts";
import { type SamplerOptions, type Walk, walkBack } from "./sampler.ts";

/**
 * Samples by the reverse stochastic equation `dx = −σ² s dt + σ dw̄`, with the steps of Euler and
 * Maruyama:
 * `x ← x + σ² s(x, t_i) (t_i − t_(i+1)) + σ √(t_i − t_(i+1)) z`.
 *
 * The last step goes from the last time to 0 and adds no noise, which makes it Tweedie's estimate
 * `x + σ² t s(x, t)` of the datum below the noise.
 * @returns samples `[count, width]`.
 * @throws HamError `diffusion/diverged`, and for options out of range.
 * @see Song et al., arXiv:2011.13456.
 */
export function sampleEulerMaruyama(score: Score, options: SamplerOptions): Promise<Points> {
  return walkBack(score, options, (walk, i) => eulerMaruyamaStep(walk, i, options.noise.sigma));
}

/** One such step; the last adds no noise. */
export async function eulerMaruyamaStep(
  { x, times, noise, score }: Walk,
  i: number,
  sigma: number,
): Promise<void> {
  const { t, dt } = times;
  const drift = await score(x, t[i]);
  const z = i + 1 < t.length ? noise(i) : null;
  const [gain, spread] = [sigma * sigma * dt[i], sigma * Math.sqrt(dt[i])];
  for (let k = 0; k < x.length; k++) x[k] += gain * drift[k] + (z === null ? 0 : spread * z[k]);
}
