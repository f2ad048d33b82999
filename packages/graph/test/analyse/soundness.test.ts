// What the analyses claim about random expressions, held against their values.

import {
  children,
  evaluate,
  evaluateScalar,
  type Expr,
  type Interval,
  makeRanges,
  type Tensor,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, noise, type Sample } from "../arbitrary-expr.ts";
import { scaleOf } from "../finite-differences.ts";
import { law } from "../../../../tools/law.ts";
import { samples } from "../../../../tools/samples.ts";
import { curvatureOf } from "../../src/analyse/curvature.ts";
import { growthOf } from "../../src/analyse/growth.ts";
import { type Curvature } from "../../src/analyse/shape.ts";

const RUNS = samples(700);

/** The value of `expr` with the target set to `entries`. */
function valueAt(expr: Expr, { environment, target }: Sample, entries: Float64Array): number {
  const tensors = new Map<Tensor, ArrayLike<number>>([...environment.tensors, [target, entries]]);
  return evaluateScalar(expr, { ...environment, tensors });
}

/** Whether a value that was computed in float64 may be one of a range of real numbers. */
function isHeld({ low, high, lowOpen, highOpen }: Interval, value: number): boolean {
  // Rounding can reach a limit such as tanh(20) = 1, so an open end forbids 0 only.
  if (value === 0)
    return low <= 1e-9 && high >= -1e-9 && !(low === 0 && lowOpen) && !(high === 0 && highOpen);
  const slack = 1e-9 * scaleOf([value]);
  return value >= low - slack && value <= high + slack;
}

/**
 * Whether a 0 can be what float64 makes of another number: a function without a zero that is too small,
 * a product of factors without one, a sum of parts that are equal but for their last digits.
 */
function isRoundedZero(
  node: Expr,
  values: (part: Expr) => Float64Array,
  range: (part: Expr) => Interval,
): boolean {
  const parts = children(node);
  const hasNoZero = (part: Expr) => !isHeld(range(part), 0);
  switch (node.kind) {
    case "softmax":
      return node.where === null;
    case "reduce":
      return node.op === "prod" && hasNoZero(node.body);
    case "apply":
      if (node.op === "add") return parts.some((part) => values(part).some((x) => x !== 0));
      if (node.op === "mul") return parts.every(hasNoZero);
      if (node.op === "pow") return hasNoZero(parts[0]);
      return node.op === "exp" || node.op === "softplus" || node.op === "sigmoid";
    default:
      return false;
  }
}

/** The first part of an expression that leaves its range although its own parts keep theirs. */
function strayPart(expr: Expr, environment: Sample["environment"]): Expr | null {
  const range = makeRanges();
  const known = new Map<Expr, Float64Array>();
  const values = (part: Expr) => {
    if (!known.has(part)) known.set(part, evaluate(part, environment).data);
    return known.get(part)!;
  };
  const done = new Map<Expr, boolean>();
  let stray: Expr | null = null;
  /** False where float64 has left the numbers that ranges are about. */
  const visit = (node: Expr): boolean => {
    let isNumber = done.get(node);
    if (isNumber !== undefined) return isNumber;
    isNumber = children(node).map(visit).every(Boolean) && values(node).every(Number.isFinite);
    const left = isNumber ? values(node).find((value) => !isHeld(range(node), value)) : undefined;
    if (left !== undefined) {
      isNumber = false;
      if (left !== 0 || !isRoundedZero(node, values, range)) stray ??= node;
    }
    done.set(node, isNumber);
    return isNumber;
  };
  visit(expr);
  return stray;
}

test("every value lies in the range of its expression", () => {
  let narrow = 0;
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      const { low, high } = makeRanges()(expr);
      if (Number.isFinite(low) || Number.isFinite(high)) narrow++;
      return strayPart(expr, sample.environment) === null;
    }),
    700,
  );
  expect(narrow).toBeGreaterThan(RUNS / 5);
});

test("no chord contradicts a curvature that was found", () => {
  // Concave ones are rare: one in eighty.
  const count = 5000;
  const found = new Map<Curvature, number>();
  law(
    fc.property(arbitrarySample(6), (sample) => {
      const expr = sample.scalar();
      const { curvature, culprit } = curvatureOf(expr, sample.target);
      found.set(curvature, (found.get(curvature) ?? 0) + 1);
      if (curvature === "unknown") return culprit !== null;
      const units = sample.environment.tensors.get(sample.target)!.length;
      return [1, 4, 20].every((scale, k) => {
        const a = noise(units, 31 + k).map((x) => scale * x);
        const b = noise(units, 51 + k).map((x) => scale * x);
        const middle = a.map((x, i) => (x + b[i]) / 2);
        const [atA, atB, atMiddle] = [a, b, middle].map((x) => valueAt(expr, sample, x));
        const gap = atA + atB - 2 * atMiddle;
        const slack = 1e-9 * scaleOf([atA, atB, atMiddle]);
        if (!Number.isFinite(gap)) return true;
        if (curvature === "convex") return gap >= -slack;
        return curvature === "concave" ? gap <= slack : Math.abs(gap) <= slack;
      });
    }),
    count,
  );
  for (const curvature of ["constant", "affine", "convex", "concave", "unknown"] as const) {
    expect(found.get(curvature), curvature).toBeGreaterThan(samples(count) / 200);
  }
});

test("far out no expression rises or falls faster than its growth", () => {
  let bounded = 0;
  law(
    fc.property(arbitrarySample(7), (sample) => {
      const expr = sample.scalar();
      const { target } = sample;
      const { up, down } = growthOf(expr, (tensor) => tensor === target, makeRanges());
      const count = sample.environment.tensors.get(target)!.length;
      const at = (distance: number) =>
        valueAt(
          expr,
          sample,
          noise(count, 7).map((x) => distance * x),
        );
      // A wave may stand low at one place and high at another: it rises where all of the far places
      // lie above all of the near ones.
      const near = [1, 0.7, 0.4, 0.1].map((part) => at(part * 1e20));
      const far = [1, 1.3, 2, 5].map((part) => at(part * 1e40));
      if (![...near, ...far].every(Number.isFinite)) return true;
      const logarithm = (size: number) => Math.log1p(Math.max(0, size)) / Math.log(1e20);
      // By the rise on the way, where constants drop out, or by the value, where it starts from 0.
      const rise = (sign: number) => {
        const start = logarithm(Math.max(...near.map((value) => sign * value)));
        const end = logarithm(Math.min(...far.map((value) => sign * value)));
        return Math.min(end - start, end / 2);
      };
      return [[up, rise(1)] as const, [down, rise(-1)] as const].every(([monomials, exponent]) => {
        if (monomials === null) return true;
        bounded++;
        const degrees = monomials.map((monomial) => monomial.get(target) ?? 0);
        // Half an exponent, 10¹⁰, leaves room for terms that fade.
        return exponent <= Math.max(...degrees) + 0.5;
      });
    }),
    700,
  );
  expect(bounded).toBeGreaterThan((2 / 3) * RUNS);
});
