// A form that sees only a symmetric part is told from one that does not, whoever wrote it.

import {
  apply,
  asymmetryOf,
  type EnergyGraph,
  type Expr,
  get,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  position,
  pow,
  sub,
  sum,
  symmetricUses,
  type Tensor,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const identity: LagrangianDefinition = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(0.5), pow(x, lit(2))),
  references: [],
};
const N = makeDim("N", lit(784));
const M = makeDim("M");
const [i, j, k] = ["i", "j", "k"].map((name) => makeIndex(name, N));
const m = makeIndex("m", M);
const v = makeNeuron("v", [N], identity);
const u = makeNeuron("u", [N], identity);
const W = makeTensor("W", "data", [N, N]);
const xi = makeTensor("xi", "data", [M, N]);
const p = makeTensor("p", "data", [N]);
const n = makeTensor("n", "const", [], { source: { from: "value", value: lit(3) } });

const at = (tensor: Tensor, ...indices: (typeof i)[]): Expr => get(tensor, indices);
const [vi, vj, vk] = [i, j, k].map((index) => at(v.activation, index));
const [ui, uj] = [i, j].map((index) => at(u.activation, index));
const Wij = at(W, i, j);

function found(energies: readonly Expr[]): string[] {
  const terms = energies.map((energy, index) => ({ name: `e${index}`, energy }));
  const graph: EnergyGraph = {
    dims: [N, M],
    tensors: [W, xi, p, n],
    neurons: [v, u],
    terms,
    recalls: [],
  };
  return symmetricUses(graph).map(({ tensor, order }) => `${tensor.name} ${order.join("")}`);
}

describe("these see the symmetric part alone", () => {
  test.each<[string, readonly Expr[]]>([
    ["a quadratic form", [mul(lit(-0.5), sum([i, j], mul(Wij, vi, vj)))]],
    ["nested sums", [sum([i], mul(vi, sum([j], mul(Wij, vj))))]],
    ["no diagonal", [sum([i, j], mul(Wij, vi, vj), apply("ne", position(i), position(j)))]],
    ["squares of differences", [sum([i, j], mul(Wij, pow(sub(vi, vj), lit(2))))]],
    ["cubes of a product", [sum([i, j], mul(Wij, pow(mul(vi, vj), get(n))))]],
    ["two terms together", [sum([i, j], mul(Wij, vi, uj)), sum([i, j], mul(Wij, ui, vj))]],
  ])("%s", (_, energies) => {
    expect(found(energies)).toEqual(["W 10"]);
  });
});

describe("these do not", () => {
  test.each<[string, readonly Expr[]]>([
    ["a triangle", [sum([i, j], mul(Wij, vi, vj), apply("lt", position(i), position(j)))]],
    ["two layers", [sum([i, j], mul(Wij, vi, uj))]],
    ["a weight on one side", [sum([i, j], mul(Wij, vi, vj, at(p, i)))]],
    ["stored patterns", [sum([m], pow(sum([i], mul(at(xi, m, i), vi)), lit(2)))]],
    ["rows in a function", [sum([i], apply("relu", sum([j], mul(Wij, vj))))]],
    ["the square of the matrix", [sum([i, j, k], mul(Wij, at(W, k, j), vi, vk))]],
    ["no use at all", [sum([i], pow(vi, lit(2)))]],
  ])("%s", (_, energies) => {
    expect(found(energies)).toEqual([]);
  });
});

test("the axes of a layer that has two are exchanged together", () => {
  const H = makeDim("H", lit(5));
  const [a, b, c, d] = [H, N, H, N].map((dim, axis) => makeIndex("abcd"[axis], dim));
  const x = makeNeuron("x", [H, N], identity);
  const T = makeTensor("T", "param", [H, N, H, N]);
  const pair = mul(get(x.activation, [a, b]), get(x.activation, [c, d]));
  const terms = [{ name: "e", energy: sum([a, b, c, d], mul(get(T, [a, b, c, d]), pair)) }];
  const graph = { dims: [H, N], tensors: [T], neurons: [x], terms, recalls: [] };
  expect(symmetricUses(graph).map(({ order }) => order)).toEqual([[2, 3, 0, 1]]);
});

test("the measured gap and its first place, also of examples", () => {
  expect(asymmetryOf([1, 2, 2.5, 1], [2, 2], [1, 0])).toEqual({
    largest: 0.5,
    at: [0, 1],
    mirror: [1, 0],
    values: [2, 2.5],
  });
  const examples = [0, 1, 1, 0, 0, 1, 3, 0];
  expect(asymmetryOf(examples, [2, 2, 2], [1, 0])).toMatchObject({ at: [1, 0, 1], largest: 2 });
});

test("what sums in float32 make of a symmetric matrix is symmetric", () => {
  const numbers = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
    minLength: 12,
    maxLength: 12,
  });
  law(
    fc.property(numbers, (x) => {
      const rows = Float32Array.from(x);
      const product = Float32Array.from({ length: 16 }, (_, entry) => {
        const [row, column] = [Math.floor(entry / 4), entry % 4];
        // Every triangle in an order of its own.
        const order = row < column ? [0, 1, 2] : [2, 1, 0];
        return order.reduce(
          (total, s) => Math.fround(total + rows[3 * row + s] * rows[3 * column + s]),
          0,
        );
      });
      return asymmetryOf(product, [4, 4], [1, 0]) === null;
    }),
    200,
  );
});
