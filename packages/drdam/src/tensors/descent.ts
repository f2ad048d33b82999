// Gradient descent on an energy, a fixed number of steps, on any backend.

import {
  type Inputs,
  makeProgram,
  type Plan,
  type Program,
  type Progress,
  type Signal,
  type Turn,
} from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { FeatureMap, featureScale } from "../features/feature-map.ts";
import type { Features } from "../features/features.ts";
import type { CompiledFeatures } from "./compiled.ts";
import { ENERGY, exactEnergy, featureEnergy, HALVES, KERNEL_SUM, slopeOf } from "./energies.ts";
import type { TensorProjection } from "./projection.ts";

/** How a descent goes. */
export interface DescentOptions {
  /** Number of steps; default 1000. */
  readonly depth?: number;
  /** Step size α of `v ← v − α ∂E/∂v`; default 0.1. */
  readonly alpha?: number;
  /** Also return the gradient of every step; default false. */
  readonly returnGrads?: boolean;
  /** Entries of a state that are held, `[D]`, by not being 0; default none. Borrowed. */
  readonly clampIdxs?: tf.TensorLike | tf.Tensor;
  /** Called after every step. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the descent, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** What a descent returns; the tensors are the caller's. `…` are the axes of the queries before the last. */
export interface DescentResult {
  /** The last states, `[…, D]`. */
  readonly state: tf.Tensor;
  /** The energy before every step, `[depth, …]`. */
  readonly energies: tf.Tensor;
  /** The gradient of every step, `[depth, …, D]`, where asked for. */
  readonly grads?: tf.Tensor;
  /**
   * 1 where the last step found the kernel sum below what its logarithm is cut at, else 0, `[…]`: the
   * gradient there is 0, and the state stands still because it cannot move, as in a recall that ends
   * as `clipped`. An exact energy is never cut.
   */
  readonly clipped: tf.Tensor;
}

/** Energy, slope and, where there is one, kernel sum of states `[B, D]`. */
export interface Moment {
  readonly energy: tf.Tensor;
  readonly slope: tf.Tensor;
  readonly kernelSum: tf.Tensor | null;
}

/** An energy with its gradient, as a function of states. Owns tensors. */
export interface EnergyFunction {
  at(states: tf.Tensor2D): Moment;
  dispose(): void;
}

/** The exact energy of memories `[K, D]`, which are borrowed. */
export function exactFunction(memories: tf.Tensor2D, beta: number): EnergyFunction {
  const [K, D] = memories.shape;
  const { plan, states, data } = exactEnergy(D, K, beta);
  const program = programOf(plan, new Map([[data["xi"], memories]]));
  return {
    at(v) {
      const results = program.step(new Map([[states["v"], v]]), { batch: v.shape[0] });
      return { energy: results.get(ENERGY)!, slope: results.get(slopeOf("v"))!, kernelSum: null };
    },
    dispose: () => program.dispose(),
  };
}

/** A plan with what stays. */
function programOf(plan: Plan, data: Inputs): Program {
  const program = makeProgram(plan);
  try {
    program.bind("load", new Map());
    program.bind("param", data);
    return program;
  } catch (error) {
    program.dispose();
    throw error;
  }
}

/** What features are made from: phases, and the shift of positive ones. Call it inside a tidy. */
export function featureInputs(
  v: tf.Tensor2D,
  given: {
    readonly states: Readonly<Record<string, Tensor>>;
    readonly projection: TensorProjection;
    readonly beta: number;
  },
): Map<Tensor, tf.Tensor> {
  const { states, projection, beta } = given;
  const inputs = new Map<Tensor, tf.Tensor>();
  inputs.set(states["phases"], projection.project(tf.mul(v, Math.sqrt(beta))));
  if ("shift" in states) inputs.set(states["shift"], tf.mul(tf.sum(tf.square(v), 1), beta));
  return inputs;
}

/** The approximate energy of `T: [2Y]`; everything is borrowed. */
export function featureFunction(
  { description }: Features,
  projection: TensorProjection,
  { T, eps }: { readonly T: tf.Tensor1D; readonly eps: number },
): EnergyFunction {
  const { Y, beta } = description;
  const { plan, states, data } = featureEnergy(description, eps);
  const halves = tf.tidy(() => [tf.slice(T, 0, Y), tf.slice(T, Y, Y)]);
  let program: Program;
  try {
    program = programOf(plan, new Map(HALVES.map((half, k) => [data[half], halves[k]])));
  } catch (error) {
    tf.dispose(halves);
    throw error;
  }
  return {
    at(v) {
      const inputs = featureInputs(v, { states, projection, beta });
      const results = program.step(inputs, { batch: v.shape[0] });
      const slopes = results.get(slopeOf("phases")) as tf.Tensor2D;
      const along = tf.mul(projection.transposed(slopes), Math.sqrt(beta));
      const pull = results.get(slopeOf("shift"));
      const slope =
        pull === undefined
          ? along
          : tf.add(along, tf.mul(v, tf.mul(tf.expandDims(pull, 1), 2 * beta)));
      return { energy: results.get(ENERGY)!, slope, kernelSum: results.get(KERNEL_SUM)! };
    },
    dispose() {
      program.dispose();
      tf.dispose(halves);
    },
  };
}

/**
 * The same over arrays: in float32 where there are `compiled` features, otherwise in float64. For
 * backends whose tensors are arrays of this process.
 */
export function arrayFunction(
  features: Features,
  { T, eps }: { readonly T: tf.Tensor1D; readonly eps: number },
  compiled: CompiledFeatures | null,
): EnergyFunction {
  const { D, beta } = features.description;
  const memory = T.dataSync<"float32">();
  const loops = floatLoops(features, memory);
  let gradients = new Float64Array(0);
  return {
    at(states) {
      const [B] = states.shape;
      const v = states.dataSync<"float32">();
      if (gradients.length !== v.length) gradients = new Float64Array(v.length);
      // Another descent may have had its turn.
      if (compiled !== null && compiled.memory !== memory) compiled.load(memory);
      const kernelSums = compiled?.kernelSums(v, gradients) ?? loops(v, gradients);
      const slope = new Float32Array(v.length);
      for (const [b, h] of kernelSums.entries()) {
        if (!(h > eps)) continue;
        for (let i = b * D; i < (b + 1) * D; i++) slope[i] = -gradients[i] / (beta * h);
      }
      const energy = kernelSums.map((h) => -Math.log(Math.max(h, eps)) / beta);
      return {
        energy: tf.tensor1d(new Float32Array(energy)),
        slope: tf.tensor2d(slope, [B, D]),
        kernelSum: tf.tensor1d(new Float32Array(kernelSums)),
      };
    },
    dispose() {},
  };
}

/** Kernel sums of states `[B, D]` in float64; writes their derivatives, `[B, D]`. */
function floatLoops(features: Features, memory: Float32Array) {
  const { D } = features.description;
  const map = new FeatureMap(features);
  const scale = featureScale(features);
  let sums: Float64Array | null = null;
  return (states: Float32Array, gradients: Float64Array): Float64Array => {
    sums ??= new Float64Array(memory).map((entry) => entry / scale);
    const kernelSums = new Float64Array(states.length / D);
    for (let b = 0; b < kernelSums.length; b++) {
      const [from, to] = [b * D, (b + 1) * D];
      kernelSums[b] = map.kernelSum(states.subarray(from, to), sums, gradients.subarray(from, to));
    }
    return kernelSums;
  };
}

/** Where a descent led; the tensors are the caller's. */
interface Descended {
  readonly state: tf.Tensor2D;
  readonly energies: tf.Tensor;
  readonly grads: tf.Tensor | null;
  readonly clipped: tf.Tensor;
}

/** Takes `depth` steps from `start`, which is borrowed. */
export async function descend(
  energy: EnergyFunction,
  start: tf.Tensor2D,
  options: {
    readonly depth: number;
    readonly alpha: number;
    readonly returnGrads: boolean;
    /** 1 where entries are free, 0 where they are held, `[D]`. */
    readonly free: tf.Tensor1D | null;
    readonly eps: number;
    readonly turn: Turn;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<Descended> {
  const { depth, alpha, returnGrads, free, eps, turn, onProgress } = options;
  const energies: tf.Tensor[] = [];
  const grads: tf.Tensor[] = [];
  let clipped: tf.Tensor | null = null;
  let state = start;
  try {
    for (let step = 0; step < depth; step++) {
      await turn();
      const moment = tf.tidy(() => {
        const { energy: value, slope, kernelSum } = energy.at(state);
        const grad = free === null ? slope : tf.mul(slope, free);
        const cut = step < depth - 1 ? [] : [cutAt(kernelSum, value, eps)];
        return [tf.sub(state, tf.mul(grad, alpha)), value, ...cut, ...(returnGrads ? [grad] : [])];
      });
      const [next, value] = moment;
      if (step === depth - 1) clipped = moment[2];
      if (step > 0) state.dispose();
      if (returnGrads) grads.push(moment.at(-1)!);
      energies.push(value);
      state = next as tf.Tensor2D;
      onProgress?.({ done: step + 1, of: depth });
    }
    const [path, slopes] = tf.tidy(() => [
      tf.stack(energies),
      ...(returnGrads ? [tf.stack(grads)] : []),
    ]);
    return { state, energies: path, grads: slopes ?? null, clipped: clipped! };
  } catch (error) {
    if (state !== start) state.dispose();
    clipped?.dispose();
    throw error;
  } finally {
    tf.dispose([energies, grads]);
  }
}

/** 1 where the kernel sum is below what its logarithm is cut at; an exact energy never is. */
function cutAt(kernelSum: tf.Tensor | null, energy: tf.Tensor, eps: number): tf.Tensor {
  return kernelSum === null
    ? tf.zerosLike(energy)
    : tf.cast(tf.lessEqual(kernelSum, eps), "float32");
}
