// The models that are exported, their inputs, and what our interpreter says of them.

import {
  activationOf,
  add,
  apply,
  div,
  type EnergyGraph,
  type Environment,
  evaluate,
  evaluateScalar,
  get,
  indicesOf,
  inStates,
  type LagrangianDefinition,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pinnedBy,
  position,
  pow,
  type Recall,
  sizeOfDim,
  sum,
  type Tensor,
  time,
  totalEnergy,
  velocities,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { noise } from "../arbitrary-expr.ts";
import { arbitraryModel } from "../arbitrary-graph.ts";
import { exampleCases } from "./examples.ts";

/** An array of a file. */
export interface ArrayJson {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A model with values for everything. */
export interface ExportCase {
  readonly name: string;
  readonly graph: EnergyGraph;
  readonly recall?: string;
  readonly environment: Required<Environment>;
}

const smooth = (name: string, coupled: boolean, value: LagrangianDefinition["value"]) => ({
  name,
  summary: "",
  options: [],
  coupled,
  kind: "smooth" as const,
  value,
  references: [],
});

/** Two layers with attention between them, a clamp, a schedule, and a mask. */
function attention(): ExportCase {
  const [D, K] = [makeDim("D", 5), makeDim("K")];
  const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
  const beta = makeTensor("beta", "const", [], { source: { from: "value", value: lit(2) } });
  const xi = makeTensor("xi", "data", [K, D]);
  const bias = makeTensor("bias", "param", [D]);
  const known = makeTensor("known", "given", [D], { elem: "bool" });
  const v = makeNeuron(
    "v",
    [D],
    smooth("tanh", false, (x) => div(apply("logcosh", mul(get(beta), x)), get(beta))),
    { tau: lit(2) },
  );
  const h = makeNeuron(
    "h",
    [K],
    smooth("softmax", true, (x, _, over) => logsumexp(over, x)),
  );
  const [vi, hm] = [get(v.activation, [i]), get(h.activation, [m])];
  const match = neg(sum([m, i], mul(get(xi, [m, i]), vi, hm)));
  const lse = neg(logsumexp([m], sum([i], mul(get(xi, [m, i]), vi))));
  const drive = sum([i], mul(get(bias, [i]), pow(vi, lit(2))), apply("lt", position(i), lit(3)));
  const graph: EnergyGraph = {
    dims: [D, K],
    tensors: [beta, xi, bias, known],
    neurons: [v, h],
    terms: [
      { name: "match", energy: match },
      { name: "attention", energy: lse },
      { name: "drive", energy: drive },
    ],
    recalls: [
      {
        name: "fill_in",
        starts: [],
        clamps: [{ neuron: v, indices: [i], where: get(known, [i]), value: null }],
        solver: { name: "heun", options: new Map([["dt", lit(0.2)]]) },
        steps: lit(6),
        stop: null,
        schedules: [{ tensor: beta, value: add(lit(1), time()) }],
        record: [],
        returns: [v],
      },
    ],
  };
  const tensors = new Map<Tensor, ArrayLike<number>>([
    [beta, [2]],
    [xi, noise(15, 1)],
    [bias, noise(5, 2)],
    [known, [1, 0, 0, 1, 0]],
    [v.state, noise(5, 3)],
    [h.state, noise(3, 4)],
  ]);
  const environment = { sizes: new Map([[K, 3]]), tensors, time: 0 };
  return { name: "attention", graph, recall: "fill_in", environment };
}

/** The same with a start, and a layer held at a value that follows the schedule. */
function given(): ExportCase {
  const each = attention();
  const { graph } = each;
  const [beta, xi, , known] = graph.tensors;
  const [v, h] = graph.neurons;
  const [m, i] = indicesOf(xi.axes);
  const scores = sum([i], mul(get(beta), get(xi, [m, i]), get(known, [i])));
  const recall: Recall = {
    ...graph.recalls[0],
    starts: [{ neuron: v, from: "value", indices: [i], value: mul(lit(0.5), get(known, [i])) }],
    clamps: [{ neuron: h, indices: [m], where: null, value: scores }],
    solver: { name: "heun", options: new Map([["dt", lit(0.3)]]) },
  };
  return { ...each, name: "attention-given", graph: { ...graph, recalls: [recall] } };
}

function random(): ExportCase[] {
  // Fixed: fixtures/exports holds what ONNX Runtime computed of just these.
  return fc.sample(arbitraryModel(10), { numRuns: 8, seed: 8 }).map(({ graph, sample }, k) => {
    const { environment } = sample;
    const values = new Map(
      [...environment.tensors].map(([{ name }, entries]) => [name, entries] as const),
    );
    const all = [...graph.tensors, ...graph.neurons.map(({ state }) => state)];
    const tensors = new Map(
      all.map((tensor, seed): [Tensor, ArrayLike<number>] => {
        const count = tensor.axes.reduce((n, dim) => n * sizeOfDim(dim, environment), 1);
        return [tensor, values.get(tensor.name) ?? noise(count, seed)];
      }),
    );
    return { name: `random-${k}`, graph, environment: { ...environment, tensors, time: 0 } };
  });
}

/** All models that are exported. */
export const CASES: readonly ExportCase[] = [attention(), given(), ...random(), ...exampleCases()];

/** The inputs of a case as the names that an exported file reads them by. */
export function inputsOf({ graph, environment }: ExportCase): Record<string, ArrayJson> {
  const array = (tensor: Tensor): ArrayJson => ({
    shape: tensor.axes.map((dim) => sizeOfDim(dim, environment)),
    data: Array.from(environment.tensors.get(tensor)!),
  });
  return Object.fromEntries([
    ...graph.tensors.map((tensor) => [`array/${tensor.name}`, array(tensor)] as const),
    ...graph.neurons.map(({ name, state }) => [`state/${name}`, array(state)] as const),
    ["dt", { shape: [], data: [0.1] }],
  ]);
}

/** What our interpreter gives, by the names that an exported file writes. */
export function resultsOf(each: ExportCase): Record<string, readonly number[]> {
  const { graph, environment, recall } = each;
  const results: Record<string, readonly number[]> = {
    energy: [evaluateScalar(inStates(graph, totalEnergy(graph)), environment)],
  };
  const speeds = velocitiesAt(each, environment);
  for (const neuron of graph.neurons) {
    const { indices, value } = activationOf(neuron);
    const x = Array.from(environment.tensors.get(neuron.state)!);
    results[`activation/${neuron.name}`] = [...evaluate(value, environment, indices).data];
    results[`velocity/${neuron.name}`] = speeds.get(neuron.state)!;
    results[`update/${neuron.name}`] = x.map((at, k) => at + 0.1 * speeds.get(neuron.state)![k]);
  }
  if (recall !== undefined) {
    for (const [{ name }, x] of recalled(each)) results[`recall/${name}`] = x;
  }
  return results;
}

function velocitiesAt(
  { graph }: ExportCase,
  environment: Environment,
  pinned: ReturnType<typeof pinnedBy> = new Map(),
) {
  return new Map(
    [...velocities(graph)].map(([{ state, axes }, { indices, value }]) => {
      const at = indices.length === axes.length ? indices : indicesOf(axes);
      return [state, [...evaluate(inStates(graph, value, pinned), environment, at).data]] as const;
    }),
  );
}

/** Heun's method with the start, the schedule and the clamps of the recall, by plain loops. */
function recalled(each: ExportCase): Map<Tensor, number[]> {
  const { graph, environment } = each;
  const [{ starts, schedules, clamps, steps, solver }] = graph.recalls;
  const dt = evaluateScalar(solver.options.get("dt")!);
  const count = evaluateScalar(steps);
  const states = graph.neurons.map(({ state }) => state);
  let x = new Map(states.map((state) => [state, Array.from(environment.tensors.get(state)!)]));
  for (const start of starts) {
    if (start.from !== "value") continue;
    x.set(start.neuron.state, [...evaluate(start.value, environment, start.indices).data]);
  }
  for (let step = 0; step < count; step++) {
    const slope = (at: ReadonlyMap<Tensor, readonly number[]>, part: number) => {
      const now = { ...environment, time: Math.min(1, (step + part) / (count - 1)) };
      const scheduled = schedules.map(
        ({ tensor, value }) => [tensor, [evaluateScalar(value, now)]] as const,
      );
      const tensors = new Map([...environment.tensors, ...scheduled, ...at]);
      const speeds = velocitiesAt(each, { ...now, tensors }, pinnedBy(graph.recalls[0]));
      for (const { neuron, where, indices } of clamps) {
        const mask = evaluate(where ?? lit(1), { ...now, tensors }, indices).data;
        speeds.set(
          neuron.state,
          speeds.get(neuron.state)!.map((s, k) => (mask[k] === 0 ? s : 0)),
        );
      }
      return speeds;
    };
    const moved = (slopes: ReadonlyMap<Tensor, readonly number[]>, by: number) =>
      new Map(
        [...x].map(([state, at]) => [state, at.map((v, k) => v + by * slopes.get(state)![k])]),
      );
    const first = slope(x, 0);
    const second = slope(moved(first, dt), 1);
    const mean = new Map(
      states.map((state) => [
        state,
        first.get(state)!.map((s, k) => (s + second.get(state)![k]) / 2),
      ]),
    );
    x = moved(mean, dt);
  }
  return x;
}

/** The largest difference, relative to the largest expected entry or 1. */
export function errorOf(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  const scale = expected.reduce((top, x) => Math.max(top, Math.abs(x)), 1);
  return expected.reduce((worst, x, k) => Math.max(worst, Math.abs(actual[k] - x) / scale), 0);
}
