// One step of a recall, and the way back through it.

import type { Inputs } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import { axpy, type Layers } from "./layers.ts";
import type { Flow } from "./flow.ts";
import type { Sums } from "./sums.ts";
import type { Tableau } from "./tableau.ts";

/** How steps are made. */
export interface Stepping {
  readonly tableau: Tableau;
  readonly dt: number;
  /** How far the schedule's time moves in one step. */
  readonly timeStep: number;
}

/**
 * The states at which the velocity is asked for in one step, and the velocities there. The way back
 * starts from no velocity of the last stage, so it leaves that one out.
 */
function stages(
  flow: Flow,
  states: Layers,
  time: number,
  { tableau: { a, c }, dt, timeStep }: Stepping,
  { more, last }: { readonly more?: Inputs; readonly last: boolean },
) {
  const points: Layers[] = [];
  const slopes: Layers[] = [];
  for (const [i, row] of a.entries()) {
    points.push(row.reduce((x, weight, j) => moved(x, dt * weight, slopes[j]), states));
    if (i === a.length - 1 && !last) break;
    slopes.push(flow.velocity(points[i], at(time, c[i], timeStep), more));
  }
  return { points, slopes };
}

const at = (time: number, part: number, timeStep: number) => Math.min(1, time + part * timeStep);

const moved = (x: Layers, weight: number, y: Layers) => (weight === 0 ? x : axpy(x, weight, y));

/** The states after one step. The caller owns them. */
export function advance(
  flow: Flow,
  states: Layers,
  time: number,
  stepping: Stepping,
  more?: Inputs,
): tf.Tensor[] {
  const { dt, tableau } = stepping;
  return tf.tidy(() => {
    const { slopes } = stages(flow, states, time, stepping, { last: true, ...(more && { more }) });
    const end = tableau.b.reduce((x, weight, i) => moved(x, dt * weight, slopes[i]), states);
    return end.map((layer, k) => (layer === states[k] ? tf.clone(layer) : layer));
  });
}

/**
 * Pulls a cotangent of the states after a step back to the states before it: with
 * `x' = x + dt Σᵢ bᵢ f(Xᵢ)` it is `λ + Σᵢ X̄ᵢ`, where `X̄ᵢ = (∂f/∂x at Xᵢ)ᵀ k̄ᵢ` and
 * `k̄ᵢ = dt (bᵢ λ + Σⱼ aⱼᵢ X̄ⱼ)`. Slopes by params are added to `sums`.
 */
export function retreat(
  flow: Flow,
  states: Layers,
  { cotangent, time, sums }: { cotangent: Layers; time: number; sums: Sums },
  stepping: Stepping,
): tf.Tensor[] {
  const { dt, timeStep, tableau } = stepping;
  const { a, b, c } = tableau;
  return tf.tidy(() => {
    const { points } = stages(flow, states, time, stepping, { last: false });
    const pulled: Layers[] = [];
    for (let i = b.length - 1; i >= 0; i--) {
      const scaled = cotangent.map((layer) => tf.mul(layer, dt * b[i]));
      const inner = pulled.reduce<Layers>((x, y, j) => moved(x, dt * (a[j][i] ?? 0), y), scaled);
      const { states: back, params } = flow.pullVelocity(
        points[i],
        inner,
        at(time, c[i], timeStep),
      );
      pulled[i] = back;
      sums.add(params);
    }
    return cotangent.map((layer, k) => tf.addN([layer, ...pulled.map((back) => back[k])]));
  });
}
