import { type Neuron, type Recall, RECALL_QUANTITIES } from "./energy-graph.ts";
import { add, apply, get, lit, mul, size } from "../expr/expr.ts";

/** How a model runs that does not say how: a hundred steps, or sweeps where layers are binary. */
export function defaultRecall(neurons: readonly Neuron[] = []): Recall {
  if (neurons.length > 0 && neurons.every(({ kind }) => kind === "binary")) {
    const units = neurons.map(({ axes }) => mul(...axes.map(size)));
    return {
      ...defaultRecall(),
      solver: { name: "async", options: new Map() },
      steps: mul(lit(100), add(...units)),
      stop: apply("ne", get(RECALL_QUANTITIES.settled), lit(0)),
    };
  }
  return {
    name: "default",
    starts: [],
    clamps: [],
    solver: { name: "euler", options: new Map([["dt", lit(0.1)]]) },
    steps: lit(100),
    stop: apply("lt", get(RECALL_QUANTITIES.change), lit(1e-4)),
    schedules: [],
    record: [],
    returns: [],
  };
}
