import type { Points } from "../data/points.ts";
import { noiseDeviation } from "../noise.ts";
import type { Score } from "../score.ts";
import { type SamplerOptions, walkBack } from "./sampler.ts";

/**
 * Samples by the probability-flow equation `dx/dt = −½ σ² s(x, t)`: one start leads to one sample,
 * without noise on the way, and the samples are distributed as those of the stochastic equation.
 *
 * In terms of the deviation `u = σ √t` it reads `dx/du = −u s`, which Heun's steps solve to second
 * order; the last, to `u = 0`, is Tweedie's estimate. Each step but the last asks twice for a score.
 * The grid `notebook` is as `linear` here.
 * @returns samples `[count, width]`.
 * @throws HamError as `sampleEulerMaruyama`.
 * @see Song et al., arXiv:2011.13456; Karras et al., Elucidating the design space of
 * diffusion-based generative models, NeurIPS 2022, arXiv:2206.00364, algorithm 1.
 */
export function sampleProbabilityFlow(score: Score, options: SamplerOptions): Promise<Points> {
  return walkBack(score, options, async ({ x, times: { t }, score: at }, i) => {
    const u = noiseDeviation(options.noise, t[i]);
    const here = await at(x, t[i]);
    if (i + 1 === t.length) return move(x, here, u * u);
    const next = noiseDeviation(options.noise, t[i + 1]);
    const ahead = new Float64Array(x);
    move(ahead, here, u * (u - next));
    const there = await at(ahead, t[i + 1]);
    move(x, here, (u * (u - next)) / 2);
    move(x, there, (next * (u - next)) / 2);
  });
}

function move(x: Float64Array, along: Float64Array, by: number): void {
  for (let k = 0; k < x.length; k++) x[k] += by * along[k];
}
