// Plans of chains of definitions: so many instructions a link, however long the chain is.

import { plan } from "@hamlet/core";
import {
  add,
  apply,
  type Expr,
  get,
  gradient,
  indicesOf,
  lit,
  makeDim,
  makeTensor,
  mul,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const D = makeDim("D", lit(3));
const v = makeTensor("v", "activation", [D]);
const indices = indicesOf([D]);

const LINKS: Readonly<Record<string, (before: Expr) => Expr>> = {
  tanh: (a) => apply("tanh", a),
  "product with itself": (a) => mul(a, apply("sigmoid", a)),
  "sum with itself": (a) => add(a, mul(lit(0.1), apply("tanh", a))),
  "sum with the state": (a) => sub(apply("tanh", a), mul(lit(0.1), get(v, indices))),
  "quotient with itself": (a) => mul(a, pow(add(lit(1), pow(a, lit(2))), lit(-1))),
  "read twice": (a) => add(mul(lit(0.5), apply("tanh", a)), mul(lit(0.1), a, a)),
};

function instructions(link: (before: Expr) => Expr, length: number): number {
  let last: Expr = get(v, indices);
  for (let n = 0; n < length; n++) last = link(last);
  const energy = sum(indices, last);
  const at = indicesOf([D]);
  const slope = gradient(energy, v, at);
  const outputs = [
    { name: "energy", value: energy, indices: [], batched: true },
    { name: "slope", value: slope, indices: at, batched: true },
  ];
  return plan(outputs, { leaf: () => ({ stage: "step", batched: true }) }).instructions.length;
}

test.each(Object.entries(LINKS))("a chain of links: %s", (_, link) => {
  const [first, second, third] = [60, 120, 180].map((length) => instructions(link, length));
  expect(third - second).toBeLessThanOrEqual(1.1 * (second - first) + 10);
  expect(third).toBeLessThanOrEqual(3.3 * first + 10);
});
