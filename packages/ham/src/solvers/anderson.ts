import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { along, choose, descends, firstControl, nextControl, refusedChange } from "./descent.ts";
import { fitWeights } from "./fit-weights.ts";
import type { Layers, Memory, Point, Solver, StepFrom } from "./solver.ts";

/** How much of the plain step is taken: all of it at first, half after a step that was refused. */
const GROWTH = 1.2;
const SHRINK = 0.5;

/**
 * Anderson acceleration of the fixed-point map `x ↦ x − ∂E/∂x̂`, with a safeguard. With the residual
 * `f = −∂E/∂x̂` and the last `memory` differences of states and residuals, the trial is
 * `x + h f − Σⱼ γⱼ (Δxⱼ + h Δfⱼ)`, where γ minimises `|f − Σⱼ γⱼ Δfⱼ|²` (regularised, solved in
 * float64 for every example). Where that would raise the energy beyond rounding, the plain step
 * `x + h f` is tried and the memory cleared; where that does too, the example stays and `h`, which
 * starts at 1, is halved. Two evaluations a step, three where the first trial fails.
 *
 * Free of time constants. It reads a few numbers of the backend in every step.
 */
export const anderson: Solver = {
  name: "anderson",
  order: null,
  options: [{ name: "memory", default: 5 }],
  targets: true,
  descends: true,
  remember: (from, { memory }) => {
    const [batch, units] = flat(from.states).shape;
    return {
      ...firstControl(from, 1),
      x: flat(from.states),
      f: residual(from),
      dx: tf.zeros([batch, memory, units]),
      df: tf.zeros([batch, memory, units]),
    };
  },
  advance: (from) => {
    const { memory, time, scheduled } = from;
    const { step } = memory;
    const lowest = scheduled ? from.energy : memory["lowest"];
    const [x, f] = [flat(from.states), residual(from)];
    const history = extended(memory, x, f);
    const gamma = fitted(history, f);
    const h = tf.expandDims(step, 1);
    const columns = tf.add(history.dx, tf.mul(tf.expandDims(h, 2), history.df));
    const correction = tf.squeeze(tf.matMul(tf.expandDims(gamma, 1), columns), [1]);
    const plain = tf.add(x, tf.mul(h, f));
    const fast = from.at(layered(tf.sub(plain, correction), from.states), time);
    const accelerated = descends(from, fast, lowest);
    const trial = allOf(accelerated) ? fast : safe(from, fast, plain, accelerated);
    const accept = tf.maximum(accelerated, descends(from, trial, lowest));
    const keep = along(accelerated, history.dx);
    return {
      states: choose(accept, trial.states, from.states),
      memory: {
        ...nextControl(memory, { from, energy: trial.energy, accept, step }),
        step: tf.minimum(tf.mul(step, tf.add(SHRINK, tf.mul(accept, GROWTH - SHRINK))), 1),
        x,
        f,
        dx: tf.mul(history.dx, keep),
        df: tf.mul(history.df, keep),
      },
      refused: refusedChange(accept, from, trial),
    };
  },
  references: [
    "Anderson, Iterative procedures for nonlinear integral equations, J. ACM 12, 1965",
    "Walker & Ni, Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49, 2011",
  ],
};

/** The trial where it was accepted, and the plain step elsewhere. */
function safe(from: StepFrom, fast: Point, plain: tf.Tensor, accelerated: tf.Tensor): Point {
  const states = choose(accelerated, fast.states, layered(plain, from.states));
  return from.at(states, from.time);
}

/** The differences with the newest in front; a step that did not move adds none. */
function extended(memory: Memory, x: tf.Tensor, f: tf.Tensor): { dx: tf.Tensor; df: tf.Tensor } {
  const pushed = (old: tf.Tensor, now: tf.Tensor, before: tf.Tensor) => {
    const [batch, columns, units] = old.shape;
    const fresh = tf.reshape(tf.sub(now, before), [batch, 1, units]);
    return tf.concat([fresh, tf.slice(old, [0, 0, 0], [batch, columns - 1, units])], 1);
  };
  return { dx: pushed(memory["dx"], x, memory["x"]), df: pushed(memory["df"], f, memory["f"]) };
}

/** γ for every example, `[B, memory]`. */
function fitted({ df }: { df: tf.Tensor }, f: tf.Tensor): tf.Tensor {
  const [batch, columns] = df.shape;
  const products = tf.matMul(df, tf.concat([df, tf.expandDims(f, 1)], 1), false, true);
  const numbers = read(products);
  const gamma = new Float32Array(batch * columns);
  const size = columns * (columns + 1);
  for (let b = 0; b < batch; b++) {
    gamma.set(fitWeights(numbers.subarray(b * size, (b + 1) * size), columns), b * columns);
  }
  return tf.tensor2d(gamma, [batch, columns]);
}

function allOf(accept: tf.Tensor): boolean {
  return read(accept).every((value) => value === 1);
}

/** The entries of a tensor, now. */
function read(tensor: tf.Tensor): Float32Array {
  try {
    return tensor.dataSync() as Float32Array;
  } catch (error) {
    throw new HamError(
      "ham/no-synchronous-read",
      `"anderson" reads numbers in every step, which the backend "${tf.getBackend()}" cannot do here (${error instanceof Error ? error.message : String(error)}). Choose another backend, or use adaptive or cccp.`,
    );
  }
}

/** `f = −∂E/∂x̂`, `[B, units]`. */
function residual({ states, target }: Point): tf.Tensor {
  return flat(target.map((layer, i) => tf.sub(layer, states[i])));
}

/** All layers behind each other, `[B, units]`. */
function flat(layers: Layers): tf.Tensor {
  return tf.concat(
    layers.map((layer) => tf.reshape(layer, [layer.shape[0], -1])),
    1,
  );
}

/** The inverse of `flat`. */
function layered(all: tf.Tensor, like: Layers): tf.Tensor[] {
  let at = 0;
  return like.map((layer) => {
    const units = layer.size / layer.shape[0];
    const part = tf.reshape(tf.slice(all, [0, at], [layer.shape[0], units]), layer.shape);
    at += units;
    return part;
  });
}
