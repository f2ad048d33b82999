// What the order of visits is worth.

import { get, indicesOf, lit, neg, sum, type VisitOrder } from "@hamlet/graph";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";
import { patternLayer, settle, solverOf } from "./binary-models.ts";

beforeAll(() => useBackend("wasm"));

test("random visits miss units, a permutation misses none", async () => {
  // 12 000 draws among 2304 units leave 2304 (1 − 1/2304)^12000 = 12.6 of them out.
  const N = 2304;
  const layer = patternLayer(N);
  const indices = indicesOf(layer.v.axes);
  const field = layer.graph(neg(sum(indices, get(layer.v.activation, indices))));
  const left = async (order: VisitOrder, steps: number) => {
    const { found } = await settle(layer, field, {
      starts: new Float32Array(N).fill(-1),
      values: [],
      recall: { solver: solverOf("async", { order }), steps: lit(steps) },
    });
    return found.filter((x) => x === -1).length;
  };
  expect(await left("permutation", N)).toBe(0);
  expect(await left("cyclic", N)).toBe(0);
  expect(Math.abs((await left("random", 12_000)) - 12.6)).toBeLessThan(4 * Math.sqrt(12.6));
});
