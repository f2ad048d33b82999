// Kernel memories: what a separation function does, chunks, and functions written as formulas.

import {
  dotSeparation,
  learnLinear,
  recallKernel,
  reluSeparation,
  type Separation,
  separationOf,
  softmaxSeparation,
  statisticsOf,
} from "@hamlet/kohonen";
import {
  add,
  apply,
  get,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { largestGap, randomPairs, thrownBy } from "./random-pairs.ts";

const pairs = randomPairs({ n: 33, d: 6, m: 4 });
const queries = randomPairs({ n: 21, d: 6, m: 1 }, 1).keys;
const recall = (separation: Separation, budget?: number) =>
  recallKernel({ ...pairs, queries }, { separation, ...(budget !== undefined && { budget }) });

test("the dot product is the matrix of summed outer products", async () => {
  const { keyValue } = await statisticsOf(pairs);
  const expected = Array.from({ length: 21 * 4 }, (_, at) => {
    const [q, j] = [Math.floor(at / 4), at % 4];
    let sum = 0;
    for (let k = 0; k < 6; k++) sum += queries.data[6 * q + k] * keyValue.data[4 * k + j];
    return sum;
  });
  expect(largestGap((await recall(dotSeparation)).data, expected)).toBeLessThan(1e-12);
});

test("a softmax of large beta recalls the value of the best key", async () => {
  const recalled = await recall(softmaxSeparation({ beta: 1e6 }));
  for (let q = 0; q < 21; q++) {
    const scores = Array.from({ length: 33 }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < 6; k++) sum += queries.data[6 * q + k] * pairs.keys.data[6 * i + k];
      return sum;
    });
    const best = scores.indexOf(Math.max(...scores));
    const value = pairs.values.data.subarray(4 * best, 4 * best + 4);
    expect(largestGap(recalled.data.subarray(4 * q, 4 * q + 4), value)).toBeLessThan(1e-9);
  }
});

test("orthonormal keys are recalled alike by the pseudo-inverse and by the dot product", async () => {
  const identity = { shape: [6, 6], data: new Float64Array(36).map((_, i) => Number(i % 7 === 0)) };
  const { values } = randomPairs({ n: 6, d: 6, m: 3 }, 2);
  const { weights } = await learnLinear({ keys: identity, values });
  const recalled = await recallKernel(
    { keys: identity, values, queries: identity },
    { separation: dotSeparation },
  );
  expect(largestGap(recalled.data, values.data)).toBeLessThan(1e-12);
  expect(weights.data[1]).toBeCloseTo(values.data[3], 12);
});

test.each([dotSeparation, reluSeparation, softmaxSeparation({ beta: 0.5 })])(
  "$name: queries in chunks of one give what they give all at once",
  async (separation) => {
    expect(
      largestGap((await recall(separation, 1)).data, (await recall(separation)).data),
    ).toBeLessThan(1e-14);
  },
);

test("progress counts queries, and a signal stops the work", async () => {
  const seen: number[] = [];
  const signal = { aborted: false };
  const run = () =>
    recallKernel(
      { ...pairs, queries },
      {
        separation: reluSeparation,
        budget: 10 * 33,
        signal,
        onProgress: ({ done }) => {
          seen.push(done);
          signal.aborted = done >= 20;
        },
      },
    );
  expect(await thrownBy(run)).toBe("core/aborted\nThe work was stopped by its signal.");
  expect(seen).toEqual([10, 20]);
});

describe("formulas", () => {
  const stored = makeDim("N");
  const scores = makeTensor("s", "given", [stored]);
  const [i, j] = [makeIndex("i", stored), makeIndex("j", stored)];
  const beta = lit(0.7);

  test("softmax, written with logsumexp, is softmax", async () => {
    const total = logsumexp([j], mul(beta, get(scores, [j])));
    const weights = apply("exp", add(mul(beta, get(scores, [i])), neg(total)));
    const written = await recall(separationOf({ name: "written", weights, scores }));
    expect(
      largestGap(written.data, (await recall(softmaxSeparation({ beta: 0.7 }))).data),
    ).toBeLessThan(1e-12);
  });

  test("relu, written as an expression, is ReLU", async () => {
    const weights = apply("relu", get(scores, [i]));
    const written = await recall(separationOf({ name: "written", weights, scores }));
    expect(largestGap(written.data, (await recall(reluSeparation)).data)).toBeLessThan(1e-12);
  });

  test("one number for all keys is not a separation function", async () => {
    const weights = logsumexp([j], get(scores, [j]));
    expect(await thrownBy(() => separationOf({ name: "logsumexp", weights, scores })))
      .toMatchInlineSnapshot(`
      "kohonen/bad-formula
      logsumexp: a separation function gives one weight for each stored key, so it has one free index over them; found none."
    `);
  });
});
