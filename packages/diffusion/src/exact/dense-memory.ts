import { makeTurn, type StopOptions } from "@hamlet/core";
import {
  assertMatrix,
  type EnergyGraph,
  makeDim,
  makeNeuron,
  makeTensor,
  type Neuron,
} from "@hamlet/graph";
import { type LandscapeSpace, makeEnergyGraph, synLseEuclid } from "@hamlet/ham";
import { lagrIdentity } from "@hamlet/lagrangians";
import type { Points } from "../data/points.ts";
import { makeAttention } from "./attention.ts";
import { assertBeta } from "./inverse-temperature.ts";

/** Energies `[n]` and their gradients `[n, width]`. */
export interface PointEnergies {
  readonly energy: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * The energy of the dense associative memory of the same patterns,
 * `E(x) = −1/β log Σ_μ exp(−β |x − ξ_μ|²)`, and its gradient `2 (x − m)`.
 *
 * At `β = β_t` (see `inverseTemperatureAt`) it is the energy of the diffusion,
 * `−2σ²t log Σ_μ exp(−|x − ξ_μ|²/(2σ²t))`, and `∇ log p_t = −β_t ∇E`.
 * Elsewhere kernels are `exp(−½β |x − ξ|²)`: see `rbfBeta`.
 * @throws HamError `diffusion/beta`, and as `assertMatrix`.
 * @see Pham et al., arXiv:2505.21777.
 */
export async function denseMemoryEnergy(
  patterns: Points,
  x: Points,
  beta: number,
  { signal }: StopOptions = {},
): Promise<PointEnergies> {
  assertBeta(beta);
  assertMatrix("patterns", patterns);
  const [, width] = patterns.shape;
  assertMatrix("x", x, { width });
  const attention = makeAttention(patterns);
  const energy = new Float64Array(x.shape[0]);
  const gradient = new Float64Array(x.data.length);
  const turn = makeTurn(signal);
  for (let i = 0; i < energy.length; i++) {
    await turn();
    const { logSum, mean } = attention(x.data, i, beta);
    energy[i] = -logSum / beta;
    for (let d = 0, at = i * width; d < width; d++, at++) gradient[at] = 2 * (x.data[at] - mean[d]);
  }
  return { energy, gradient };
}

/** A memory as an energy graph, with the values that it is evaluated with. */
export interface DenseMemory {
  readonly graph: EnergyGraph;
  readonly space: LandscapeSpace;
  readonly layer: Neuron;
}

/**
 * The memory of {@link denseMemoryEnergy} as an energy graph: an `identity` layer without a leak, and
 * `lse_euclid` on it, which with `beta = 2β` has half the energy.
 * @param rows - K patterns of one width.
 */
export function denseMemory(rows: readonly Float64Array[], beta: number): DenseMemory {
  const [K, D] = [makeDim("K", rows.length), makeDim("D", rows[0].length)];
  const layer = makeNeuron("x", [D], lagrIdentity, { leak: false });
  const xi = makeTensor("xi", "data", [K, D]);
  const memory = {
    synapse: synLseEuclid,
    options: { beta: 2 * beta },
    dims: { K },
    params: { xi },
  };
  const graph = makeEnergyGraph({
    neurons: [layer],
    hypersynapses: { memory },
    connections: [[[layer], "memory"]],
  });
  const data = Float64Array.from(rows.flatMap((row) => [...row]));
  return { graph, space: { sizes: new Map(), tensors: new Map([[xi, data]]) }, layer };
}
