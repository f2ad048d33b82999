// The visit, the fold and the rewriting that every pass is made of, on random expressions.

import {
  add,
  apply,
  children,
  eachPart,
  evaluate,
  type Expr,
  get,
  lit,
  makeFold,
  makeTensor,
  mapChildren,
  withChildren,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "../arbitrary-expr.ts";
import { law } from "../../../../tools/law.ts";

const x = get(makeTensor("x", "given"));

/** Every part, by plain recursion, as often as it stands. */
function written(expr: Expr): Expr[] {
  return [expr, ...children(expr).flatMap(written)];
}

test("a part that is not changed is the very same object", () => {
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      expect(mapChildren(expr, (part) => part)).toBe(expr);
    }),
    100,
  );
});

test("an operation built again on its own parts has the same value", () => {
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      const again = makeFold<Expr>((part, of) => withChildren(part, children(part).map(of)))(expr);
      const order = [...expr.free];
      const [before, after] = [expr, again].map(
        (either) => evaluate(either, sample.environment, order).data,
      );
      after.forEach((value, n) => {
        const close = Math.abs(value - before[n]) <= 1e-9 * Math.max(1, Math.abs(before[n]));
        expect(close || Object.is(value, before[n])).toBe(true);
      });
    }),
    100,
  );
});

test("a visit enters each part once, from the outside in, and leaves it after what is inside", () => {
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      const entered: Expr[] = [];
      const left: Expr[] = [];
      eachPart(
        [expr, expr],
        (part) => void entered.push(part),
        (part) => left.push(part),
      );
      expect(new Set(entered)).toEqual(new Set(written(expr)));
      expect(entered).toHaveLength(new Set(entered).size);
      expect(left).toHaveLength(entered.length);
      expect(left.at(-1)).toBe(expr);
      for (const part of left) {
        for (const child of children(part)) {
          expect(left.indexOf(child)).toBeLessThan(left.indexOf(part));
        }
      }
    }),
    100,
  );
});

test("a visit that is turned away at a part stays out of it", () => {
  const inside = apply("exp", add(x, lit(1)));
  const visited: Expr[] = [];
  eachPart([inside], (part) => {
    visited.push(part);
    return false;
  });
  expect(visited).toEqual([inside]);
});

test("a fold computes shared parts once: a chain of forty doublings takes forty steps", () => {
  let link: Expr = apply("tanh", x);
  for (let n = 0; n < 40; n++) link = add(apply("tanh", link), apply("sin", link));
  let computed = 0;
  const count = makeFold<number>((part, of) => {
    computed++;
    return children(part).reduce((total, child) => total + of(child), 1);
  });
  // The sum, the tanh and the sin, and twice what was before: 2 t + 3, from tanh(x).
  let expected = 2;
  for (let n = 0; n < 40; n++) expected = 2 * expected + 3;
  expect(count(link)).toBe(expected);
  expect(computed).toBe(2 + 40 * 3);
});
