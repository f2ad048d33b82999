// Is the step-free update x ← x − ∂E/∂x̂ certain to lower the energy? Yes, where the energy less the
// layers' own energies is concave in the activations: it then lies below its tangent, and the
// update goes to the minimum of that tangent plus the layers' own (convex) energies.
// (Yuille & Rangarajan, "The concave-convex procedure", Neural Computation 15, 2003.)

import { dependsOn } from "../expr/depends.ts";
import { activationOf, type EnergyGraph, type Neuron } from "../model/energy-graph.ts";
import { add, lit, mul } from "../expr/expr.ts";
import type { Expr, Tensor } from "../expr/types.ts";
import { type Culprit, curvatureOf } from "./curvature.ts";
import { isNonPositive } from "./interval.ts";
import { type Facts, factsOf, makeRanges } from "./range.ts";
import { squareInLogsumexp } from "./square.ts";

/** Whether the energy less the layers' own is concave in the activations. */
export type Concavity =
  | { readonly status: "proven" }
  | {
      readonly status: "unknown";
      /** The term that the rules cannot judge; null for a layer without an energy of its own. */
      readonly term: string | null;
      /** The innermost part of that term that bends up, where one can be named. */
      readonly culprit: Culprit | null;
      /** The layer without its own energy that is to blame. */
      readonly neuron: Neuron | null;
    };

/**
 * Whether the step-free update of `neurons`, all at once, never raises the energy. An `identity`
 * layer whose own energy is off must find its `½ |x̂|²` in the hypersynapses, as it does in a
 * Euclidean log-sum-exp; other layers without their own energy cannot be judged.
 */
export function checkConcavity(graph: EnergyGraph, neurons: readonly Neuron[]): Concavity {
  const facts = factsOf(graph);
  const activations = neurons.map(({ activation }) => activation);
  const curved = new Map<Tensor, Expr[]>(
    neurons.filter(({ leak }) => !leak).map(({ activation }) => [activation, []]),
  );
  const stranger = neurons.find((neuron) => !neuron.leak && !isIdentity(neuron));
  if (stranger !== undefined) {
    return { status: "unknown", term: null, culprit: null, neuron: stranger };
  }
  for (const { name, energy } of graph.terms) {
    for (const { scale, part } of addends(energy, activations)) {
      const square = squareInLogsumexp(part, [...curved.keys()]);
      if (square !== null && isNonPositive(makeRanges(facts)(scale))) {
        curved.get(square.tensor)!.push(mul(scale, square.weight));
        continue;
      }
      const { curvature, culprit } = curvatureOf(mul(scale, part), activations, facts);
      if (curvature === "convex" || curvature === "unknown") {
        return { status: "unknown", term: name, culprit, neuron: null };
      }
    }
  }
  const bent = neurons.find((neuron) => {
    const weights = curved.get(neuron.activation);
    return weights !== undefined && !atMost(1, weights, facts);
  });
  if (bent !== undefined) return { status: "unknown", term: null, culprit: null, neuron: bent };
  return { status: "proven" };
}

function atMost(limit: number, weights: readonly Expr[], facts: Facts): boolean {
  return isNonPositive(makeRanges(facts)(add(...weights, lit(-limit))));
}

/** `expr` as a sum of constants times parts that depend on the tensors. */
function addends(expr: Expr, tensors: readonly Tensor[]): { scale: Expr; part: Expr }[] {
  const moving = new Set(tensors);
  const visit = (node: Expr, scale: Expr): { scale: Expr; part: Expr }[] => {
    if (!dependsOn(node, moving)) return [];
    if (node.kind === "apply" && node.op === "add") {
      return node.args.flatMap((arg) => visit(arg, scale));
    }
    if (node.kind === "apply" && node.op === "mul") {
      const inner = node.args.filter((arg) => dependsOn(arg, moving));
      const outer = node.args.filter((arg) => !inner.includes(arg));
      if (inner.length === 1) return visit(inner[0], mul(scale, ...outer));
    }
    return [{ scale, part: node }];
  };
  return visit(expr, lit(1));
}

/** Whether the activation of a layer is its state. */
function isIdentity(neuron: Neuron): boolean {
  const { indices, value } = activationOf(neuron);
  return (
    value.kind === "get" &&
    value.tensor === neuron.state &&
    value.at.every((at, axis) => at === indices[axis])
  );
}
