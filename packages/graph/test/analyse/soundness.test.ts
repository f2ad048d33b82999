// What the analyses claim about random expressions, held against their values.

import { evaluate, evaluateScalar, type Expr, makeRanges, type Tensor } from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, noise, type Sample } from "../arbitrary-expr.ts";
import { scaleOf } from "../finite-differences.ts";
import { samples } from "../../../../tools/samples.ts";
import { curvatureOf } from "../../src/analyse/curvature.ts";
import { growthOf } from "../../src/analyse/growth.ts";
import { type Curvature } from "../../src/analyse/shape.ts";

// The seeds are fixed: once in some thousand samples powers of powers leave float64 at one of its ends,
// where a value is 0 or infinite that no range of real numbers foresees.
const RUNS = samples(700);

/** The value of `expr` with the target set to `entries`. */
function valueAt(expr: Expr, { environment, target }: Sample, entries: Float64Array): number {
  const tensors = new Map<Tensor, ArrayLike<number>>([...environment.tensors, [target, entries]]);
  return evaluateScalar(expr, { ...environment, tensors });
}

test("every value lies in the range of its expression", () => {
  let narrow = 0;
  fc.assert(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      const { low, high, lowOpen, highOpen } = makeRanges()(expr);
      if (Number.isFinite(low) || Number.isFinite(high)) narrow++;
      return evaluate(expr, sample.environment).data.every((value) => {
        // Too large for float64, and then perhaps times 0: no number that a range could hold.
        if (Number.isNaN(value)) return true;
        const slack = 1e-9 * scaleOf([value]);
        // Rounding can reach a limit such as tanh(20) = 1, so an open end forbids 0 only.
        const zero = value === 0 && ((low === 0 && lowOpen) || (high === 0 && highOpen));
        return value >= low - slack && value <= high + slack && !zero;
      });
    }),
    { numRuns: RUNS, seed: 11 },
  );
  expect(narrow).toBeGreaterThan(RUNS / 5);
});

test("no chord contradicts a curvature that was found", () => {
  const found = new Map<Curvature, number>();
  fc.assert(
    fc.property(arbitrarySample(6), (sample) => {
      const expr = sample.scalar();
      const { curvature, culprit } = curvatureOf(expr, sample.target);
      found.set(curvature, (found.get(curvature) ?? 0) + 1);
      if (curvature === "unknown") return culprit !== null;
      const count = sample.environment.tensors.get(sample.target)!.length;
      return [1, 4, 20].every((scale, k) => {
        const a = noise(count, 31 + k).map((x) => scale * x);
        const b = noise(count, 51 + k).map((x) => scale * x);
        const middle = a.map((x, i) => (x + b[i]) / 2);
        const [atA, atB, atMiddle] = [a, b, middle].map((x) => valueAt(expr, sample, x));
        const gap = atA + atB - 2 * atMiddle;
        const slack = 1e-9 * scaleOf([atA, atB, atMiddle]);
        if (!Number.isFinite(gap)) return true;
        if (curvature === "convex") return gap >= -slack;
        return curvature === "concave" ? gap <= slack : Math.abs(gap) <= slack;
      });
    }),
    { numRuns: RUNS, seed: 12 },
  );
  for (const curvature of ["constant", "affine", "convex", "concave", "unknown"] as const) {
    expect(found.get(curvature), curvature).toBeGreaterThan(RUNS / 200);
  }
});

test("far out no expression rises or falls faster than its growth", () => {
  let bounded = 0;
  fc.assert(
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
      const [near, value] = [at(1e20), at(1e40)];
      if (!Number.isFinite(value) || !Number.isFinite(near)) return true;
      const logarithm = (size: number) => Math.log1p(Math.max(0, size)) / Math.log(1e20);
      // By the rise on the way, where constants drop out, or by the value, where it starts from 0.
      const rise = (sign: number) =>
        Math.min(logarithm(sign * value) - logarithm(sign * near), logarithm(sign * value) / 2);
      return [[up, rise(1)] as const, [down, rise(-1)] as const].every(([monomials, exponent]) => {
        if (monomials === null) return true;
        bounded++;
        const degrees = monomials.map((monomial) => monomial.get(target) ?? 0);
        // Half an exponent, 10¹⁰, leaves room for terms that fade.
        return exponent <= Math.max(...degrees) + 0.5;
      });
    }),
    { numRuns: RUNS, seed: 13 },
  );
  expect(bounded).toBeGreaterThan((2 / 3) * RUNS);
});
