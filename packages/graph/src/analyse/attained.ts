// Is there a state of a layer with these activations?
//
// The activations of a convex Lagrangian are its slopes, and along any direction d no slope is
// steeper than the Lagrangian itself far out: ⟨x̂, d⟩ ≤ lim L(td)/t. That limit is 1 for a unit of a
// tanh, 0 downwards for a relu, and for all units of a softmax at once it is 1 up and −1 down, so that
// they add up to 1. Whoever lies beyond it, along any of a few directions, is no activation. (Rockafellar,
// Convex Analysis, theorem 13.1.)

import { eachPart } from "../expr/parts.ts";
import { tensorsIn } from "../expr/depends.ts";
import { gradient } from "../rewrite/differentiate.ts";
import { type Environment, evaluate, evaluateScalar, sizeOfDim } from "../expr/evaluate.ts";
import type { Index } from "../expr/types.ts";
import { indicesOf } from "../expr/dim.ts";
import type { Neuron } from "../model/energy-graph.ts";

/** What no state of a layer has. */
export interface Unattained {
  /** The example, and the unit among those of the layer, row-major; null for all units of it. */
  readonly example: number;
  readonly unit: number | null;
  /** The activation of the unit, the sum of all, or their length. */
  readonly of: "unit" | "sum" | "length";
  readonly value: number;
  /** The number nearest to it that the layer has. */
  readonly nearest: number;
}

/** How far out the limit is taken. */
const FAR = 1e8;
/** What was saved with few digits is beyond a limit by so much. */
const ROUNDING = 1e-3;

/** More points than these are not walked for a check. */
const MOST = 4_000_000;

/**
 * The first of some activations, `[B, …axes]`, that no state of the layer has; null where none is
 * found, and where the Lagrangian reads what is not known.
 */
export function unattained(
  neuron: Neuron,
  activations: ArrayLike<number>,
  environment: Environment,
): Unattained | null {
  const { lagrangian, state, axes, kind } = neuron;
  const count = axes.reduce((product, dim) => product * sizeOfDim(dim, environment), 1);
  const known = new Map(environment.tensors);
  const unknown = [...tensorsIn([lagrangian])].some((read) => read !== state && !known.has(read));
  if (unknown || mostPoints(neuron, environment) > MOST) return null;
  const examples = Array.from({ length: activations.length / count }, (_, b) =>
    Float64Array.from({ length: count }, (__, i) => activations[b * count + i]),
  );
  if (kind === "binary") return notOneOfTwo(neuron, examples, environment);

  const far = FAR * Math.max(1, largest(examples.map(largest)));
  /** How far activations can go along a direction. */
  const limit = (direction: Float64Array) => {
    const tensors = known.set(
      state,
      direction.map((d) => far * d),
    );
    return evaluateScalar(lagrangian, { ...environment, tensors }) / far;
  };
  const unit = (at: number, sign: number) => new Float64Array(count).fill(sign, at, at + 1);
  const judge = (
    of: Unattained["of"],
    [example, at]: readonly [number, number | null],
    direction: Float64Array,
    sign: number,
  ): Unattained | null => {
    const value = dot(examples[example], direction);
    const most = limit(direction);
    if (!(value > most + ROUNDING * (1 + Math.abs(value)))) return null;
    return { example, unit: at, of, value: sign * value, nearest: sign * most + 0 };
  };
  // The most extreme example of each kind speaks for all of them.
  for (const sign of [1, -1]) {
    const places = examples.map((one) => extreme(one, sign));
    const tops = examples.map((one, b) => sign * one[places[b]]);
    const example = extreme(tops, 1);
    const at = places[example];
    const found = judge("unit", [example, at], unit(at, sign), sign);
    if (found !== null) return found;
  }
  for (const sign of [1, -1]) {
    const ones = new Float64Array(count).fill(sign);
    const example = extreme(
      examples.map((one) => dot(one, ones)),
      1,
    );
    const found = judge("sum", [example, null], ones, sign);
    if (found !== null) return found;
  }
  const lengths = examples.map((one) => Math.sqrt(dot(one, one)));
  const example = extreme(lengths, 1);
  if (!(lengths[example] > 0)) return null;
  return judge(
    "length",
    [example, null],
    examples[example].map((x) => x / lengths[example]),
    1,
  );
}

/** A unit that has two values has no other. */
function notOneOfTwo(
  { lagrangian, state, axes }: Neuron,
  examples: readonly Float64Array[],
  environment: Environment,
): Unattained | null {
  const indices = indicesOf(axes);
  const slope = gradient(lagrangian, state, indices);
  const [low, high] = [-1, 1].map((x) => {
    const states = examples[0].map(() => x);
    const tensors = new Map(environment.tensors).set(state, states);
    return evaluate(slope, { ...environment, tensors }, indices).data;
  });
  for (const [example, values] of examples.entries()) {
    const unit = values.findIndex((value, i) => value !== low[i] && value !== high[i]);
    if (unit === -1) continue;
    const value = values[unit];
    const nearest = value > (low[unit] + high[unit]) / 2 ? high[unit] : low[unit];
    return { example, unit, of: "unit", value, nearest };
  }
  return null;
}

/** The points of the part of a Lagrangian that has the most. */
function mostPoints({ lagrangian, axes }: Neuron, environment: Environment): number {
  const points = (indices: Iterable<Index>) =>
    [...indices].reduce((all, { dim }) => all * sizeOfDim(dim, environment), 1);
  let most = points(indicesOf(axes));
  eachPart([lagrangian], (part) => {
    const walked = part.kind === "reduce" || part.kind === "softmax" ? part.over : [];
    most = Math.max(most, points(new Set([...part.free, ...walked])));
  });
  return most;
}

function largest(values: ArrayLike<number>): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]));
  return top;
}

/** Where `sign` times an entry is largest. */
function extreme(values: ArrayLike<number>, sign: number): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (sign * values[i] > sign * values[at]) at = i;
  return at;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
