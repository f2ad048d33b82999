// Pair by pair: after every pair the memory is that of all pairs so far.

import type { Matrix } from "@hamlet/graph";
import { learnLinear, onlineMemory, recallLinear } from "@hamlet/kohonen";
import { describe, expect, test } from "vitest";
import { largestGap, randomPairs, thrownBy } from "./random-pairs.ts";

const [D, M] = [7, 3];

function rowsOf({ shape: [count, columns], data }: Matrix): Float64Array[] {
  return Array.from({ length: count }, (_, i) => data.slice(i * columns, (i + 1) * columns));
}

async function batch(
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
): Promise<Float64Array> {
  const matrix = (rows: readonly Float64Array[]): Matrix => ({
    shape: [rows.length, rows[0].length],
    data: Float64Array.from(rows.flatMap((row) => [...row])),
  });
  return (await learnLinear({ keys: matrix(keys), values: matrix(values) })).weights.data;
}

/** 20 pairs of which some repeat a key, double one, or add two up. */
function stream(): { keys: Float64Array[]; values: Float64Array[] } {
  const pairs = randomPairs({ n: 20, d: D, m: M });
  const [keys, values] = [rowsOf(pairs.keys), rowsOf(pairs.values)];
  keys[2] = keys[1].slice();
  keys[4] = keys[3].map((x) => 2 * x);
  keys[6] = keys[0].map((x, i) => x + keys[5][i]);
  return { keys, values };
}

test("every pair leaves the weights of a batch, below and above d keys, dependent keys included", async () => {
  const { keys, values } = stream();
  const memory = onlineMemory({ d: D, m: M });
  for (const [i, key] of keys.entries()) {
    memory.learn(key, values[i]);
    const expected = await batch(keys.slice(0, i + 1), values.slice(0, i + 1));
    expect(largestGap(memory.weights.data, expected), `after ${i + 1}`).toBeLessThan(1e-9);
  }
  expect(memory.count).toBe(20);
});

test("forgetting a pair leaves the memory of the others, down to one", async () => {
  const { keys, values } = stream();
  const memory = onlineMemory({ d: D, m: M });
  keys.forEach((key, i) => memory.learn(key, values[i]));
  for (let i = 0; i < 19; i++) {
    memory.forget(keys[i], values[i]);
    const expected = await batch(keys.slice(i + 1), values.slice(i + 1));
    expect(largestGap(memory.weights.data, expected), `without ${i + 1}`).toBeLessThan(1e-8);
  }
  memory.forget(keys[19], values[19]);
  expect(largestGap(memory.weights.data, new Float64Array(M * D))).toBeLessThan(1e-8);
  expect(memory.count).toBe(0);
});

test("its weights recall like those of any linear memory", async () => {
  const { keys, values } = randomPairs({ n: 5, d: D, m: M }, 1);
  const memory = onlineMemory({ d: D, m: M });
  rowsOf(keys).forEach((key, i) => memory.learn(key, rowsOf(values)[i]));
  const { solution } = await learnLinear({ keys, values });
  const recalled = await recallLinear({ weights: memory.weights, solution }, keys);
  expect(largestGap(recalled.data, values.data)).toBeLessThan(1e-9);
});

describe("mistakes", () => {
  test("a key that was never stored cannot be forgotten", async () => {
    const memory = onlineMemory({ d: 3, m: 1 });
    memory.learn(Float64Array.of(1, 0, 0), Float64Array.of(1));
    const forget = () => memory.forget(Float64Array.of(0, 1, 0), Float64Array.of(1));
    expect(await thrownBy(forget)).toMatchInlineSnapshot(`
      "kohonen/not-stored
      forget: this key is not among the stored ones: it points where no stored key does. Pass a pair exactly as it was learned."
    `);
  });

  test("a key of another length is refused", async () => {
    const memory = onlineMemory({ d: 3, m: 1 });
    const learn = () => memory.learn(Float64Array.of(1, 0), Float64Array.of(1));
    expect(await thrownBy(learn)).toMatchInlineSnapshot(`
      "graph/bad-shape
      key: expected rows of 3 numbers, as what they meet has, found rows of 2. Pass rows of the same length."
    `);
  });
});
