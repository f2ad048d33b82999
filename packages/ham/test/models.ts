// Small models built by hand, for the tests of this package.

import {
  apply,
  type Dim,
  type EnergyGraph,
  get,
  indicesOf,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  type Recall,
  RECALL_QUANTITIES,
  sub,
  sum,
  type Tensor,
  type Neuron,
  type LagrangianDefinition,
  div,
} from "@hamlet/graph";
import type { RecallSetup } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";

export const identity: LagrangianDefinition = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};

export const softmax: LagrangianDefinition = {
  ...identity,
  name: "softmax",
  coupled: true,
  value: (x, _, over) => logsumexp(over, x),
};

/** `start` from a tensor, `euler(dt)`, and whatever else is given. */
export function recallOf(
  starts: readonly (readonly [Neuron, Tensor])[],
  options: Partial<Recall> & { dt?: number } = {},
): Recall {
  const { dt = 0.5, ...rest } = options;
  return {
    name: "settle",
    starts: starts.map(([neuron, tensor]) => {
      const indices = indicesOf(neuron.axes);
      return { neuron, from: "value", indices, value: get(tensor, indices) };
    }),
    clamps: [],
    solver: { name: "euler", options: new Map([["dt", lit(dt)]]) },
    steps: lit(40),
    stop: null,
    schedules: [],
    record: [],
    returns: [],
    ...rest,
  };
}

/** `change < limit` */
export function changeBelow(limit: number) {
  return apply("lt", get(RECALL_QUANTITIES.change), lit(limit));
}

/** Values of consts and data as tensors and numbers. The caller disposes the tensors. */
export function setupOf(values: ReadonlyMap<Tensor, ArrayLike<number>>): RecallSetup & {
  values: Map<Tensor, tf.Tensor>;
} {
  const tensors = new Map(
    [...values].map(([tensor, entries]) => {
      const shape = tensor.axes.map(sizeOf);
      return [tensor, tf.tensor(Float32Array.from(entries), shape)] as const;
    }),
  );
  return { sizes: new Map(), values: tensors, numbers: values };
}

function sizeOf(dim: Dim): number {
  return dim.size?.kind === "lit" ? dim.size.value : Number.NaN;
}

/** Two patterns ±1 on a line: v = tanh(β v) at the fixed points. */
export function twoPatterns() {
  const D = makeDim("D", 1);
  const K = makeDim("K", 2);
  const beta = makeTensor("beta", "const");
  const xi = makeTensor("xi", "data", [K, D]);
  const query = makeTensor("query", "given", [D]);
  const v = makeNeuron("v", [D], identity, { leak: false });
  const i = makeIndex("i", D);
  const m = makeIndex("m", K);
  const gap = sum([i], pow(sub(get(v.activation, [i]), get(xi, [m, i])), lit(2)));
  const energy = neg(div(logsumexp([m], mul(lit(-1 / 2), get(beta), gap)), get(beta)));
  const graph: EnergyGraph = {
    dims: [D, K],
    tensors: [beta, xi, query],
    neurons: [v],
    terms: [{ name: "lse", energy }],
    recalls: [],
  };
  return {
    graph,
    v,
    query,
    beta,
    xi,
    values: new Map([
      [beta, [2]],
      [xi, [1, -1]],
    ] as const),
  };
}

/** Three patterns on a circle, dot product: v = Σ ξ softmax(β ξ v) at the fixed points. */
export function triangle() {
  const D = makeDim("D", 2);
  const K = makeDim("K", 3);
  const beta = makeTensor("beta", "const", [], { bound: { op: ">", value: 0 } });
  const xi = makeTensor("xi", "data", [K, D]);
  const query = makeTensor("query", "given", [D]);
  const v = makeNeuron("v", [D], identity);
  const i = makeIndex("i", D);
  const m = makeIndex("m", K);
  const overlap = sum([i], mul(get(xi, [m, i]), get(v.activation, [i])));
  const energy = neg(div(logsumexp([m], mul(get(beta), overlap)), get(beta)));
  const graph: EnergyGraph = {
    dims: [D, K],
    tensors: [beta, xi, query],
    neurons: [v],
    terms: [{ name: "lse", energy }],
    recalls: [],
  };
  return { graph, v, query, beta, xi };
}

/** The corners of an equilateral triangle of circumradius 1, row-major. */
export const CORNERS: readonly number[] = [0, 1, 2].flatMap((k) => {
  const angle = (2 * Math.PI * k) / 3;
  return [Math.cos(angle), Math.sin(angle)];
});

/** Layers in a chain, or wired otherwise, by dense synapses: `pairs` of positions. */
export function wired(
  kinds: readonly LagrangianDefinition[],
  pairs: readonly (readonly [number, number])[],
  options: Parameters<typeof makeNeuron>[3] = {},
) {
  const dims = kinds.map((_, n) => makeDim(`D${n}`, 3));
  const layers = kinds.map((kind, n) => makeNeuron(`x${n}`, [dims[n]], kind, options));
  const starts = layers.map((layer, n) => makeTensor(`start${n}`, "given", layer.axes));
  const terms = pairs.map(([a, b]) => {
    const weight = makeTensor(`W${a}${b}`, "param", [dims[a], dims[b]]);
    const [i, j] = [makeIndex("i", dims[a]), makeIndex("j", dims[b])];
    const product = mul(
      get(weight, [i, j]),
      get(layers[a].activation, [i]),
      get(layers[b].activation, [j]),
    );
    return { name: weight.name, energy: neg(sum([i, j], product)), weight };
  });
  const weights = terms.map(({ weight }) => weight);
  const graph: EnergyGraph = {
    dims,
    tensors: [...weights, ...starts],
    neurons: layers,
    terms: terms.map(({ name, energy }) => ({ name, energy })),
    recalls: [],
  };
  return { graph, layers, starts, weights };
}
