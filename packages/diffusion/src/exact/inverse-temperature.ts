import { HamError } from "@hamlet/graph";
import { type Noise, noiseVariance } from "../noise.ts";

/**
 * `β_t = 1 / (2 σ² t)`: the inverse temperature at which the dense associative memory
 * `−1/β log Σ_μ exp(−β |x − ξ_μ|²)` is the energy of the diffusion at time t.
 *
 * The β of this package, as in the paper: elsewhere kernels are `exp(−½β |x − ξ|²)`. See
 * {@link rbfBeta}.
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

/**
 * `2β`: the inverse temperature with which `lse_euclid`, `@hamlet/drdam` and other kernels
 * `exp(−½β' |x − ξ|²)` make the memory that this package makes with `exp(−β |x − ξ|²)`.
 *
 * It weighs the patterns alike and has its minima in the same places; its energy is half of that
 * here, and so is its gradient.
 * @throws HamError `diffusion/beta`.
 */
export function rbfBeta(beta: number): number {
  assertBeta(beta);
  return 2 * beta;
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
