// Chains of definitions: what is built grows with their length, not with its square.

import {
  add,
  contains,
  type Expr,
  evaluate,
  exprKey,
  get,
  gradient,
  indicesOf,
  apply,
  lit,
  makeDim,
  makeTensor,
  mul,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";

const D = makeDim("D", 3);
const v = makeTensor("v", "activation", [D]);
const indices = indicesOf([D]);
const entry = get(v, indices);

/** A link of a chain, made of the one before it; each may read that as often as it likes. */
const LINKS: Readonly<Record<string, (before: Expr) => Expr>> = {
  tanh: (a) => apply("tanh", a),
  "plain product": (a) => mul(lit(0.9), a, entry),
  "product with itself": (a) => mul(a, apply("sigmoid", a)),
  "quotient with itself": (a) => mul(a, pow(add(lit(1), pow(a, lit(2))), lit(-1))),
  "product of two products": (a) =>
    apply("tanh", mul(mul(a, apply("sin", a)), mul(a, apply("cos", a)))),
  "two products, left open": (a) => mul(mul(a, apply("sin", entry)), mul(a, apply("cos", entry))),
  "sum with itself": (a) => add(a, mul(lit(0.1), apply("tanh", a))),
  "sum with the state": (a) => sub(apply("tanh", a), mul(lit(0.1), get(v, indices))),
  "read twice": (a) => add(mul(lit(0.5), apply("tanh", a)), mul(lit(0.1), a, a)),
};

function chain(link: (before: Expr) => Expr, length: number): Expr {
  let last: Expr = entry;
  for (let n = 0; n < length; n++) last = link(last);
  return sum(indices, last);
}

/** All nodes, and all places where one is named: what passes over a graph cost. */
function extent(...exprs: readonly Expr[]): number {
  const seen = new Set<Expr>();
  let reads = 0;
  for (const expr of exprs) {
    contains(expr, (node) => {
      if (!seen.has(node) && node.kind === "apply") reads += node.args.length;
      seen.add(node);
      return false;
    });
  }
  return seen.size + reads;
}

describe.each(Object.entries(LINKS))("a chain of links: %s", (_, link) => {
  const at = indicesOf([D]);
  const size = (length: number) => {
    const energy = chain(link, length);
    return extent(energy, gradient(energy, v, at));
  };

  test("has a gradient that grows with its length", () => {
    // From 60 links on every limit is reached; each 60 links more may cost what 60 did.
    const [first, second, third] = [60, 120, 180].map(size);
    expect(third - second).toBeLessThanOrEqual(1.1 * (second - first) + 20);
    expect(third).toBeLessThanOrEqual(3.3 * first + 20);
  });

  test("has the slope of finite differences", () => {
    const energy = chain(link, 40);
    const slope = gradient(energy, v, at);
    const values = Float64Array.of(0.3, -0.6, 0.9);
    const at40 = (entries: Float64Array, expr: Expr) =>
      evaluate(expr, { tensors: new Map([[v, entries]]) }, expr.free).data;
    const h = 1e-6;
    const found = at40(values, slope);
    const wanted = values.map((_x, k) => {
      const moved = (step: number) =>
        at40(
          values.map((x, i) => (i === k ? x + step : x)),
          energy,
        )[0];
      return (moved(h) - moved(-h)) / (2 * h);
    });
    const scale = Math.max(1e-3, ...wanted.map(Math.abs));
    wanted.forEach((x, k) => expect(Math.abs(found[k] - x)).toBeLessThanOrEqual(1e-5 * scale));
  });
});

test("a long product or sum has one key, however it was put together", () => {
  const parts = Array.from({ length: 50 }, (_, n) => get(makeTensor(`w${n}`, "param", [])));
  for (const join of [mul, add]) {
    const flat = join(...parts, lit(-2));
    const left = parts.reduce<Expr>((a, b) => join(a, b), lit(-2));
    const right = parts.reduceRight<Expr>((a, b) => join(b, a), lit(-2));
    const halves = join(join(...parts.slice(0, 25)), lit(-2), join(...parts.slice(25)));
    const keys = [flat, left, right, halves].map((expr) => exprKey(expr));
    expect(new Set(keys).size).toBe(1);
    expect(exprKey(join(flat, parts[0]))).not.toBe(keys[0]);
  }
});
