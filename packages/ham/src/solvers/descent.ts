// When does a trial step count as descent? Shared by the solvers that refuse steps.

import * as tf from "@tensorflow/tfjs-core";
import { ENERGY_ROUNDING } from "../recall/outcome.ts";
import type { Layers, Memory, Point } from "./solver.ts";

/** What the refusing solvers remember of every example, each `[B]`: the proof of their descent. */
export const CONTROL = ["accepted", "rejected", "largestRise", "smallestStep"] as const;

/** The memory of the control at the start; `lowest` is the lowest energy so far. */
export function firstControl({ energy }: Point, step: number): Memory {
  const all = (value: number) => tf.add(tf.zerosLike(energy), value);
  return {
    step: all(step),
    lowest: tf.clone(energy),
    accepted: all(0),
    rejected: all(0),
    largestRise: all(0),
    smallestStep: all(Infinity),
  };
}

/**
 * Whether `to` keeps the energy from rising, per example, as 0 or 1.
 *
 * Two tests, both of which must hold. The energy may not exceed the lowest one so far by more than
 * rounding: a part `ENERGY_ROUNDING` of `1 + |E|`; comparing with the lowest keeps roundings from
 * adding up. And where the two energies differ by less than that, float32 cannot tell which is
 * lower, so the slopes at both ends decide: `½ Σ (g + g′)·(x̂′ − x̂) ≤ 0` with `g = ∂E/∂x̂`.
 * (Hager & Zhang, "A new conjugate gradient method with guaranteed descent", SIAM J. Optim. 16,
 * 2005, section 4.) An energy that is not a number fails.
 */
export function descends(from: Point, to: Point, lowest: tf.Tensor): tf.Tensor {
  const rounding = tf.mul(ENERGY_ROUNDING, tf.add(1, tf.abs(lowest)));
  const below = tf.lessEqual(to.energy, tf.add(lowest, rounding));
  const clearly = tf.less(to.energy, tf.sub(from.energy, rounding));
  const change = from.states
    .map((x, i) => {
      const slopes = tf.add(tf.sub(x, from.target[i]), tf.sub(to.states[i], to.target[i]));
      const moved = tf.sub(to.activations[i], from.activations[i]);
      return perExample(tf.mul(slopes, moved));
    })
    .reduce((a, b) => tf.add(a, b));
  const downhill = tf.lessEqual(change, 0);
  return tf.cast(tf.logicalAnd(below, tf.logicalOr(clearly, downhill)), "float32");
}

/** The control after a trial of size `step` that was accepted (1) or not (0). */
export function nextControl(
  { lowest, accepted, rejected, largestRise, smallestStep }: Memory,
  trial: { from: Point; energy: tf.Tensor; accept: tf.Tensor; step: tf.Tensor },
): Memory {
  const { from, energy, accept, step } = trial;
  const took = tf.cast(accept, "bool");
  const rise = tf.where(took, tf.relu(tf.sub(energy, from.energy)), tf.zerosLike(energy));
  return {
    lowest: tf.where(took, tf.minimum(lowest, energy), lowest),
    accepted: tf.add(accepted, accept),
    rejected: tf.add(rejected, tf.sub(1, accept)),
    largestRise: tf.maximum(largestRise, rise),
    smallestStep: tf.where(took, tf.minimum(smallestStep, step), smallestStep),
  };
}

/** The first where the example is 1, else the second. */
export function choose(accept: tf.Tensor, yes: Layers, no: Layers): tf.Tensor[] {
  return yes.map((layer, i) => tf.where(along(accept, layer, "bool"), layer, no[i]));
}

/** One number an example, with axes of size 1 to meet a layer. */
export function along(
  values: tf.Tensor,
  layer: tf.Tensor,
  dtype: "bool" | "float32" = "float32",
): tf.Tensor {
  const shape = [values.shape[0], ...layer.shape.slice(1).map(() => 1)];
  return tf.cast(tf.reshape(values, shape), dtype);
}

/** How far an activation moves between two points, per example, and 0 where `accept` is 1. */
export function refusedChange(accept: tf.Tensor, from: Point, to: Point): tf.Tensor {
  return tf.mul(tf.sub(1, accept), largestChange(from.activations, to.activations));
}

/** The largest absolute difference of any activation, per example. */
export function largestChange(before: Layers, after: Layers): tf.Tensor {
  return tf.tidy(() =>
    after
      .map((layer, i) => {
        const size = tf.abs(tf.sub(layer, before[i]));
        return tf.max(perUnit(size), 1);
      })
      .reduce((a, b) => tf.maximum(a, b)),
  );
}

/** A layer as `[B, units]`; not by −1, which no backend infers where B is 0. */
export function perUnit(layer: tf.Tensor): tf.Tensor {
  const [batch, ...axes] = layer.shape;
  return tf.reshape(layer, [batch, axes.reduce((total, size) => total * size, 1)]);
}

function perExample(layer: tf.Tensor): tf.Tensor {
  return tf.sum(perUnit(layer), 1);
}
