// When does a trial step count as descent? Shared by the solvers that refuse steps.

import { add, apply, type Entrywise, type Expr, lit, mul, select, sub } from "@hamlet/graph";
import { axpy, inner, largestChange } from "./layers.ts";
import type { Layers, Memory, Point, StepFrom } from "./solver.ts";

/** What the refusing solvers remember of every example: the proof of their descent. */
export const CONTROL = ["accepted", "rejected", "largestRise", "smallestStep"] as const;

/** The memory of the control at the start; `lowest` is the lowest energy so far. */
export function firstControl({ energy }: Point, step: number): Readonly<Record<string, Entrywise>> {
  const one = (value: Expr): Entrywise => ({ indices: [], value });
  return {
    step: one(lit(step)),
    lowest: one(energy),
    accepted: one(lit(0)),
    rejected: one(lit(0)),
    largestRise: one(lit(0)),
    smallestStep: one(lit(Infinity)),
  };
}

/** What a trial may not exceed: under a schedule the energy of now, else the lowest so far. */
function lowestOf({ scheduled, energy, memory }: StepFrom): Expr {
  return scheduled ? energy : memory["lowest"];
}

/**
 * Whether `to` keeps the energy from rising, as a condition.
 *
 * Two tests, both of which must hold. The energy may not exceed the lowest one so far by more than
 * rounding: a part of `1 + |E|`, `ENERGY_ROUNDING` in float32; comparing with the lowest keeps
 * roundings from adding up. And where the two energies differ by less than that, one cannot tell
 * which is lower, so the slopes at both ends decide: `½ Σ (g + g′)·(x̂′ − x̂) ≤ 0` with
 * `g = ∂E/∂x̂`.
 * (Hager & Zhang, "A new conjugate gradient method with guaranteed descent", SIAM J. Optim. 16,
 * 2005, section 4.) An energy that is not a number fails.
 */
export function descends(from: StepFrom, to: Point): Expr {
  const lowest = lowestOf(from);
  const rounding = mul(lit(from.rounding), add(lit(1), apply("abs", lowest)));
  const below = apply("le", to.energy, add(lowest, rounding));
  const clearly = apply("lt", to.energy, sub(from.energy, rounding));
  const slopes = axpy(axpy(from.states, -1, from.target), 1, axpy(to.states, -1, to.target));
  const moved = axpy(to.activations, -1, from.activations);
  const downhill = apply("le", inner(from, slopes, moved), lit(0));
  return apply("and", below, apply("or", clearly, downhill));
}

/** The control after a trial of size `step` that was accepted or not. */
export function nextControl(
  { energy: before, memory }: StepFrom,
  { energy, accept, step }: { energy: Expr; accept: Expr; step: Expr },
): Memory {
  const { lowest, accepted, rejected, largestRise, smallestStep } = memory;
  const rise = sub(energy, before);
  const where = (taken: Expr, else_: Expr) => select(accept, taken, else_);
  return {
    lowest: where(apply("min", lowest, energy), lowest),
    accepted: add(accepted, where(lit(1), lit(0))),
    rejected: add(rejected, where(lit(0), lit(1))),
    largestRise: where(apply("max", largestRise, rise), largestRise),
    smallestStep: where(apply("min", smallestStep, step), smallestStep),
  };
}

/** The first where a condition holds, else the second. */
export function choose(accept: Expr, yes: Layers, no: Layers): Layers {
  return yes.map((layer, i) => select(accept, layer, no[i]));
}

/** How far an activation moves between two points, and 0 where that was accepted. */
export function refusedChange(accept: Expr, from: Point, to: Point): Expr {
  return mul(apply("not", accept), largestChange(from, to));
}
