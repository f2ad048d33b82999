import {
  add,
  apply,
  checkDomains,
  div,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  printInterval,
  size,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const D = makeDim("D");
const i = makeIndex("i", D);
const v = get(makeTensor("v", "activation", [D]), [i]);
const beta = get(makeTensor("beta", "const", [], { bound: { op: ">", value: 0 } }));
const total = sum([i], v);

test.each<[string, Expr, string]>([
  ["a logarithm of anything", apply("log", total), "log (-inf, inf)"],
  ["a logarithm of something that may be 0", apply("log", apply("relu", total)), "log [0, inf)"],
  ["a root of anything", apply("sqrt", total), "sqrt (-inf, inf)"],
  ["a division by anything", div(lit(1), total), "division (-inf, inf)"],
  ["a broken power of anything", pow(total, lit(1.5)), "power (-inf, inf)"],
])("%s is reported with what is known of its argument", (_, expr, expected) => {
  expect(checkDomains(expr).map(({ op, range }) => `${op} ${printInterval(range)}`)).toEqual([
    expected,
  ]);
});

test.each<[string, Expr]>([
  ["a logarithm behind a floor", apply("log", apply("max", total, lit(1e-10)))],
  ["a logarithm of a sum of exponentials", apply("log", sum([i], apply("exp", v)))],
  ["a division by a bounded constant", div(total, beta)],
  ["a division by a size", div(total, size(D))],
  ["a root of squares", apply("sqrt", sum([i], mul(v, v)))],
  ["an even power of anything", pow(total, lit(4))],
  ["a division by one more than a square", div(lit(1), add(lit(1), pow(total, lit(2))))],
])("%s is inside its domain", (_, expr) => {
  expect(checkDomains(expr)).toEqual([]);
});
