// The energies as expressions: their gradients are derived, never written down.

import { type Output, plan, type Plan } from "@hamlet/core";
import {
  add,
  apply,
  type Expr,
  get,
  gradient,
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

/** An energy by what it is a function of, planned with its derivatives. */
export interface PlannedEnergy {
  readonly plan: Plan;
  /** Changes from step to step; batched. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** Stays. */
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
  return planned({ [ENERGY]: energy }, { v }, { xi });
}

/**
 * `E = −(1/β) log max(⟨Φ, T⟩, eps)` of the phases `⟨ω, √β v⟩: [Y]` and, for positive features, of
 * `shift = β |v|²`. `T: [2Y]` comes in halves.
 */
export function featureEnergy({ Y, beta, kind }: FeatureDescription, eps: number): PlannedEnergy {
  const rows = makeDim("Y", Y);
  const phases = makeTensor("phases", "state", [rows]);
  const first = makeTensor("first", "data", [rows]);
  const second = makeTensor("second", "data", [rows]);
  const shift = makeTensor("shift", "state", []);
  const y = makeIndex("y", rows);
  const phase = get(phases, [y]);
  const positive = kind === "positive";
  const [u, w] = entries(kind, phase, get(shift, []));
  const scale = scaleOf(kind, Y);
  const kernelSum = mul(
    lit(scale),
    sum([y], add(mul(u, get(first, [y])), mul(w, get(second, [y])))),
  );
  const energy = mul(lit(-1 / beta), apply("log", apply("max", kernelSum, lit(eps))));
  return planned(
    { [ENERGY]: energy, [KERNEL_SUM]: kernelSum },
    positive ? { phases, shift } : { phases },
    { first, second },
  );
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

/** The two entries of a feature vector that a phase makes, without their scale. */
function entries(kind: FeatureDescription["kind"], phase: Expr, shift: Expr): [Expr, Expr] {
  if (kind === "sin-cos") return [apply("cos", phase), apply("sin", phase)];
  return [apply("exp", sub(phase, shift)), apply("exp", sub(neg(phase), shift))];
}

function scaleOf(kind: FeatureDescription["kind"], Y: number): number {
  return 1 / Math.sqrt(kind === "positive" ? 2 * Y : Y);
}

function planned(
  values: Readonly<Record<string, Expr>>,
  states: Readonly<Record<string, Tensor>>,
  data: Readonly<Record<string, Tensor>>,
): PlannedEnergy {
  const outputs: Output[] = Object.entries(values).map(([name, value]) => ({
    name,
    value,
    indices: [],
    batched: true,
  }));
  for (const [name, tensor] of Object.entries(states)) {
    const at = tensor.axes.map((dim) => makeIndex("at", dim));
    const value = gradient(values[ENERGY], tensor, at);
    outputs.push({ name: slopeOf(name), value, indices: at, batched: true });
  }
  const moving = new Set(Object.values(states));
  const leaf = (tensor: Tensor) =>
    moving.has(tensor)
      ? ({ stage: "step", batched: true } as const)
      : ({ stage: "load", batched: false } as const);
  return { plan: plan(outputs, { leaf }), states, data };
}
