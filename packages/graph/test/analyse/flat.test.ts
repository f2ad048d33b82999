// Where formulas hold still, against the gradient itself.

import {
  add,
  apply,
  evaluate,
  evaluateScalar,
  type Expr,
  flatnessOf,
  get,
  gradient,
  indicesOf,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  position,
  pow,
  printText,
  select,
  sub,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "../arbitrary-expr.ts";
import { law } from "../../../../tools/law.ts";

test("a formula that is flat has a gradient of exactly 0, in random formulas", () => {
  let flat = 0;
  law(
    fc.property(arbitrarySample(), ({ target, environment, scalar }) => {
      const expr = scalar();
      const flatness = flatnessOf(expr, target);
      if (flatness === null || evaluateScalar(flatness.flat, environment) === 0) return true;
      const at = indicesOf(target.axes);
      const slope = evaluate(gradient(expr, target, at), environment, at).data;
      // Where a formula has no value its slope has none either.
      if (!slope.every(Number.isFinite)) return true;
      flat++;
      return slope.every((entry) => entry === 0);
    }),
    2000,
  );
  expect(flat).toBeGreaterThan(20);
});

const D = makeDim("D", 2);
const v = makeTensor("v", "activation", [D]);
const i = makeIndex("i", D);
const squared = (centre: number): Expr => sum([i], pow(sub(get(v, [i]), lit(centre)), lit(2)));
/** A bump of height 1 that ends where `|v| = 1`, at two places. */
const bump = (centre: number) => sub(lit(1), squared(centre));
const total = sum([i], get(v, [i]));

/** The parts that hold a plateau at a state; null where the formula is not flat there. */
function plateaus(expr: Expr, state: readonly number[]): string[] | null {
  const flatness = flatnessOf(expr, v);
  const environment = { tensors: new Map([[v, state]]) };
  const is = (condition: Expr) => evaluateScalar(condition, environment) === 1;
  if (flatness === null || !is(flatness.flat)) return null;
  return flatness.holds.flatMap(({ node, holds, plateau }) =>
    is(holds) && is(plateau) ? [printText(node)] : [],
  );
}

const floor = apply("max", bump(0), lit(1e-6));
const compact = apply("log", add(apply("relu", bump(0)), apply("relu", bump(5)), lit(1e-3)));
const penalty = sum([i], pow(apply("relu", sub(get(v, [i]), lit(1))), lit(2)));

/** `2 relu(v₀) − relu(v₁)` */
const mixed = sum(
  [i],
  mul(select(apply("eq", position(i), lit(0)), lit(2), lit(-1)), apply("relu", get(v, [i]))),
);

test.each<[string, Expr, readonly number[], readonly string[] | null]>([
  ["the floor under a logarithm, outside", neg(apply("log", floor)), [2, 0], [printText(floor)]],
  ["the same, inside", neg(apply("log", floor)), [0.5, 0], null],
  ["the same, at the very bottom of its well", neg(apply("log", floor)), [0, 0], null],
  [
    "kernels of compact support, outside of all",
    neg(compact),
    [2, 2],
    [printText(apply("relu", bump(0))), printText(apply("relu", bump(5)))],
  ],
  ["the same, inside of one", neg(compact), [5, 5.1], null],
  ["the same, at the centre of one", neg(compact), [5, 5], null],
  [
    "a rectified memory on its far side",
    neg(pow(apply("relu", total), lit(3))),
    [-1, 0],
    ["relu(sum[i] v[i])"],
  ],
  ["a penalty that is due", penalty, [2, 0], null],
  ["a penalty that is nowhere due: its minimum", penalty, [0.5, 0], []],
  ["a ceiling over what should grow", neg(apply("min", total, lit(3))), [4, 0], []],
  [
    "a ceiling over what should fall",
    apply("min", squared(0), lit(3)),
    [4, 0],
    [printText(apply("min", squared(0), lit(3)))],
  ],
  [
    "a well that is cut out by a guard",
    select(apply("lt", squared(0), lit(1)), sub(squared(0), lit(1)), lit(0)),
    [2, 0],
    [printText(select(apply("lt", squared(0), lit(1)), sub(squared(0), lit(1)), lit(0)))],
  ],
  [
    "a penalty behind a guard that is nowhere due",
    select(apply("lt", lit(1), total), pow(sub(total, lit(1)), lit(2)), lit(0)),
    [0.5, 0],
    [],
  ],
  [
    "a sum whose guard leaves nothing",
    neg(sum([i], pow(get(v, [i]), lit(2)), apply("lt", lit(2), get(v, [i])))),
    [1, 1],
    [
      printText(neg(sum([i], pow(get(v, [i]), lit(2)), apply("lt", lit(2), get(v, [i]))))).replace(
        /^-/,
        "",
      ),
    ],
  ],
  [
    "a product with a factor that is held at 0",
    neg(mul(apply("relu", total), get(v, [1]))),
    [-3, 1],
    ["relu(sum[i] v[i])"],
  ],
  [
    "factors that are held at 0 together, and would lower it together",
    neg(mul(apply("relu", get(v, [0])), apply("relu", get(v, [1])))),
    [-3, -1],
    ["relu(v[0])", "relu(v[1])"],
  ],
  [
    "factors that are held at 0 together, and would raise it together",
    mul(apply("relu", get(v, [0])), apply("relu", get(v, [1]))),
    [-3, -1],
    [],
  ],
  [
    "a factor under a floor and one over a ceiling",
    mul(apply("relu", get(v, [0])), apply("min", get(v, [1]), lit(0))),
    [-3, 1],
    ["relu(v[0])", "min(v[1], 0)"],
  ],
  ["a product with a factor that is held above 0", mul(floor, get(v, [1])), [2, 1], null],
  ["floors of which one lets the energy fall, and one rise more", mixed, [-3, -1], ["relu(v[i])"]],
  [
    "a floor so near to the bottom that a long way up is no better",
    pow(sub(apply("max", total, lit(0.7)), lit(1)), lit(2)),
    [-3, 0],
    ["max(sum[i] v[i], 0.7)"],
  ],
  [
    "a floor under a high power",
    neg(pow(apply("relu", total), lit(40))),
    [-3, 0],
    ["relu(sum[i] v[i])"],
  ],
  ["a formula without anything that can hold", mul(total, total), [0, 0], null],
])("%s", (_, expr, state, expected) => {
  expect(plateaus(expr, state)).toEqual(expected);
});
