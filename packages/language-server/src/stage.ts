import { type EnergyGraph, type Expr, tensorsIn } from "@hamlet/graph";

/** When something can first be computed, in words. */
export function stageOf({ neurons }: EnergyGraph, expr: Expr): string {
  const layers = new Set(neurons.flatMap(({ activation, state }) => [activation, state]));
  const reads = [...tensorsIn([expr])];
  // An activation that is an argument of a definition is one of whatever layer is given.
  if (reads.some((tensor) => layers.has(tensor) || tensor.kind === "activation")) {
    return "computed at every step";
  }
  return reads.some(({ kind }) => kind === "given")
    ? "computed once for every example"
    : "computed once, when the model is loaded";
}
