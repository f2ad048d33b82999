// The laws of Lagrangians, checked on random points in float64: for the catalogue and for plugins.

import {
  activationOf,
  evaluate,
  evaluateScalar,
  hessianVectorProduct,
  indicesOf,
  type LagrangianDefinition,
  makeDim,
  makeNeuron,
  makeTensor,
  type NeuronOptions,
} from "@hamlet/graph";
import { differenceGradient, differenceHessianVector } from "./finite-differences.ts";

/** What a Lagrangian is checked with. */
export interface LagrangianCheck {
  /** Values for its options; those with a default need none. */
  readonly options?: NeuronOptions["options"];
  /** Sizes of the layer's axes; coupled Lagrangians mix the last. Default `[2, 5]`. */
  readonly shape?: readonly number[];
  /** Points to try. They should avoid kinks, where derivatives jump. */
  readonly points: readonly Float64Array[];
  /** Directions for the Hessian, one for every point. */
  readonly directions: readonly Float64Array[];
  /** The largest accepted error, relative to the largest entry or 1. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * Checks the laws that every smooth Lagrangian keeps and returns what is violated, in words:
 * its activation is the finite-difference gradient of its value, the Hessian-vector product the
 * finite difference of the activation, `uᵀ∇²L u ≥ 0` (convexity), `∂E/∂x̂ = x` for the energy
 * `E = ⟨x, x̂⟩ − L(x)` of the layer (Legendre), and the value is one finite number.
 */
export function checkLagrangian(
  definition: LagrangianDefinition,
  { options = {}, shape = [2, 5], points, directions, tolerance = 1e-6 }: LagrangianCheck,
): string[] {
  const axes = shape.map((size, axis) => makeDim(`D${axis}`, size));
  const neuron = makeNeuron("x", axes, definition, { options, over: [axes.at(-1)!] });
  const direction = makeTensor("u", "const", axes);
  const at = indicesOf(axes);
  const activation = activationOf(neuron);
  const product = hessianVectorProduct(neuron.lagrangian, neuron.state, direction, at);
  const value = (x: Float64Array) =>
    evaluateScalar(neuron.lagrangian, { tensors: new Map([[neuron.state, x]]) });

  const shown = (x: Float64Array) =>
    evaluate(activation.value, { tensors: new Map([[neuron.state, x]]) }, activation.indices).data;
  const energy = (x: Float64Array) => dot(x, shown(x)) - value(x);

  return points.flatMap((x, i) => {
    const u = directions[i];
    const tensors = new Map([
      [neuron.state, x],
      [direction, u],
    ]);
    const here = `${definition.name} at [${Array.from(x, (entry) => entry.toPrecision(3)).join(", ")}]`;
    const slope = shown(x);
    const curve = evaluate(product, { tensors }, at).data;
    const found: string[] = [];
    if (!Number.isFinite(value(x))) found.push(`${here}: the value is ${value(x)}`);
    const slopeError = distance(slope, differenceGradient(value, x));
    if (!(slopeError <= tolerance)) {
      found.push(`${here}: the activation is off its finite difference by ${slopeError}`);
    }
    const curveError = distance(curve, differenceHessianVector(value, x, u));
    if (!(curveError <= 100 * tolerance)) {
      found.push(`${here}: the Hessian is off its finite difference by ${curveError}`);
    }
    const [ahead, behind] = [STEP, -STEP].map((h) => x.map((entry, k) => entry + h * u[k]));
    const rise = energy(ahead) - energy(behind);
    const pushed = dot(x, shown(ahead)) - dot(x, shown(behind));
    if (!(Math.abs(rise - pushed) <= STEP * 100 * tolerance * Math.max(1, Math.abs(value(x))))) {
      found.push(`${here}: the energy rises by ${rise}, where ⟨x, dx̂⟩ is ${pushed}`);
    }
    const bend = dot(curve, u);
    const scale = curve.reduce((total, entry, k) => total + Math.abs(entry * u[k]), 1);
    if (!(bend >= -1e-12 * scale)) found.push(`${here}: not convex, the curvature is ${bend}`);
    return found;
  });
}

/** How far the energy is followed to each side. */
const STEP = 1e-4;

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, entry, k) => total + entry * b[k], 0);
}

/** The largest difference, relative to the largest expected entry or 1. */
function distance(actual: Float64Array, expected: Float64Array): number {
  const scale = expected.reduce((most, entry) => Math.max(most, Math.abs(entry)), 1);
  return (
    actual.reduce((worst, entry, i) => Math.max(worst, Math.abs(entry - expected[i])), 0) / scale
  );
}
