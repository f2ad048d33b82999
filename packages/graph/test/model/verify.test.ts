import {
  add,
  apply,
  type EnergyGraph,
  type Index,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  indicesOf,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  position,
  pow,
  type Recall,
  RECALL_QUANTITIES,
  replaceGets,
  substituteIndices,
  sum,
  verifyExpr,
  verifyGraph,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, RAW } from "../arbitrary-expr.ts";
import { law } from "../../../../tools/law.ts";

const [D, K] = [makeDim("D", 3), makeDim("K", 3)];
const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
const v = makeTensor("v", "activation", [D]);

test("constructors, derivatives and substitution make well-formed expressions", () => {
  law(
    fc.property(arbitrarySample(8), (sample) => {
      const { target, tensors, indices } = sample;
      const expr = sample.scalar();
      const open = sample.open();
      const at = indicesOf(target.axes);
      const u = makeTensor("u", "const", target.axes);
      const free = indices.slice(0, 3);
      const swapped = new Map<Index, Index | number>([
        [indices[0], indices[3]],
        [indices[1], 0],
      ]);
      expect(verifyExpr(expr, { tensors, free: [] })).toEqual([]);
      expect(verifyExpr(sample.scalar(RAW), { tensors, free: [] })).toEqual([]);
      expect(verifyExpr(open, { tensors, free })).toEqual([]);
      expect(verifyExpr(gradient(expr, target, at), { tensors, free: at })).toEqual([]);
      expect(
        verifyExpr(hessianVectorProduct(expr, target, u, at), {
          tensors: [...tensors, u],
          free: at,
        }),
      ).toEqual([]);
      expect(verifyExpr(substituteIndices(open, swapped), { tensors })).toEqual([]);
      expect(
        verifyExpr(
          replaceGets(open, (node) => mul(node, node)),
          { tensors },
        ),
      ).toEqual([]);
    }),
    125,
  );
});

const read = get(v, [i]);

test.each<[string, Expr, string, string]>([
  [
    "a wrong free list",
    { kind: "apply", op: "exp", args: [read], free: [] },
    "",
    "lists the free indices [], but they are [i]",
  ],
  [
    "a read over another dim",
    add(lit(1), mul(lit(2), { kind: "get", tensor: v, at: [m], free: [m] })),
    "args[0].args[1]",
    'walks axis D of "v" by "m", which runs over K',
  ],
  ["a place outside the axis", get(v, [3]), "", 'reads "v" at 3, outside the axis D'],
  [
    "a missing index",
    { kind: "get", tensor: v, at: [], free: [] },
    "",
    'reads "v" at 0 indices, but it has 1 axes',
  ],
  [
    "a missing argument",
    { kind: "apply", op: "pow", args: [read], free: [i] },
    "",
    'gives "pow" 1 arguments, but it takes 2',
  ],
  [
    "an index bound twice by one binder",
    { kind: "reduce", op: "sum", over: [i, i], where: null, body: read, free: [] },
    "",
    "binds an index twice",
  ],
  [
    "a literal that is no number",
    pow(lit(NaN), read),
    "args[0]",
    "is a literal that is not a number",
  ],
])("%s is reported with its place", (_, expr, path, what) => {
  expect(verifyExpr(expr)).toEqual([{ path, what }]);
});

test("an inner binder may shadow an outer one", () => {
  const inner = sum([i], read);
  expect(verifyExpr(sum([i], mul(read, inner, inner)), { free: [] })).toEqual([]);
});

test("an index that nobody binds is reported", () => {
  expect(verifyExpr(read, { free: [] })).toEqual([{ path: "", what: "leaves [i] unbound" }]);
});

const neuron = makeNeuron("v", [D], {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => pow(x, lit(2)),
  references: [],
});
const recall: Recall = {
  name: "settle",
  starts: [{ neuron, from: "value", indices: [i], value: position(i) }],
  clamps: [],
  solver: { name: "euler", options: new Map([["dt", lit(0.1)]]) },
  steps: lit(10),
  stop: apply("lt", get(RECALL_QUANTITIES.change), lit(1e-3)),
  schedules: [],
  record: [],
  returns: [neuron],
};
const energy = sum([i], get(neuron.activation, [i]));

test("a graph is checked in all its places", () => {
  const stranger = makeTensor("beta", "const");
  const graph: EnergyGraph = {
    dims: [D],
    tensors: [],
    neurons: [neuron],
    terms: [{ name: "pull", energy }],
    recalls: [recall],
  };
  expect(verifyGraph(graph)).toEqual([]);
  const broken: EnergyGraph = {
    ...graph,
    dims: [D, makeDim("v")],
    terms: [
      { name: "pull", energy: sum([i], get(neuron.state, [i])) },
      { name: "pull", energy: mul(get(stranger), energy) },
    ],
    recalls: [{ ...recall, stop: read, steps: get(stranger) }],
  };
  expect(verifyGraph(broken)).toMatchInlineSnapshot(`
    [
      {
        "path": "v",
        "what": "has a name that is taken",
      },
      {
        "path": "terms.pull",
        "what": "has a name that is taken",
      },
      {
        "path": "terms.pull.energy.body",
        "what": "reads "v", which is not a tensor of this place",
      },
      {
        "path": "terms.pull.energy.args[0]",
        "what": "reads "beta", which is not a tensor of this place",
      },
      {
        "path": "recalls.settle.steps",
        "what": "reads "beta", which is not a tensor of this place",
      },
      {
        "path": "recalls.settle.stop",
        "what": "reads "v", which is not a tensor of this place",
      },
      {
        "path": "recalls.settle.stop",
        "what": "leaves [i] unbound",
      },
    ]
  `);
});
