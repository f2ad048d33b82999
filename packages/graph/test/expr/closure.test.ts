// Closures against the reference interpreter, on random expressions of every kind.

import {
  add,
  apply,
  evaluate,
  type Expr,
  get,
  lit,
  makeClosures,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  softmax,
  sum,
  time,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "../arbitrary-expr.ts";
import { movement } from "../movement.ts";
import { law } from "../../../../tools/law.ts";

test("a closure gives what the interpreter gives, at every point", () => {
  law(
    fc.property(arbitrarySample(10), (sample) => {
      const expr = sample.open();
      const { environment } = sample;
      const expected = evaluate(expr, environment).data;
      const closures = makeClosures({
        sizes: environment.sizes ?? new Map(),
        tensors: environment.tensors ?? new Map(),
        clock: { time: environment.time ?? 0 },
      });
      const found = new Float64Array(expected.length);
      closures.fill(expr, expr.free)(found);
      const rounding = movement(expr, environment);
      found.forEach((value, n) => {
        if (Object.is(value, expected[n]) || rounding[n] === Infinity) return;
        // A few hundred roundings on the way, each of which moves as much as one of an input.
        const tolerance = 1e-12 * Math.max(1, Math.abs(expected[n])) + 1000 * rounding[n];
        expect(Math.abs(value - expected[n])).toBeLessThanOrEqual(tolerance);
      });
    }),
    250,
  );
});

test("a chain of forty doublings takes forty steps, and sees what changed between calls", () => {
  const dim = makeDim("A", 3);
  const i = makeIndex("i", dim);
  const x = makeTensor("x", "activation", [dim]);
  let link: Expr = add(get(x, [i]), time());
  for (let n = 0; n < 40; n++) link = mul(lit(1 / 2), add(apply("tanh", link), link));
  const values = [0.5, -1, 2];
  const clock = { time: 0 };
  const closures = makeClosures({ sizes: new Map(), tensors: new Map([[x, values]]), clock });
  const whole = closures.compile(sum([i], pow(link, lit(2))));
  const single = closures.compile(link);
  const found = new Float64Array(3);
  const fill = closures.fill(link, [i]);
  const check = () => {
    const expected = [...values].map((entry) => {
      let value = entry + clock.time;
      for (let n = 0; n < 40; n++) value = (Math.tanh(value) + value) / 2;
      return value;
    });
    expect(whole()).toBeCloseTo(
      expected.reduce((total, value) => total + value ** 2, 0),
      12,
    );
    fill(found);
    expected.forEach((value, n) => {
      closures.cell(i).at = n;
      expect(single()).toBeCloseTo(value, 12);
      expect(found[n]).toBeCloseTo(value, 12);
    });
  };
  check();
  values[1] = 3;
  check();
  clock.time = 1;
  check();
});

test("a softmax in the sum over its own index is normalised once", () => {
  const dim = makeDim("A", 2000);
  const [i, j] = [makeIndex("i", dim), makeIndex("j", dim)];
  const x = makeTensor("x", "data", [dim]);
  let reads = 0;
  const entries = new Proxy([] as number[], {
    get: (_, place) => {
      if (place === "length") return 2000;
      reads++;
      return Math.sin(Number(place));
    },
  });
  const closures = makeClosures({ sizes: new Map(), tensors: new Map([[x, entries]]) });
  const mean = closures.compile(sum([i], mul(softmax([i], get(x, [i])), get(x, [i]))));
  const expected = Array.from({ length: 2000 }, (_, n) => Math.sin(n));
  const total = expected.reduce((all, value) => all + Math.exp(value), 0);
  const average = expected.reduce((all, value) => all + Math.exp(value) * value, 0) / total;
  expect(mean()).toBeCloseTo(average, 12);
  expect(reads).toBe(3 * 2000);
  // What a loop around it does not change is computed once, too.
  reads = 0;
  const rest = closures.compile(sum([j], mul(get(x, [j]), sum([i], apply("exp", get(x, [i]))))));
  expect(rest()).toBeCloseTo(total * expected.reduce((all, value) => all + value, 0), 6);
  expect(reads).toBeLessThanOrEqual(2 * 2000);
});

test.each([0, 1e4, 1e8, 1e12])("a softmax of numbers near %d keeps its digits", (near) => {
  const dim = makeDim("A", 4);
  const i = makeIndex("i", dim);
  const x = makeTensor("x", "data", [dim]);
  const offsets = [0.25, 1.5, -0.75, 0.25];
  const tensors = new Map([[x, offsets.map((offset) => near + offset)]]);
  const total = offsets.reduce((sum, offset) => sum + Math.exp(offset), 0);
  const share = softmax([i], get(x, [i]));
  const found = new Float64Array(4);
  makeClosures({ sizes: new Map(), tensors }).fill(share, [i])(found);
  const interpreted = evaluate(share, { tensors }).data;
  offsets.forEach((offset, n) => {
    expect(found[n]).toBeCloseTo(Math.exp(offset) / total, 14);
    expect(interpreted[n]).toBeCloseTo(Math.exp(offset) / total, 14);
  });
});
