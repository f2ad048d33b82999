import {
  add,
  apply,
  type EnergyGraph,
  type Expr,
  exprKey,
  freshIndex,
  get,
  type Index,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  modelId,
  mul,
  neg,
  pow,
  reduce,
  type Recall,
  select,
  softmax,
  substituteIndices,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "../arbitrary-expr.ts";
import { law } from "../../../../tools/law.ts";
import { canonicalText } from "../../src/model/model-id.ts";

/** The same expression with every bound index renamed, arguments reversed and nothing shared. */
function disguised(expr: Expr): Expr {
  const bind = (over: readonly Index[]) =>
    over.map((index) => ({ ...freshIndex(index), name: `${index.name}_renamed` }));
  const visit = (node: Expr): Expr => {
    switch (node.kind) {
      case "apply": {
        const commutes = ["add", "mul", "max", "min", "eq", "ne", "and", "or"].includes(node.op);
        const args = node.args.map(visit);
        return apply(node.op, ...(commutes ? args.reverse() : args));
      }
      case "select":
        return select(visit(node.condition), visit(node.whenTrue), visit(node.whenFalse));
      case "reduce": {
        const fresh = bind(node.over);
        const rename = new Map(node.over.map((index, k) => [index, fresh[k]]));
        const inside = (part: Expr) => substituteIndices(visit(part), rename);
        const where = node.where === null ? null : inside(node.where);
        return reduce(node.op, fresh.reverse(), inside(node.body), where);
      }
      case "softmax": {
        const where = node.where === null ? null : visit(node.where);
        return softmax(node.over.toReversed(), visit(node.body), where);
      }
      default:
        return node;
    }
  };
  return visit(expr);
}

test("a key does not depend on names of bound indices, on order or on sharing", () => {
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const [closed, open] = [sample.scalar(), sample.open()];
      expect(exprKey(disguised(closed))).toBe(exprKey(closed));
      expect(exprKey(disguised(open), sample.indices)).toBe(exprKey(open, sample.indices));
    }),
    250,
  );
});

test("expressions of different values have different keys", () => {
  law(
    fc.property(arbitrarySample(6), (sample) => {
      const expr = sample.scalar();
      const changed = [add(expr, lit(1e-6)), mul(lit(-2), expr), apply("tanh", expr)];
      const keys = new Set([expr, ...changed].map((each) => exprKey(each)));
      // −2 · 0 is 0 again, and so is tanh(0).
      return keys.size === (expr.kind === "lit" && expr.value === 0 ? 2 : 4);
    }),
    125,
  );
});

const D = makeDim("D", 4);
const [i, j, k] = ["i", "j", "k"].map((name) => makeIndex(name, D));
const W = makeTensor("W", "param", [D, D]);
const three = makeTensor("T", "param", [D, D, D]);
const read = (tensor: typeof W, ...at: Index[]) => get(tensor, at);

test("a binder of several indices is put in one order, whatever was written", () => {
  const cube = (...over: Index[]) => sum(over, mul(read(three, i, j, k), read(W, i, j)));
  expect(new Set([cube(i, j, k), cube(k, j, i), cube(j, k, i)].map((e) => exprKey(e))).size).toBe(
    1,
  );
});

test("a transposed tensor is another expression", () => {
  const straight = sum([i, j], mul(read(W, i, j), read(three, i, j, j)));
  const turned = sum([i, j], mul(read(W, j, i), read(three, i, j, j)));
  expect(exprKey(straight)).not.toBe(exprKey(turned));
});

test("a product of two sums is not one sum of products", () => {
  const row = (index: Index) => get(makeTensor("v", "activation", [D]), [index]);
  const apart = mul(sum([i], row(i)), sum([j], row(j)));
  const together = sum([i], mul(row(i), row(i)));
  expect(exprKey(apart)).not.toBe(exprKey(together));
});

interface Variant {
  readonly index?: string;
  readonly neuron?: string;
  readonly tensor?: string;
  readonly dim?: string;
  readonly value?: number;
  readonly dt?: number;
  readonly leak?: boolean;
  readonly reversed?: boolean;
}

function model(variant: Variant = {}): EnergyGraph {
  const { index = "i", neuron = "v", tensor = "W", dim = "D", value = 2, dt = 0.1 } = variant;
  const { leak = true, reversed = false } = variant;
  const axis = makeDim(dim);
  const [a, b] = [makeIndex(index, axis), makeIndex(`${index}2`, axis)];
  const weights = makeTensor(tensor, "param", [axis, axis]);
  const beta = makeTensor("beta", "const", [], { source: { from: "value", value: lit(value) } });
  const layer = makeNeuron(
    neuron,
    [axis],
    {
      name: "identity",
      summary: "",
      options: [],
      coupled: false,
      kind: "smooth",
      value: (x) => mul(lit(0.5), pow(x, lit(2))),
      references: [],
    },
    { leak },
  );
  const v = (at: Index) => get(layer.activation, [at]);
  const order = <T>(items: T[]) => (reversed ? items.reverse() : items);
  const factors = order([get(weights, [a, b]), v(a), v(b)]);
  const recall: Recall = {
    name: "settle",
    starts: [],
    clamps: [],
    solver: { name: "euler", options: new Map([["dt", lit(dt)]]) },
    steps: lit(10),
    stop: null,
    schedules: [],
    record: [],
    returns: [layer],
  };
  return {
    dims: [axis],
    tensors: order([weights, beta]),
    neurons: [layer],
    terms: order([
      { name: "pull", energy: neg(sum(order([a, b]), mul(...factors))) },
      { name: "rest", energy: mul(get(beta), sum([a], pow(v(a), lit(2)))) },
    ]),
    recalls: [recall],
  };
}

test("a model id ignores index names and the order of everything", () => {
  expect(modelId(model())).toMatch(/^[0-9a-f]{64}$/);
  expect(modelId(model({ index: "p", reversed: true }))).toBe(modelId(model()));
  expect(canonicalText(model({ index: "p", reversed: true }))).toBe(canonicalText(model()));
});

test.each<[string, Variant]>([
  ["a value", { value: 3 }],
  ["the name of a neuron", { neuron: "w" }],
  ["the name of a tensor", { tensor: "U" }],
  ["the name of a dim", { dim: "E" }],
  ["a leak", { leak: false }],
  ["an option of a solver", { dt: 0.2 }],
])("a model id changes with %s", (_, variant) => {
  expect(modelId(model(variant))).not.toBe(modelId(model()));
});
