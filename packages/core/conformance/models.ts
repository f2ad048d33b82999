// A few small models written with the builders of the graph, and twenty steps downhill in each.

import type { Output } from "@hamlet/core";
import {
  add,
  apply,
  div,
  type Dim,
  type Expr,
  get,
  gradient,
  indicesOf,
  logsumexp,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  position,
  pow,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import type { DescentCase, ExpressionCase } from "./case.ts";
import type { Bound } from "./setting.ts";
import { countOf, scattered } from "./values.ts";

const BATCH = 4;
const D = makeDim("D", 24);
const K = makeDim("K", 9);
const N = makeDim("N", 5);
const H = makeDim("H", 3);

const v = makeTensor("v", "activation", [D]);
const tokens = makeTensor("tokens", "activation", [N, D]);
const xi = makeTensor("xi", "data", [K, D]);
const coupling = makeTensor("J", "data", [D, D]);
const keys = makeTensor("W", "data", [H, D]);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
const m = makeIndex("m", K);
const [p, q] = [makeIndex("p", N), makeIndex("q", N)];
const a = makeIndex("a", H);

const size = (dim: Dim) => (dim.size?.kind === "lit" ? dim.size.value : Number.NaN);
const similarity = sum([i], mul(get(xi, [m, i]), get(v, [i])));
const key = (at: typeof p) => sum([i], mul(get(keys, [a, i]), get(tokens, [at, i])));
const norm = mul(lit(0.5), sum([i], pow(get(v, [i]), lit(2))));

/** Energies by name, with the tensor that moves. */
const MODELS: Readonly<Record<string, readonly [Tensor, Expr]>> = {
  "a quadratic Hopfield network": [
    v,
    add(
      sum([i], apply("logcosh", get(v, [i]))),
      mul(
        lit(-0.1),
        sum(
          [i, j],
          mul(apply("tanh", get(v, [i])), get(coupling, [i, j]), apply("tanh", get(v, [j]))),
        ),
      ),
    ),
  ],
  "a dense associative memory": [
    v,
    sub(norm, div(logsumexp([m], mul(lit(2), similarity)), lit(2))),
  ],
  "a memory of distances": [
    v,
    neg(logsumexp([m], mul(lit(-0.5), sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)))))),
  ],
  "a kernel memory": [
    v,
    add(norm, neg(sum([m, i], apply("cos", sub(get(v, [i]), get(xi, [m, i])))))),
  ],
  "an attention over tokens": [
    tokens,
    add(
      mul(lit(0.5), sum([p, i], pow(get(tokens, [p, i]), lit(2)))),
      neg(
        sum(
          [q],
          logsumexp([p], sum([a], mul(key(p), key(q))), apply("ne", position(p), position(q))),
        ),
      ),
    ),
  ],
};

function boundOf(tensor: Tensor, seed: number): Bound {
  const batched = tensor.kind === "activation";
  const shape = tensor.axes.map(size);
  const values = scattered(countOf(shape) * (batched ? BATCH : 1), 1, seed);
  return { stage: batched ? "step" : "load", batched, values };
}

const setting = {
  batch: BATCH,
  bound: new Map(
    [v, tokens, xi, coupling, keys].map((tensor, seed) => [tensor, boundOf(tensor, seed + 1)]),
  ),
};

/** Matrix products take a tenth of a second each on a software renderer, so not all descend. */
const DESCENDING = [
  "a quadratic Hopfield network",
  "a dense associative memory",
  "a kernel memory",
];

/** The energy and the slope of every model, and a few descents. */
export function modelCases(): (ExpressionCase | DescentCase)[] {
  return Object.entries(MODELS).flatMap(([name, [state, value]]) => {
    const at = indicesOf(state.axes);
    const outputs = [
      { name: "energy", value, indices: [], batched: true },
      { name: state.name, value: gradient(value, state, at), indices: at, batched: true },
    ] as const satisfies readonly Output[];
    const model: ExpressionCase = { kind: "expression", row: "model", name, outputs, setting };
    if (!DESCENDING.includes(name)) return [model];
    const row = "descent of 20 steps";
    return [model, { kind: "descent", row, name, outputs, setting, steps: 20, dt: 0.05 }];
  });
}
