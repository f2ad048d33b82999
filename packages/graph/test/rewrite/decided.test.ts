// A condition that is decided holds exactly where its three values say so: true, not false or nothing.

import {
  apply,
  decided,
  evaluateScalar,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  select,
  sum,
  type Tensor,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const N = makeDim("N", lit(2));
const i = makeIndex("i", N);
const [a, b, c] = ["a", "b", "c"].map((name) => makeTensor(name, "given"));
const x = makeTensor("x", "given", [N]);

/** A condition, and its value where every comparison with NaN is null. */
interface Judged {
  readonly condition: Expr;
  readonly holds: (values: ReadonlyMap<Tensor, readonly number[]>) => boolean | null;
}

const RELATIONS = {
  eq: (p: number, q: number) => p === q,
  ne: (p: number, q: number) => p !== q,
  lt: (p: number, q: number) => p < q,
  le: (p: number, q: number) => p <= q,
} as const;

const comparison = fc
  .tuple(fc.constantFrom("eq", "ne", "lt", "le"), ...[0, 1].map(() => fc.constantFrom(a, b, c)))
  .map(([op, left, right]): Judged => ({
    condition: apply(op, get(left), get(right)),
    holds: (values) => {
      const [p, q] = [left, right].map((tensor) => values.get(tensor)![0]);
      const isKnown = !Number.isNaN(p) && !Number.isNaN(q);
      return isKnown ? RELATIONS[op](p, q) : null;
    },
  }));

const { judged } = fc.letrec<{ judged: Judged }>((tie) => ({
  judged: fc.oneof(
    { depthSize: "small" },
    comparison,
    tie("judged").map(({ condition, holds }): Judged => ({
      condition: apply("not", condition),
      holds: (values) => {
        const value = holds(values);
        return value === null ? null : !value;
      },
    })),
    fc.tuple(tie("judged"), tie("judged"), fc.boolean()).map(([p, q, isAnd]): Judged => ({
      condition: apply(isAnd ? "and" : "or", p.condition, q.condition),
      holds: (values) => {
        const both = [p.holds(values), q.holds(values)];
        if (both.includes(!isAnd)) return !isAnd;
        return both.includes(null) ? null : isAnd;
      },
    })),
  ),
}));

const number = fc.constantFrom(NaN, -1, 0, 1, 2);

test("of comparisons that are joined and negated in any way", () => {
  law(
    fc.property(judged, fc.tuple(number, number, number), ({ condition, holds }, [p, q, r]) => {
      const tensors = new Map([
        [a, [p]],
        [b, [q]],
        [c, [r]],
      ]);
      const isTrue = evaluateScalar(decided(condition), { tensors }) === 1;
      expect(isTrue).toBe(holds(tensors) === true);
    }),
    400,
  );
});

describe("what is computed from comparisons without an answer is compared with nothing", () => {
  const above = apply("lt", lit(0.5), get(x, [i]));
  const NAN = [NaN, 3];
  const none = lit(0);
  test.each<[string, Expr, number]>([
    ["a count where one holds", sum([i], lit(1), above), 1],
    ["a sum of comparisons", sum([i], above), 1],
    ["a sum of steps", sum([i], apply("step", get(x, [i]))), 1],
    ["a choice", sum([i], select(above, lit(1), lit(0))), 1],
  ])("%s", (_, value, count) => {
    const is = (condition: Expr, values: readonly number[]) =>
      evaluateScalar(decided(condition), { tensors: new Map([[x, values]]) });
    const equal = apply("eq", value, lit(count));
    expect(is(equal, [0, 3])).toBe(1);
    for (const condition of [equal, apply("not", equal), apply("lt", none, value)]) {
      expect(is(condition, NAN)).toBe(0);
      expect(is(apply("not", condition), NAN)).toBe(0);
    }
    expect(is(apply("not", value), NAN)).toBe(0);
    expect(is(value, NAN)).toBe(0);
    expect(is(value, [0, 3])).toBe(1);
  });
});
