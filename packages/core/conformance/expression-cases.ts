// Every kind of node of the graph, and a catalogue of energies with their derivatives.

import {
  apply,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  type Index,
  lit,
  mul,
  position,
  reduce,
  select,
  size,
  softmax,
  sum,
  time,
} from "@hamlet/graph";
import type { ExpressionCase } from "./case.ts";
import { ENERGIES } from "./energies.ts";
import {
  A,
  b,
  beta,
  C,
  cube,
  cue,
  h,
  i,
  j,
  known,
  m,
  pair,
  v,
  w,
  weight,
  world,
  xi,
} from "./world.ts";

const body = mul(get(beta), get(xi, [m, i]), get(v, [i]));
const odd = apply("ne", position(i), lit(1));

/** One or more expressions for every kind of node, with the order of their axes. */
const NODES: readonly (readonly [row: string, value: Expr, indices: readonly Index[]])[] = [
  ["number", lit(-2.5), []],
  ["size of a dim", mul(size(A), size(C)), []],
  ["time", time(), []],
  ["position", position(i), [i]],
  ["entry", get(xi, [m, i]), [i, m]],
  ["entry", get(pair, [i, i]), [i]],
  ["entry", get(cube, [1, b, m]), [m, b]],
  ["entry", get(w, [i, 1]), [i]],
  ["entry", get(v, [2]), []],
  ["choice", select(apply("lt", get(v, [i]), lit(0)), get(cue, [i]), get(v, [i])), [i]],
  ["choice", select(get(known, [i]), get(h, [m]), get(xi, [m, i])), [m, i]],
  ["softmax", softmax([m], body), [m, i]],
  ["softmax", softmax([m, i], body), [i, m]],
  ["softmax", softmax([i], get(v, [i]), odd), [i]],
  ["softmax", softmax([i], get(v, [i]), get(known, [i])), [i]],
  ...(["sum", "prod", "max", "min", "logsumexp"] as const).flatMap((op) => {
    const row = `${op} over indices`;
    return [
      [row, reduce(op, [i], body), [m]],
      [row, reduce(op, [m, i], body), []],
      [row, reduce(op, [i], body, odd), [m]],
      [row, reduce(op, [i], body, get(known, [i])), [m]],
      [row, reduce(op, [m], get(v, [i])), [i]],
      [row, reduce(op, [b, m], apply("tanh", mul(get(weight, [b, m]), get(w, [i, b])))), [i]],
    ] as const;
  }),
  ["matrix product", sum([i], mul(get(xi, [m, i]), get(v, [i]))), [m]],
  ["matrix product", sum([b, m], mul(get(cube, [i, b, m]), get(w, [j, b]), get(h, [m]))), [i, j]],
];

const SETTINGS = {
  "a batch of 33": world({ batch: 33 }),
  "no batch": world({ batched: false }),
};

/** All cases of expressions. */
export function expressionCases(): ExpressionCase[] {
  const nodes = NODES.flatMap(([row, value, indices], n) =>
    Object.entries(SETTINGS).map(([name, setting]): ExpressionCase => ({
      kind: "expression",
      row,
      name: `${n}, ${name}`,
      outputs: [{ name: "value", value, indices, batched: true }],
      setting,
    })),
  );
  const energies = Object.entries(ENERGIES).map(([name, energy]): ExpressionCase => {
    const slope = gradient(energy, v, [j]);
    const curvature = hessianVectorProduct(energy, v, cue, [j]);
    const outputs = [
      { name: "energy", value: energy, indices: [], batched: true },
      { name: "gradient", value: slope, indices: [j], batched: true },
      { name: "curvature", value: curvature, indices: [j], batched: true },
    ];
    const row = "energy and derivatives";
    return { kind: "expression", row, name, outputs, setting: world() };
  });
  return [...nodes, ...energies];
}
