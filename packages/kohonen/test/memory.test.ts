// Pairs that come and go one by one: sums and weights are those of the pairs that stay.

import {
  type CorrelationMemory,
  learnLinear,
  loadCorrelations,
  makeCorrelations,
  statisticsOf,
} from "@hamlet/kohonen";
import { describe, expect, test } from "vitest";
import { largestGap, randomPairs, thrownBy } from "./random-pairs.ts";

const [n, d, m] = [20, 5, 3];
const pairs = randomPairs({ n, d, m });
const gone = randomPairs({ n: 7, d, m }, 1);

async function stored(...all: readonly (typeof pairs)[]): Promise<CorrelationMemory> {
  const memory = makeCorrelations({ rule: "linear", d, m });
  for (const { keys, values } of all) await memory.store(keys.data, { values: values.data });
  return memory;
}

test("the sums and what they teach are those of all pairs at once", async () => {
  const memory = await stored(pairs);
  const [sums, expected] = [memory.statistics(), await statisticsOf(pairs)];
  expect(sums.count).toBe(n);
  expect(largestGap(sums.keyKey.data, expected.keyKey.data)).toBeLessThan(1e-12);
  expect(largestGap(sums.keyValue.data, expected.keyValue.data)).toBeLessThan(1e-12);
  const { weights } = await memory.weights();
  expect(largestGap(weights.data, (await learnLinear(pairs)).weights.data)).toBeLessThan(1e-10);
});

test("pairs that are forgotten or merged leave the bytes of those that stay", async () => {
  const memory = await stored(gone, pairs);
  await memory.forget(gone.keys.data, { values: gone.values.data });
  expect(memory.save()).toEqual((await stored(pairs)).save());
  const parts = await stored(gone);
  parts.merge(loadCorrelations((await stored(pairs)).save()));
  expect(parts.save()).toEqual((await stored(pairs, gone)).save());
});

test("Hebb's weights of patterns are (1/d) Σ ξ ξᵀ without the diagonal", async () => {
  const patterns = pairs.keys.data.map(Math.sign);
  const memory = makeCorrelations({ rule: "hebb", d });
  await memory.store(patterns);
  const { weights, solution } = await memory.weights();
  const expected = weights.data.map((_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += patterns[k * d + i] * patterns[k * d + j];
    return i === j ? 0 : sum / d;
  });
  expect(weights.data).toEqual(expected);
  expect(solution).toBeNull();
});

test("what is stopped or wrong keeps the pairs before it, and the rows that they are", async () => {
  const memory = makeCorrelations({ rule: "linear", d: 1 });
  const signal = { aborted: false };
  const source = { id: "sha256:1", name: "a.npy", from: 10 };
  const onProgress = () => {
    signal.aborted = true;
  };
  const many = new Float64Array(300).fill(1);
  expect(await memory.store(many, { signal, source, onProgress })).toEqual({
    ending: "aborted",
    done: 256,
  });
  expect(memory.held).toEqual([{ id: "sha256:1", name: "a.npy", rows: [[10, 266]] }]);
  const rest = { ...source, from: 266 };
  await thrownBy(() => memory.store([2, Number.NaN], { source: rest }));
  expect([memory.count, memory.held[0].rows]).toEqual([257, [[10, 267]]]);
});

describe("mistakes are explained", () => {
  const linear = makeCorrelations({ rule: "linear", d: 2, m: 1 });
  const hebb = makeCorrelations({ rule: "hebb", d: 2 });

  test.each([
    [
      () => linear.store([1, 2, 3], { values: [1] }),
      "kohonen/bad-shape\nstore: expected a multiple of 2 numbers, found 3. Pass them flat, one row after the other.",
    ],
    [
      () => linear.store([1, 2]),
      "kohonen/bad-shape\nstore: expected 1 numbers of values for each of 1 keys, found none. Pass them flat, one row after the other.",
    ],
    [
      () => hebb.store([1, 1], { values: [1] }),
      "kohonen/bad-shape\nstore: keys are their own values here, found others. Pass them flat, one row after the other.",
    ],
    [
      () => linear.store([1, 2], { values: [Infinity] }),
      "kohonen/not-finite\nstore: pattern 0 holds NaN or an infinity, which would spoil the whole memory. Leave it out; the patterns before it are stored.",
    ],
    [
      () => hebb.store([1, 0]),
      "kohonen/not-signs\nstore: expected patterns of -1 and +1, found 0 in pattern 0. Turn bits into 2 * bit - 1 first.",
    ],
    [
      () => linear.store([2 ** 27, 2 ** 27 + 1], { values: [0] }),
      `kohonen/too-large\nThis memory holds 0 pairs, and with 1 more its sums would not be exact any more (at most ${2 ** 24} pairs, whose largest squares add up to ${2 ** 54}). Start another memory, or scale the numbers down.`,
    ],
    [
      () => hebb.forget([1, 1]),
      "core/not-stored\nforget: the memory is empty, so pattern 0 was never stored. Forget what was stored.",
    ],
    [
      () => hebb.merge(linear),
      "kohonen/different-memories\nmerge: the memories are of different rules or sizes, hebb of 2 numbers and linear of 2 numbers with values of 1. Store the pairs alike.",
    ],
    [
      () => makeCorrelations({ rule: "linear", d: 0 }),
      "kohonen/bad-shape\nA memory needs keys and values of at least one number, found sizes 0.",
    ],
    [
      () => {
        const text = new TextDecoder("latin1").decode(hebb.save()).replace('"hebb"', '"hebd"');
        loadCorrelations(
          Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
          "m.bin",
        );
      },
      /^kohonen\/bad-file\nm\.bin: expected a rule, sizes and a count of patterns, found .*hebd.*Name a file that a memory was saved to\.$/,
    ],
  ])("number %#", async (run, expected) => {
    const found = await thrownBy(run);
    if (typeof expected === "string") expect(found).toBe(expected);
    else expect(found).toMatch(expected);
    expect([linear.count, hebb.count]).toEqual([0, 0]);
  });
});
