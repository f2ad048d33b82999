// Where an energy is not smooth: kinks, jumps and flat parts, which its functions tell.

import { contains, dependsOn } from "../expr/depends.ts";
import type { EnergyGraph, Term } from "../model/energy-graph.ts";
import { isCondition, type ScalarFunction } from "../expr/scalar-functions.ts";
import type { Expr, Tensor } from "../expr/types.ts";
import { eachPart } from "../expr/parts.ts";

/** Functions with a kink, a jump or a flat part. */
const KINKED: ReadonlySet<ScalarFunction> = new Set([
  "abs",
  "relu",
  "max",
  "min",
  "sign",
  "step",
  "ceil",
]);

/**
 * The functions of units that keep an energy from being smooth, such as `relu` or `where`: counts of
 * fixed points by their index hold for smooth energies only. Empty for a smooth energy.
 */
export function kinksOf({ terms, neurons }: EnergyGraph): string[] {
  const units = new Set<Tensor>(neurons.flatMap(({ state, activation }) => [state, activation]));
  const found = new Set<string>();
  const whole = [
    ...terms.map(({ energy }) => energy),
    ...neurons.map((neuron) => neuron.lagrangian),
  ];
  eachPart(whole, (node) => {
    if (!dependsOn(node, units)) return false;
    if (node.kind === "apply" && KINKED.has(node.op)) found.add(node.op);
    if (node.kind === "apply" && isCondition(node.op)) found.add("where");
    if (node.kind === "select") found.add("where");
    if (node.kind === "reduce") {
      if (node.op === "max" || node.op === "min") found.add(node.op);
      if (node.where !== null && dependsOn(node.where, units)) found.add("where");
    }
    return true;
  });
  return [...found].sort();
}

const JUMPS: ReadonlySet<ScalarFunction> = new Set(["sign", "step", "ceil"]);

/**
 * The first term that may jump as units move, as its functions tell. No slope knows of a jump, so what
 * follows slopes may raise it.
 */
export function jumpingTerm({ terms, neurons }: EnergyGraph): Term | null {
  const units = new Set(neurons.map(({ activation }) => activation));
  const jumps = (node: Expr): boolean => {
    switch (node.kind) {
      case "apply":
        return (JUMPS.has(node.op) || isCondition(node.op)) && dependsOn(node, units);
      case "select":
        return dependsOn(node.condition, units);
      case "reduce":
      case "softmax":
        return node.where !== null && dependsOn(node.where, units);
      default:
        return false;
    }
  };
  return terms.find(({ energy }) => contains(energy, jumps)) ?? null;
}
