// Binary layers built by hand, for the tests of binary recalls.

import { bernoulli, foldIn, key } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  type Expr,
  get,
  type Index,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  pow,
  type Recall,
  RECALL_QUANTITIES,
  sum,
  type Tensor,
  type VisitOrder,
} from "@hamlet/graph";
import { makeRecall, type RecallOptions } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { identity, recallOf, setupOf } from "./models.ts";

export const sign: LagrangianDefinition = {
  ...identity,
  name: "sign",
  kind: "binary",
  value: (x) => apply("abs", x),
};

export const settled = apply("ne", get(RECALL_QUANTITIES.settled), lit(0));

/** A solver by name, with numbers as options. */
export function solverOf(
  name: string,
  { order, ...options }: { order?: VisitOrder; temperature?: number } = {},
): Recall["solver"] {
  return {
    name,
    options: new Map(Object.entries(options).map(([option, value]) => [option, lit(value)])),
    ...(order === undefined ? {} : { order }),
  };
}

/** Independent entries that are 1 with chance `p`, else −1. */
export function signs(count: number, seed: number, p = 0.5): Float32Array {
  return Float32Array.from(bernoulli(foldIn(key(11), seed), p, count), (bit) => 2 * bit - 1);
}

/** `v: [N] as sign` with `K` patterns `xi`, their overlaps, and couplings `T`. */
export function patternLayer(N: number, K = 1) {
  const D = makeDim("D", N);
  const patterns = makeDim("K", K);
  const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
  const m = makeIndex("m", patterns);
  const v = makeNeuron("v", [D], sign);
  const query = makeTensor("query", "given", [D]);
  const T = makeTensor("T", "data", [D, D]);
  const xi = makeTensor("xi", "data", [patterns, D]);
  const overlapOf = (at: Index) => sum([i], mul(get(xi, [at, i]), get(v.activation, [i])));
  const overlap = overlapOf(m);
  const pairs = sum([i, j], mul(get(T, [i, j]), get(v.activation, [i]), get(v.activation, [j])));
  const over = (value: Expr) => sum([m], value);
  const graph = (energy: Expr): EnergyGraph => ({
    dims: [D, patterns],
    tensors: [T, xi, query],
    neurons: [v],
    terms: [{ name: "memory", energy }],
    recalls: [],
  });
  return {
    N,
    v,
    query,
    T,
    xi,
    /** `Σ_i ξ_mi v_i` at an index of one's own. */
    overlapOf,
    graph,
    /** `−½ Σ_ij T_ij v_i v_j` */
    coupled: graph(mul(lit(-1 / 2), pairs)),
    /** `−½ Σ_m overlap_m²` */
    quadratic: graph(mul(lit(-1 / 2), over(pow(overlap, lit(2))))),
    /** `−Σ_m F(overlap_m)` for any F. */
    dense: (F: (overlap: Expr) => Expr) => graph(mul(lit(-1), over(F(overlap)))),
  };
}

export type PatternLayer = ReturnType<typeof patternLayer>;

/** Runs a batch of starts, `[B, N]`, and returns where they ended. */
export async function settle(
  layer: PatternLayer,
  graph: EnergyGraph,
  {
    starts,
    values,
    recall = {},
    ...options
  }: {
    starts: Float32Array;
    values: readonly (readonly [Tensor, ArrayLike<number>])[];
    recall?: Partial<Recall>;
  } & Omit<RecallOptions, "givens" | "batch">,
) {
  const { v, query, N } = layer;
  const setup = setupOf(new Map(values));
  const givens = new Map([[query, tf.tensor2d(starts, [starts.length / N, N])]]);
  try {
    using compiled = makeRecall(graph, recallOf([[v, query]], recall), setup);
    using result = await compiled.run({ ...options, givens });
    const found = new Float32Array(await result.activations.get(v)!.data());
    const { outcomes, energies, energySteps, flips } = result;
    return { found, outcomes, energies, energySteps, flips };
  } finally {
    tf.dispose([...givens.values(), ...setup.values.values()]);
  }
}
