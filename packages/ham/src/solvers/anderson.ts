import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import {
  along,
  choose,
  descends,
  firstControl,
  largestChange,
  nextControl,
  refusedChange,
  perUnit,
} from "./descent.ts";
import { fitWeights } from "./fit-weights.ts";
import type { Layers, Memory, Point, Solver, StepFrom } from "./solver.ts";

/**
 * How far a step of Heun and one of Euler may lie apart in a layer, as a part of the largest activation
 * that it has had: layers of thousands must not hide those of ones.
 */
const TOLERANCE = 1e-3;
/** By how much the size of a step may change at once. */
const [SMALLEST_FACTOR, LARGEST_FACTOR, SHRINK] = [0.3, 2, 0.5];
/** The first size. */
const FIRST = 0.1;
/** In each layer the residual must have fallen to this part of its largest before anything is extrapolated. */
const CALM = 0.01;
/** Or to this part of the layer's largest activation: one that begins at rest has no larger residual. */
const REST = 1e-5;
/** How many times the way of the remembered steps an extrapolation may go. */
const REACH = 4;

/**
 * The dynamics, and Anderson acceleration of their end. Far from a fixed point it follows
 * `τ dx/dt = −∂E/∂x̂` by Heun steps that are as small as their error asks for, so that it stays in the
 * basin of its start. Where the residual `f = −∂E/∂x̂` of every layer has fallen to a hundredth of its largest
 * and keeps falling, it tries `x + h f − s Σⱼ γⱼ (Δxⱼ + h Δfⱼ)` over the last `memory` differences of states and
 * residuals, where γ minimises `|f − Σⱼ γⱼ Δfⱼ|²` (regularised, solved in float64 for every example) and
 * `s ≤ 1` keeps the step within four times the way of the remembered ones. That is taken where the
 * residual falls as much as the model of it says, by half of that at least, and the energy does not
 * rise; else a step of the dynamics is. A step that would raise the energy beyond rounding is
 * refused and tried half as large. Two to four evaluations a step.
 *
 * It reads a few numbers of the backend in every step.
 */
export const anderson: Solver = {
  name: "anderson",
  order: null,
  options: [{ name: "memory", default: 5 }],
  targets: true,
  descends: true,
  follows: true,
  remember: (from, { memory }) => {
    const f = residual(from);
    const [batch, units] = f.shape;
    return {
      ...firstControl(from, FIRST),
      x: flat(from.states),
      f,
      dx: tf.zeros([batch, memory, units]),
      df: tf.zeros([batch, memory, units]),
      largest: residuals(from),
      falling: tf.zeros([batch]),
      heights: heights(from),
    };
  },
  advance: (from, { memory: columns }) => {
    const { memory, time, scheduled } = from;
    const { step } = memory;
    const lowest = scheduled ? from.energy : memory["lowest"];
    const [x, f] = [flat(from.states), residual(from)];
    const history = extended(memory, x, f);
    const [now, before] = [size(f), size(memory["f"])];
    const own = residuals(from);
    const largest = tf.maximum(memory["largest"], own);
    const height = tf.maximum(memory["heights"], heights(from));
    const fell = tf.cast(tf.less(now, before), "float32");
    const falling = tf.mul(tf.add(memory["falling"], fell), fell);
    const low = tf.maximum(tf.mul(CALM, largest), tf.mul(REST, height));
    const calm = tf.logicalAnd(
      tf.all(tf.lessEqual(own, low), 1),
      tf.greaterEqual(falling, Math.min(2, columns)),
    );
    const fast = someOf(calm) ? accelerate(from, { x, f, history, calm, lowest }) : null;
    const accelerated = fast?.accept ?? tf.zerosLike(now);
    const flow = allOf(accelerated) ? null : follow(from, lowest);
    const trial =
      flow === null
        ? fast!.point
        : fast === null
          ? flow.point
          : from.at(choose(accelerated, fast.point.states, flow.point.states), time);
    const accept = flow === null ? accelerated : tf.maximum(accelerated, flow.accept);
    return {
      states: choose(accept, trial.states, from.states),
      memory: {
        ...nextControl(memory, { from, energy: trial.energy, accept, step }),
        step: flow === null ? step : tf.where(tf.cast(accelerated, "bool"), step, flow.step),
        x,
        f,
        ...history,
        largest,
        falling,
        heights: height,
      },
      refused: refusedChange(accept, from, trial),
    };
  },
  references: [
    "Anderson, Iterative procedures for nonlinear integral equations, J. ACM 12, 1965",
    "Walker & Ni, Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49, 2011",
    "Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.4",
  ],
};

/** A step of the dynamics, whether it may be taken, and the size of the next. */
function follow(
  from: StepFrom,
  lowest: tf.Tensor,
): { point: Point; accept: tf.Tensor; step: tf.Tensor } {
  const { states, velocity, memory, time } = from;
  const { step } = memory;
  const along1 = (slopes: Layers, part: number) =>
    states.map((x, i) => tf.add(x, tf.mul(tf.mul(along(step, x), part), slopes[i])));
  const euler = from.at(along1(velocity, 1), time);
  const both = velocity.map((v, i) => tf.add(v, euler.velocity[i]));
  const heun = from.at(along1(both, 0.5), time);
  const scale = tf.maximum(memory["heights"], tf.maximum(heights(from), heights(heun)));
  const apart = tf.stack(
    heun.activations.map((layer, i) => largestChange([euler.activations[i]], [layer])),
    1,
  );
  const error = tf.max(tf.divNoNan(apart, scale), 1);
  const exact = tf.cast(tf.lessEqual(error, TOLERANCE), "float32");
  const down = descends(from, heun, lowest);
  const wanted = tf.mul(0.9, tf.sqrt(tf.div(TOLERANCE, tf.add(error, 1e-12))));
  const factor = tf.clipByValue(wanted, SMALLEST_FACTOR, LARGEST_FACTOR);
  return {
    point: heun,
    accept: tf.mul(exact, down),
    step: tf.mul(step, tf.where(tf.cast(down, "bool"), factor, tf.fill(factor.shape, SHRINK))),
  };
}

/** The largest size of an activation, layer by layer, `[B, layers]`. */
function heights({ activations }: Point): tf.Tensor {
  return tf.stack(
    activations.map((layer) => largestChange([tf.zerosLike(layer)], [layer])),
    1,
  );
}

/** The length of the residual, layer by layer, `[B, layers]`. */
function residuals({ states, target }: Point): tf.Tensor {
  return tf.stack(
    target.map((layer, i) => size(flat([tf.sub(layer, states[i])]))),
    1,
  );
}

/** An extrapolation from the remembered steps, and whether it may be taken. */
function accelerate(
  from: StepFrom,
  known: {
    readonly x: tf.Tensor;
    readonly f: tf.Tensor;
    readonly history: { readonly dx: tf.Tensor; readonly df: tf.Tensor };
    readonly calm: tf.Tensor;
    readonly lowest: tf.Tensor;
  },
): { point: Point; accept: tf.Tensor } {
  const { x, f, history, calm, lowest } = known;
  const h = tf.expandDims(tf.minimum(from.memory["step"], 1), 1);
  const gamma = fitted(history, f);
  const columns = tf.add(history.dx, tf.mul(tf.expandDims(h, 2), history.df));
  const correction = tf.squeeze(tf.matMul(tf.expandDims(gamma, 1), columns), [1]);
  const way = tf.sum(tf.sqrt(tf.sum(tf.square(history.dx), 2)), 1);
  const share = tf.minimum(1, tf.divNoNan(tf.mul(REACH, way), size(correction)));
  const part = tf.mul(correction, tf.expandDims(share, 1));
  const moved = tf.sub(tf.add(x, tf.mul(h, f)), part);
  const point = from.at(layered(moved, from.states), from.time);
  const left = tf.mul(tf.sub(1, tf.div(share, 2)), size(f));
  const smaller = tf.logicalAnd(calm, tf.lessEqual(size(residual(point)), left));
  return { point, accept: tf.mul(tf.cast(smaller, "float32"), descends(from, point, lowest)) };
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
  return read(accept).every((value) => value !== 0);
}

function someOf(condition: tf.Tensor): boolean {
  return read(condition).some((value) => value !== 0);
}

/** The length of every row. */
function size(rows: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(rows), 1));
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
  return tf.concat(layers.map(perUnit), 1);
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
