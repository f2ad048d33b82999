import {
  apply,
  type Expr,
  get,
  kinksOf,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  pow,
  reduce,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const D = makeDim("D", 3);
const i = makeIndex("i", D);
const square = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x: Expr) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
} as const;
const v = makeNeuron("v", [D], square);
const unit = get(v.activation, [i]);
const data = get(makeTensor("xi", "data", [D]), [i]);

const kinks = (energy: Expr, neuron = v) =>
  kinksOf({
    dims: [D],
    tensors: [],
    neurons: [neuron],
    terms: [{ name: "e", energy }],
    recalls: [],
  });

test.each<[string, Expr, string[]]>([
  ["a product", sum([i], mul(unit, data)), []],
  ["a relu of units", sum([i], apply("relu", unit)), ["relu"]],
  ["a relu of data", sum([i], mul(unit, apply("relu", data))), []],
  ["the largest unit", reduce("max", [i], unit), ["max"]],
  ["units where data are large", sum([i], unit, apply("lt", lit(1), data)), []],
  ["units where they are large", sum([i], unit, apply("lt", lit(1), unit)), ["where"]],
  ["several", sum([i], apply("max", apply("abs", unit), data)), ["abs", "max"]],
])("%s", (_, energy, expected) => {
  expect(kinks(energy)).toEqual(expected);
});

test("a Lagrangian counts as well", () => {
  const relu = { ...square, name: "relu", value: (x: Expr) => pow(apply("relu", x), lit(2)) };
  expect(kinks(lit(0), makeNeuron("v", [D], relu))).toEqual(["relu"]);
});
