// Where formulas have no value, against the values themselves.

import {
  apply,
  dependsOn,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  gradient,
  indicesOf,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mean,
  possibleFaults,
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
import { samples } from "../../../../tools/samples.ts";

/** Functions that have no value, or no slope, somewhere. */
const PARTIAL: readonly ((x: Expr) => Expr)[] = [
  (x) => apply("log", x),
  (x) => apply("sqrt", x),
  (x) => pow(x, lit(-1)),
  (x) => pow(x, lit(0.5)),
  (x) => pow(x, lit(1.5)),
];

test("a random formula without a finite value or slope has a fault", () => {
  let [values, slopes, fine] = [0, 0, 0];
  const shift = fc.constantFrom(0, 1, 2);
  law(
    fc.property(arbitrarySample(5), fc.constantFrom(...PARTIAL), shift, (sample, partial, part) => {
      const { target, environment } = sample;
      const inner = sample.scalar();
      // Constants that are no number are worked out, and refused, before.
      fc.pre(dependsOn(inner, new Set([target])));
      // What the function is asked of is as it comes, exactly 0, or of the other sign.
      const level = part * evaluateScalar(inner, environment);
      const expr = partial(sub(inner, lit(level)));
      const at = indicesOf(target.axes);
      const isThere = Number.isFinite(evaluateScalar(expr, environment));
      const slope = evaluate(gradient(expr, target, at), environment, at).data;
      const kinds = possibleFaults(expr)
        .filter(({ happens }) => evaluateScalar(happens, environment) === 1)
        .map(({ kind }) => kind);
      if (!isThere) values++;
      else if (!slope.every(Number.isFinite)) slopes++;
      else fine++;
      if (!isThere) return kinds.includes("value");
      return slope.every(Number.isFinite) ? !kinds.includes("value") : kinds.includes("slope");
    }),
    300,
  );
  expect(Math.min(values, slopes, fine)).toBeGreaterThan(samples(10));
});

const D = makeDim("D", 2);
const v = makeTensor("v", "activation", [D]);
const i = makeIndex("i", D);
const vi = get(v, [i]);
const total = sum([i], vi);

/** What happens at a state: kind, part and the number that was found. */
function faultsAt(expr: Expr, state: readonly number[]): string[] {
  const environment = { tensors: new Map([[v, state]]) };
  return possibleFaults(expr)
    .filter(({ happens }) => evaluateScalar(happens, environment) === 1)
    .map(({ kind, node, found }) => {
      const number = found === null ? "" : ` of ${evaluateScalar(found, environment)}`;
      return `${kind} ${printText(node)}${number}`;
    });
}

const positive = apply("lt", lit(0), vi);

test.each<[string, Expr, readonly number[], readonly string[]]>([
  ["a logarithm of 0", apply("log", total), [1, -1], ["value log(sum[i] v[i]) of 0"]],
  ["a logarithm inside its domain", apply("log", total), [1, 1], []],
  [
    "the smallest of several arguments is found",
    sum([i], apply("log", vi)),
    [-2, -3],
    ["value log(v[i]) of -3"],
  ],
  ["what a guard leaves out does not count", sum([i], apply("log", vi), positive), [-2, 3], []],
  [
    "nor what a branch does not take",
    sum([i], select(positive, apply("sqrt", vi), lit(0))),
    [-2, 3],
    [],
  ],
  ["a root at 0 has no slope", apply("sqrt", total), [0, 0], ["slope sqrt(sum[i] v[i]) of 0"]],
  [
    "the innermost is named first",
    apply("log", apply("sqrt", total)),
    [-1, 0],
    ["value sqrt(sum[i] v[i]) of -1", "slope sqrt(sum[i] v[i]) of -1"],
  ],
  [
    "a guard that leaves nothing",
    logsumexp([i], vi, positive),
    [-1, -1],
    ["empty logsumexp[i where 0 < v[i]] v[i]"],
  ],
  ["a mean of nothing", mean([i], vi, positive), [-1, -1], ["empty 1 / (sum[i where 0 < v[i]] 1)"]],
  ["a whole power has a slope at 0", pow(total, lit(2)), [0, 0], []],
])("%s", (_, expr, state, expected) => {
  expect(faultsAt(expr, state)).toEqual(expected);
});
