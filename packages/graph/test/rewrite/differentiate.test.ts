import {
  children,
  type Environment,
  type Expr,
  evaluate,
  evaluateScalar,
  freshIndex,
  gradient,
  hessianVectorProduct,
  indicesOf,
  makeTensor,
  SCALAR_FUNCTIONS,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, noise, type Sample } from "../arbitrary-expr.ts";
import { directional, saysNothing, scaleOf } from "../finite-differences.ts";
import { law } from "../../../../tools/law.ts";
import { samples } from "../../../../tools/samples.ts";

const RUNS = 1250;
const TOLERANCE = 2e-5;

function everyNode(expr: Expr, seen = new Set<Expr>()): Set<Expr> {
  if (!seen.has(expr)) {
    seen.add(expr);
    for (const child of children(expr)) everyNode(child, seen);
  }
  return seen;
}

/** The sample's tensors with the target moved by `step` along `direction`. */
function moved({ environment, target }: Sample, direction: Float64Array, step: number) {
  const entries = environment.tensors.get(target)!;
  const there = Float64Array.from(entries, (x, k) => x + step * direction[k]);
  return { ...environment, tensors: new Map([...environment.tensors, [target, there]]) };
}

/** Whether a slope is what differences say, as far as they say anything. */
function agrees(
  slope: ArrayLike<number>,
  expected: Float64Array,
  of: { readonly expr: Expr; readonly there: (step: number) => Environment },
): boolean {
  const error = TOLERANCE * scaleOf(expected);
  return (
    expected.every((value, i) => Math.abs(slope[i] - value) <= error) ||
    saysNothing(everyNode(of.expr), of.there, error)
  );
}

test("gradients of random expressions agree with central differences", () => {
  let compared = 0;
  const kinds = new Map<string, number>();
  law(
    fc.property(arbitrarySample(), (sample) => {
      const { target, environment } = sample;
      const expr = sample.scalar();
      const at = indicesOf(target.axes);
      const slope = evaluate(gradient(expr, target, at), environment, at).data;
      const direction = noise(slope.length, 3);
      const there = (step: number) => moved(sample, direction, step);
      const along = directional((step) => [evaluateScalar(expr, there(step))]);
      if (along === null) return true;
      compared++;
      for (const node of everyNode(expr)) {
        const name = node.kind === "lit" || !("op" in node) ? node.kind : `${node.kind} ${node.op}`;
        kinds.set(name, (kinds.get(name) ?? 0) + 1);
      }
      const ours = slope.reduce((total, x, k) => total + x * direction[k], 0);
      return agrees([ours], along, { expr, there });
    }),
    RUNS,
  );
  expect(compared).toBeGreaterThan(0.9 * samples(RUNS));
  const wanted = [
    "lit",
    "size",
    "time",
    "position",
    "get",
    "select",
    "softmax",
    ...["sum", "prod", "max", "min", "logsumexp"].map((op) => `reduce ${op}`),
    ...Object.keys(SCALAR_FUNCTIONS).map((op) => `apply ${op}`),
  ];
  expect(wanted.filter((kind) => (kinds.get(kind) ?? 0) < 10)).toEqual([]);
});

test("Hessian-vector products of random expressions agree with differences of the gradient", () => {
  let compared = 0;
  law(
    fc.property(arbitrarySample(7), (sample) => {
      const { target, environment } = sample;
      const expr = sample.scalar();
      const at = indicesOf(target.axes).map(freshIndex);
      const slope = gradient(expr, target, at);
      const u = makeTensor("u", "const", target.axes);
      const count = environment.tensors.get(target)!.length;
      const direction = noise(count, 5);
      const there = (step: number) => moved(sample, direction, step);
      const along = directional((step) => evaluate(slope, there(step), at).data);
      if (along === null) return true;
      compared++;
      const product = hessianVectorProduct(expr, target, u, at);
      const tensors = new Map([...environment.tensors, [u, direction]]);
      const ours = evaluate(product, { ...environment, tensors }, at).data;
      return agrees(ours, along, { expr: slope, there });
    }),
    RUNS,
  );
  expect(compared).toBeGreaterThan(0.9 * samples(RUNS));
});
