import { HamError } from "@hamlet/graph";
import { type Noise, noiseVariance } from "../noise.ts";

/**
 * `β_t = 1 / (2 σ² t)`: the inverse temperature at which the dense associative memory
 * `−1/β log Σ_μ exp(−β |x − ξ_μ|²)` is the energy of the diffusion at time t.
 *
 * A `.ham` file that writes `exp(−beta/2 |x − ξ|²)` has twice this `beta`.
 * @throws HamError `diffusion/time` unless `t > 0`.
 */
export function inverseTemperatureAt(noise: Noise, t: number): number {
  if (t > 0 && Number.isFinite(t)) return 1 / (2 * noiseVariance(noise, t));
  throw new HamError(
    "diffusion/time",
    `The time must be above 0, where there is some noise, not ${t}.`,
    { t },
  );
}

/** @throws HamError `diffusion/beta` unless `beta` is a number above 0. */
export function assertBeta(beta: number): void {
  if (beta > 0 && Number.isFinite(beta)) return;
  throw new HamError(
    "diffusion/beta",
    `The inverse temperature must be a number above 0, not ${beta}.`,
    { beta },
  );
}
