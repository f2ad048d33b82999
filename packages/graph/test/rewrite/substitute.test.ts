import {
  eachPart,
  evaluate,
  type Expr,
  freshIndex,
  get,
  type Index,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  printText,
  softmax,
  substituteIndices,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, type Sample } from "../arbitrary-expr.ts";
import { scaleOf } from "../finite-differences.ts";
import { law } from "../../../../tools/law.ts";

/** What every free index is replaced by: another index of its dim (perhaps a bound one) or a place. */
function arbitraryMap({ indices, sizeOf }: Sample, picks: readonly number[]) {
  return new Map<Index, Index | number>(
    indices.slice(0, 3).map((index, k) => {
      const same = indices.filter((other) => other.dim === index.dim);
      const options = [...same, freshIndex(index), picks[k] % sizeOf(index.dim)];
      return [index, options[picks[k] % options.length]];
    }),
  );
}

/** The value of `expr` at one point. */
function valueAt(expr: Expr, { environment, sizeOf }: Sample, point: ReadonlyMap<Index, number>) {
  const order = [...expr.free];
  const offset = order.reduce((total, index) => total * sizeOf(index.dim) + point.get(index)!, 0);
  return evaluate(expr, environment, order).data[offset];
}

/** The largest finite number that is met on the way. */
function largestPart(expr: Expr, { environment }: Sample): number {
  let most = 0;
  eachPart([expr], (part) => {
    for (const x of evaluate(part, environment).data) {
      if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
    }
  });
  return most;
}

test("replacing indices never captures: the value is that of the renamed point", () => {
  law(
    fc.property(
      arbitrarySample(10),
      fc.array(fc.nat(999), { minLength: 6, maxLength: 6 }),
      (sample, picks) => {
        const expr = sample.open();
        const map = arbitraryMap(sample, picks);
        const point = new Map(
          [...sample.indices, ...map.values()]
            .filter((index) => typeof index !== "number")
            .map((index, k) => [index, picks[k % 6] % sample.sizeOf(index.dim)]),
        );
        const there = new Map(
          [...map].map(([from, to]) => [from, typeof to === "number" ? to : point.get(to)!]),
        );
        const direct = valueAt(expr, sample, there);
        const renamed = valueAt(substituteIndices(expr, map), sample, point);
        if (Object.is(direct, renamed)) return true;
        const difference = Math.abs(direct - renamed) / scaleOf([direct]);
        // An entry of a softmax at a place is the exponential of a difference, of numbers that may be large.
        return difference <= 1e-9 || difference <= 4 * Number.EPSILON * largestPart(expr, sample);
      },
    ),
    500,
  );
});

const D = makeDim("D", 3);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
const W = makeTensor("W", "param", [D, D]);

test("a binder in the way is renamed", () => {
  const total = sum([i], get(W, [i, j]));
  expect(printText(substituteIndices(total, new Map([[j, i]])))).toBe("sum[i] W[i, i′]");
});

test("a bound index is not replaced", () => {
  const total = sum([i], get(W, [i, j]));
  expect(substituteIndices(total, new Map([[i, 2]]))).toBe(total);
});

test("a softmax read at a fixed place is written out with its own normaliser", () => {
  const weights = softmax([i], get(W, [i, j]));
  const first = substituteIndices(weights, new Map([[i, 0]]));
  expect(printText(first)).toBe("exp(W[0, j] - logsumexp[i] W[i, j])");
});

test("a softmax renamed to an index of its own stays a softmax", () => {
  const weights = softmax([i], mul(get(W, [i, 0]), logsumexp([j], get(W, [i, j]))));
  const renamed = substituteIndices(weights, new Map([[i, j]]));
  expect(renamed.kind).toBe("softmax");
  expect(renamed.free).toEqual([j]);
});
