// A loss after a recall in float64, by the interpreter of the graph and plain Runge-Kutta steps:
// independent of everything that a training runs.

import {
  activationOf,
  type EnergyGraph,
  type Entrywise,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  inStates,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  type Tensor,
  type Training,
  velocities,
} from "@hamlet/graph";

type Numbers = ReadonlyMap<Tensor, ArrayLike<number>>;

const METHODS: Readonly<Record<string, { a: number[][]; b: number[]; c: number[] }>> = {
  euler: { a: [[]], b: [1], c: [0] },
  heun: { a: [[], [1]], b: [0.5, 0.5], c: [0, 1] },
  rk4: {
    a: [[], [0.5], [0, 0.5], [0, 0, 1]],
    b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    c: [0, 0.5, 0.5, 1],
  },
};

/** The loss of one example; `tensors` holds everything but states. */
export function referenceLoss(
  graph: EnergyGraph,
  { recall, loss }: Pick<Training, "recall" | "loss">,
  tensors: Numbers,
): number {
  const pinned = new Map<Neuron, Entrywise>(
    recall.clamps.flatMap(({ neuron, indices, where, value }) =>
      where === null && value !== null ? [[neuron, { indices, value }] as const] : [],
    ),
  );
  const written = (expr: Expr) => inStates(graph, expr, pinned);
  const slopes = [...velocities(graph)].map(([neuron, { indices, value }]) => ({
    neuron,
    indices,
    value: written(value),
  }));
  let states = startOf(graph, recall, tensors);
  // Scheduled consts take the value of their time.
  const environment = (at: Numbers, time = 1) => {
    const scheduled = recall.schedules.map(
      ({ tensor, value }) => [tensor, [evaluateScalar(value, { tensors, time })]] as const,
    );
    return { tensors: new Map([...tensors, ...at, ...scheduled]) };
  };
  const speeds = (at: Numbers, time: number) =>
    slopes.map(({ neuron, indices, value }) => {
      const free = evaluate(value, environment(at, time), indices).data;
      return free.map((speed, k) => (heldOf(recall, neuron, environment(at))[k] ? 0 : speed));
    });
  const moved = (weights: readonly number[], by: readonly Float64Array[][]) =>
    new Map(
      graph.neurons.map(({ state }, n) => [
        state,
        states
          .get(state)!
          .map((x, k) => weights.reduce((sum, weight, j) => sum + dt * weight * by[j][n][k], x)),
      ]),
    );
  const { a, b, c } = METHODS[recall.solver.name];
  const dt = evaluateScalar(recall.solver.options.get("dt")!, { tensors });
  const steps = evaluateScalar(recall.steps, { tensors });
  const activations = () =>
    graph.neurons.flatMap((neuron) => {
      const { indices } = activationOf(neuron);
      const value = written(get(neuron.activation, indices));
      return [...evaluate(value, environment(states), indices).data];
    });
  for (let step = 0; step < steps; step++) {
    const before = activations();
    const found: Float64Array[][] = [];
    for (const [i, row] of a.entries()) {
      const time = Math.min(1, (step + c[i]) / Math.max(1, steps - 1));
      found.push(speeds(moved(row, found), time));
    }
    states = moved(b, found);
    if (recall.stop === null) continue;
    const change = Math.max(...activations().map((x, k) => Math.abs(x - before[k])));
    const asked = new Map([...tensors, [RECALL_QUANTITIES.change, [change]] as const]);
    if (evaluateScalar(recall.stop, { tensors: asked }) !== 0) break;
  }
  return evaluateScalar(written(loss), environment(states));
}

function startOf(graph: EnergyGraph, recall: Recall, tensors: Numbers): Map<Tensor, Float64Array> {
  return new Map(
    graph.neurons.map((neuron) => {
      const start = recall.starts.find((item) => item.neuron === neuron);
      if (start?.from === "value") {
        return [neuron.state, evaluate(start.value, { tensors }, start.indices).data];
      }
      const { indices } = activationOf(neuron);
      const size = indices.reduce((n, { dim }) => n * evaluateScalar(dim.size!), 1);
      return [neuron.state, new Float64Array(size)];
    }),
  );
}

function heldOf(
  { clamps }: Recall,
  neuron: Neuron,
  environment: { tensors: Numbers },
): Record<number, boolean> {
  const held: Record<number, boolean> = {};
  for (const { neuron: other, indices, where } of clamps) {
    if (other !== neuron) continue;
    const size = indices.reduce((n, { dim }) => n * evaluateScalar(dim.size!), 1);
    const entries = where === null ? null : evaluate(where, environment, indices).data;
    for (let k = 0; k < size; k++) if (entries === null || entries[k] !== 0) held[k] = true;
  }
  return held;
}
