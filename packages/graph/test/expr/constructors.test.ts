import {
  add,
  apply,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mean,
  mul,
  position,
  pow,
  printText,
  softmax,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, RAW } from "../arbitrary-expr.ts";
import { movement } from "../movement.ts";
import { law } from "../../../../tools/law.ts";

const D = makeDim("D", 3);
const i = makeIndex("i", D);
const v = makeTensor("v", "activation", [D]);

test("the simplifying constructors keep the value of every expression", () => {
  law(
    fc.property(arbitrarySample(12), ({ open, environment, indices }) => {
      const order = indices.slice(0, 3);
      const simple = evaluate(open(), environment, order).data;
      const raw = evaluate(open(RAW), environment, order).data;
      const rounding = movement(open(RAW), environment, order);
      raw.forEach((x, k) => {
        if (Object.is(x, simple[k]) || rounding[k] === Infinity) return;
        const tolerance = 1e-12 * Math.max(1, Math.abs(x)) + 1000 * rounding[k];
        expect(Math.abs(x - simple[k])).toBeLessThanOrEqual(tolerance);
      });
    }),
    500,
  );
});

test("a guarded sum of a constant counts the entries that pass", () => {
  const where = apply("lt", position(i), lit(2));
  expect(evaluateScalar(sum([i], lit(5), where))).toBe(10);
  expect(printText(sum([i], lit(5), where))).toBe("5 * sum[i where i < 2] 1");
});

test("a guarded mean divides by the number of entries that pass", () => {
  const where = apply("lt", position(i), lit(2));
  const tensors = new Map([[v, [1, 2, 30]]]);
  expect(evaluateScalar(mean([i], get(v, [i]), where), { tensors })).toBe(1.5);
});

test("a softmax adds up to 1, or to 0 where its guard excludes every entry", () => {
  const body = get(v, [i]);
  const never = apply("lt", get(v, [i]), lit(0));
  const tensors = new Map([[v, [1, 2, 3]]]);
  expect(printText(sum([i], softmax([i], body)))).toBe("1");
  expect(evaluateScalar(sum([i], softmax([i], body, never)), { tensors })).toBe(0);
});

test("whole powers of one entry merge and cancel", () => {
  const x = get(v, [i]);
  expect(printText(mul(x, x))).toBe("v[i]^2");
  expect(printText(mul(x, pow(x, lit(-1))))).toBe("1");
  expect(printText(mul(pow(x, lit(2)), lit(3), get(v, [0]), x))).toBe("3 * v[i]^3 * v[0]");
});

test("a summand that comes twice is counted", () => {
  const x = get(v, [i]);
  expect(printText(add(x, lit(1), x))).toBe("2 * v[i] + 1");
  let sum60: Expr = x;
  for (let n = 0; n < 60; n++) sum60 = add(add(sum60, lit(1)), add(sum60, lit(-1)));
  expect(printText(sum60)).toBe(`${2 ** 60} * v[i]`);
});

test("factors that do not walk an index leave its sum", () => {
  const c = makeTensor("c", "const");
  expect(printText(sum([i], mul(get(c), get(v, [i]))))).toBe("c * sum[i] v[i]");
  expect(printText(sum([i], get(c)))).toBe("3 * c");
});

test("a read with the wrong indices says which axes the tensor has", () => {
  const other = makeIndex("m", makeDim("K", 3));
  expect(() => get(v, [])).toThrowErrorMatchingInlineSnapshot(
    `[HamError: "v" has 1 axes [D] but gets 0 indices. Give one for every axis.]`,
  );
  expect(() => get(v, [other])).toThrowErrorMatchingInlineSnapshot(
    `[HamError: "v" has axes [D]: the index "m" runs over K and cannot walk D. Use an index over D.]`,
  );
});
