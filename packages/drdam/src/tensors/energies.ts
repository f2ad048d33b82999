// The energies as expressions: their gradients are derived, never written down.

import { type Leaf, type Output, plan, type Plan } from "@hamlet/core";
import {
  add,
  apply,
  type Dim,
  type Expr,
  get,
  gradient,
  type Index,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  pow,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import type { FeatureDescription } from "../features/description.ts";

/** Below this kernel sum the approximate energy is flat: `h` is raised to it, as in the notebooks. */
export const DEFAULT_EPS = 1e-10;

/** An energy or a kernel sum by what it is a function of, planned with its derivatives. */
export interface PlannedEnergy {
  readonly plan: Plan;
  /** Changes from step to step; batched. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** Stays: `omega` is bound at the stage `load`, all else at `param`. */
  readonly data: Readonly<Record<string, Tensor>>;
}

/** The names of the results. */
export const ENERGY = "energy";
export const KERNEL_SUM = "kernel sum";
export const slopeOf = (state: string): string => `slope ${state}`;

/** `E = −(1/β) log Σₘ exp(−½β |v − ξₘ|²)` of `v: [D]`, `xi: [K, D]`. */
export function exactEnergy(D: number, K: number, beta: number): PlannedEnergy {
  const [entries, patterns] = [makeDim("D", D), makeDim("K", K)];
  const v = makeTensor("v", "state", [entries]);
  const xi = makeTensor("xi", "data", [patterns, entries]);
  const i = makeIndex("i", entries);
  const m = makeIndex("m", patterns);
  const distance = sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)));
  const energy = mul(lit(-1 / beta), logsumexp([m], mul(lit(-beta / 2), distance)));
  return planned({ [ENERGY]: energy }, { states: { v }, data: { xi } });
}

/**
 * `E = −(1/β) log max(⟨Φ, T⟩, eps)` of the phases `⟨ω, √β v⟩: [Y]` and, for positive features, of
 * `shift = β |v|²`. `T: [2Y]` comes in halves.
 */
export function featureEnergy(description: FeatureDescription, eps: number): PlannedEnergy {
  const { sum: kernelSum, states, data } = sumOfPhases(description, description.Y);
  const { beta } = description;
  const energy = mul(lit(-1 / beta), apply("log", apply("max", kernelSum, lit(eps))));
  return planned({ [ENERGY]: energy, [KERNEL_SUM]: kernelSum }, { states, data });
}

/** `h = ⟨Φ, T⟩` of the same, where there may be more rows, whose share in `T` is 0. */
export function kernelSumOfPhases(description: FeatureDescription, rows: number): PlannedEnergy {
  const { sum: kernelSum, ...tensors } = sumOfPhases(description, rows);
  return planned({ [KERNEL_SUM]: kernelSum }, tensors);
}

/** `h = ⟨Φ(v), T⟩` of states `v: [D]`, with the rows `omega: [Y, D]`. */
export function kernelSumOfStates(description: FeatureDescription): PlannedEnergy {
  const { D, Y, beta } = description;
  const [rows, size] = [makeDim("Y", Y), makeDim("D", D)];
  const v = makeTensor("v", "state", [size]);
  const omega = makeTensor("omega", "data", [rows, size]);
  const [i, j] = [makeIndex("i", size), makeIndex("j", size)];
  const phase = (y: Index) =>
    sum([i], mul(get(omega, [y, i]), mul(lit(Math.sqrt(beta)), get(v, [i]))));
  const shift = mul(lit(beta), sum([j], pow(get(v, [j]), lit(2))));
  const { sum: kernelSum, halves } = featureSum(description, rows, phase, shift);
  return planned({ [KERNEL_SUM]: kernelSum }, { states: { v }, data: { omega, ...halves } });
}

function sumOfPhases(description: FeatureDescription, Y: number) {
  const rows = makeDim("Y", Y);
  const phases = makeTensor("phases", "state", [rows]);
  const shift = makeTensor("shift", "state", []);
  const { sum, halves } = featureSum(description, rows, (y) => get(phases, [y]), get(shift, []));
  const states: Record<string, Tensor> =
    description.kind === "positive" ? { phases, shift } : { phases };
  return { sum, states, data: halves };
}

/** `⟨Φ, T⟩` of whatever the phases are, and the halves of `T` that it reads. */
function featureSum(
  { kind, Y }: FeatureDescription,
  rows: Dim,
  phase: (y: Index) => Expr,
  shift: Expr,
) {
  const halves = {
    first: makeTensor("first", "data", [rows]),
    second: makeTensor("second", "data", [rows]),
  };
  const y = makeIndex("y", rows);
  const [u, w] = entries(kind, phase(y), shift);
  const share = add(mul(u, get(halves.first, [y])), mul(w, get(halves.second, [y])));
  return { sum: mul(lit(scaleOf(kind, Y)), sum([y], share)), halves };
}

/** The names of the halves of a feature vector. */
export const HALVES = ["first", "second"] as const;

/** `Φ` of the same, in halves `[Y]`. */
export function featureEntries({ Y, kind }: FeatureDescription): PlannedEnergy {
  const rows = makeDim("Y", Y);
  const phases = makeTensor("phases", "state", [rows]);
  const shift = makeTensor("shift", "state", []);
  const y = makeIndex("y", rows);
  const both = entries(kind, get(phases, [y]), get(shift, []));
  const outputs = both.map((entry, i): Output => {
    const value = mul(lit(scaleOf(kind, Y)), entry);
    return { name: HALVES[i], value, indices: [y], batched: true };
  });
  const leaf = () => ({ stage: "step", batched: true }) as const;
  const states: Record<string, Tensor> = kind === "positive" ? { phases, shift } : { phases };
  return { plan: plan(outputs, { leaf }), states, data: {} };
}

/**
 * `T = Σₘ Φ(ξₘ)` in halves, row by row: of `omega: [D]`, one row, which is batched, and all patterns
 * `xi: [K, D]`.
 */
export function featureSums({ D, Y, beta, kind }: FeatureDescription, K: number): PlannedEnergy {
  const [patterns, size] = [makeDim("K", K), makeDim("D", D)];
  const xi = makeTensor("xi", "data", [patterns, size]);
  const omega = makeTensor("omega", "state", [size]);
  const [m, i, j] = [makeIndex("m", patterns), makeIndex("i", size), makeIndex("j", size)];
  const product = sum([i], mul(get(omega, [i]), get(xi, [m, i])));
  const shift = mul(lit(beta), sum([j], pow(get(xi, [m, j]), lit(2))));
  const both = entries(kind, mul(lit(Math.sqrt(beta)), product), shift);
  const outputs = both.map((entry, half): Output => {
    const value = mul(lit(scaleOf(kind, Y)), sum([m], entry));
    return { name: HALVES[half], value, indices: [], batched: true };
  });
  const leaf = (tensor: Tensor): Leaf =>
    tensor === xi ? { stage: "load", batched: false } : { stage: "step", batched: true };
  return { plan: plan(outputs, { leaf }), states: { omega }, data: { xi } };
}

/** The two entries of a feature vector that a phase makes, without their scale. */
function entries(kind: FeatureDescription["kind"], phase: Expr, shift: Expr): [Expr, Expr] {
  if (kind === "sin-cos") return [apply("cos", phase), apply("sin", phase)];
  return [apply("exp", sub(phase, shift)), apply("exp", sub(neg(phase), shift))];
}

function scaleOf(kind: FeatureDescription["kind"], Y: number): number {
  return 1 / Math.sqrt(kind === "positive" ? 2 * Y : Y);
}

/**
 * Values, and the derivatives of the first of them. The rows ω are there from the start; what else
 * stays may be bound anew.
 */
function planned(
  values: Readonly<Record<string, Expr>>,
  { states, data }: Pick<PlannedEnergy, "states" | "data">,
): PlannedEnergy {
  const outputs: Output[] = Object.entries(values).map(([name, value]) => ({
    name,
    value,
    indices: [],
    batched: true,
  }));
  const [{ value: first }] = outputs;
  for (const [name, tensor] of Object.entries(states)) {
    const at = tensor.axes.map((dim) => makeIndex("at", dim));
    const value = gradient(first, tensor, at);
    outputs.push({ name: slopeOf(name), value, indices: at, batched: true });
  }
  const moving = new Set(Object.values(states));
  const leaf = (tensor: Tensor): Leaf => {
    if (moving.has(tensor)) return { stage: "step", batched: true };
    return { stage: tensor === data["omega"] ? "load" : "param", batched: false };
  };
  return { plan: plan(outputs, { leaf }), states, data };
}
