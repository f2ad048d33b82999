// One tensor for every neuron, in the order of the graph, and formulas over them.

import {
  add,
  apply,
  type EnergyGraph,
  type Expr,
  get,
  indicesOf,
  lit,
  makeTensor,
  mul,
  reduce,
  type Tensor,
} from "@hamlet/graph";
import type { Write } from "../solvers/trace.ts";

/** One tensor for every neuron, in the order of the graph: `[B, …axes]`. */
export type Layers = readonly Tensor[];

/** Layers of their own for a graph. */
export function makeLayers({ neurons }: EnergyGraph, name: string): Layers {
  return neurons.map((neuron) => makeTensor(`${name} ${neuron.name}`, "state", neuron.axes));
}

/** What is computed for every layer, entry by entry. */
export function entrywise(
  into: Layers,
  value: (at: (layers: Layers) => Expr, layer: number) => Expr,
): Write[] {
  return into.map((tensor, layer) => {
    const indices = indicesOf(tensor.axes);
    return { into: tensor, indices, value: value((layers) => get(layers[layer], indices), layer) };
  });
}

/** A weighted sum of layers, without those that weigh nothing. */
export function weighted(terms: readonly (readonly [weight: number, value: Expr])[]): Expr {
  return add(
    ...terms.flatMap(([weight, value]) =>
      weight === 0 ? [] : [weight === 1 ? value : mul(lit(weight), value)],
    ),
  );
}

/** The largest absolute entry of formulas over layers, of every example. */
export function largestEntry(
  over: Layers,
  value: (at: (layers: Layers) => Expr, layer: number) => Expr,
): Expr {
  const heights = entrywise(over, value).map((layer) =>
    reduce("max", layer.indices, apply("abs", layer.value)),
  );
  return heights.reduce((a, b) => apply("max", a, b));
}
