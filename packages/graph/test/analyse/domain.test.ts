import {
  add,
  apply,
  checkDomains,
  div,
  evaluateScalar,
  type Expr,
  gradient,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  printInterval,
  reduce,
  SCALAR_FUNCTIONS,
  type ScalarFunction,
  size,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";
import { domainOf } from "../../src/analyse/domain.ts";
import { interval } from "../../src/analyse/interval.ts";

const D = makeDim("D");
const i = makeIndex("i", D);
const units = makeTensor("v", "activation", [D]);
const v = get(units, [i]);
const beta = get(makeTensor("beta", "const", [], { bound: { op: ">", value: 0 } }));
const total = sum([i], v);
const source = (value: number) => ({ from: "value", value: lit(value) }) as const;
const whole = makeTensor("n", "const", [], { source: source(3) });
const broken = makeTensor("n", "const", [], { source: source(2.5) });
const count = makeTensor("k", "const", [], { elem: "int", bound: { op: ">", value: 0 } });

test.each<[string, Expr, string]>([
  ["a logarithm of anything", apply("log", total), "log (-inf, inf)"],
  ["a logarithm of something that may be 0", apply("log", apply("relu", total)), "log [0, inf)"],
  ["a root of anything", apply("sqrt", total), "sqrt (-inf, inf)"],
  ["a division by anything", div(lit(1), total), "division (-inf, inf)"],
  ["a broken power of anything", pow(total, lit(1.5)), "power (-inf, inf)"],
  ["a power by a broken const", pow(total, get(broken)), "power (-inf, inf)"],
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
  ["a power by a const that is whole", pow(total, get(whole))],
  ["a power by twice an int", pow(total, mul(lit(2), get(count)))],
  ["a division by one more than a square", div(lit(1), add(lit(1), pow(total, lit(2))))],
])("%s is inside its domain", (_, expr) => {
  expect(checkDomains(expr)).toEqual([]);
});

const p = makeTensor("p", "activation");
const x = get(p);
const at = (expr: Expr, value: number) =>
  evaluateScalar(expr, { tensors: new Map([[p, [value]]]) });
const POINTS = [-2, -1, -0.5, 0, 0.5, 1, 2];

/** Every function of one number, and powers of every kind. */
const FUNCTIONS: [string, Expr][] = [
  ...(Object.keys(SCALAR_FUNCTIONS) as ScalarFunction[])
    .filter((op) => SCALAR_FUNCTIONS[op].arity === 1)
    .map((op): [string, Expr] => [op, apply(op, x)]),
  ...[-2, -1, -0.5, 0.5, 1.5, 2, 3].map((n): [string, Expr] => [`^${n}`, pow(x, lit(n))]),
];

test.each(FUNCTIONS)("%s and its slope are finite exactly where the table says", (_, expr) => {
  const { value, slope } = domainOf(expr);
  const derivative = gradient(expr, p, []);
  for (const point of POINTS) {
    const here = interval(point, point);
    expect([point, Number.isFinite(at(expr, point))]).toEqual([point, value?.holds(here) ?? true]);
    if (value?.holds(here) === false) continue;
    expect([point, Number.isFinite(at(derivative, point))]).toEqual([
      point,
      slope?.holds(here) ?? true,
    ]);
  }
});

test("a largest entry and a log-sum-exp of nothing have no finite value", () => {
  const known = get(makeTensor("known", "given", [D], { elem: "bool" }), [i]);
  const sizes = new Map([[D, 2]]);
  const tensors = new Map([[units, [1, 2]]]);
  for (const op of ["sum", "prod", "max", "min", "logsumexp"] as const) {
    const expr = reduce(op, [i], lit(1), apply("lt", apply("abs", v), lit(0)));
    const isFinite = Number.isFinite(evaluateScalar(expr, { sizes, tensors }));
    expect([op, domainOf(expr).value === null]).toEqual([op, isFinite]);
    expect(domainOf(reduce(op, [i], v)).value).toBeNull();
  }
  const { name, value } = domainOf(reduce("max", [i], v, known));
  expect([name, value?.words]).toEqual(["`max`", "true for at least one entry"]);
});

test.each<[Expr, string, string | undefined]>([
  [apply("log", x), "`log`", "above 0"],
  [apply("sqrt", x), "`sqrt`", "0 or above"],
  [div(lit(1), x), "a division", "other than 0"],
  [pow(x, lit(-0.5)), "a power of -0.5", "above 0"],
  [pow(x, x), "a power that may be broken", "above 0"],
  [pow(x, lit(3)), "a power", undefined],
  [apply("exp", x), "`exp`", undefined],
  [mul(lit(2), x), "a product", undefined],
  [apply("tanh", x), "`tanh`", undefined],
])("a domain is put into words", (expr, name, words) => {
  const domain = domainOf(expr);
  expect([domain.name, domain.value?.words]).toEqual([name, words]);
});
