import { expect, inject, test } from "vitest";
import { everySo, samples, seed, some } from "../samples.ts";
import { readSampling } from "../sampling.ts";

test("a run has a seed of its own, and as many samples as tests ask for", () => {
  const [one, other] = [readSampling({}), readSampling({})];
  expect([one.samples, other.samples]).toEqual([0.4, 0.4]);
  expect(one.seed).not.toBe(other.seed);
});

test("the environment repeats a seed and multiplies samples", () => {
  expect(readSampling({ HAMLET_SAMPLES: "0.5", HAMLET_SEED: "7" })).toEqual({
    samples: 0.5,
    seed: 7,
    path: "",
  });
  expect(readSampling({ HAMLET_PATH: "12:0:3" }).path).toBe("12:0:3");
});

test.each(["0", "-1", "x", "Infinity"])("HAMLET_SAMPLES=%s is refused", (HAMLET_SAMPLES) => {
  expect(() => readSampling({ HAMLET_SAMPLES })).toThrow("HAMLET_SAMPLES is a multiplier");
});

test.each(["-1", "0.5", "4294967296", "x"])("HAMLET_SEED=%s is refused", (HAMLET_SEED) => {
  expect(() => readSampling({ HAMLET_SEED })).toThrow("HAMLET_SEED is a whole number");
});

test.each(["x", "1:", ":1", "-1"])("HAMLET_PATH=%s is refused", (HAMLET_PATH) => {
  expect(() => readSampling({ HAMLET_PATH })).toThrow("HAMLET_PATH is of whole numbers");
});

test("some of a list are as many as the run wants, in their order, from a place of its seed", () => {
  const list = Array.from({ length: 7 }, (_, k) => k);
  const found = some(list, 3);
  expect(found).toHaveLength(Math.min(7, samples(3)));
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(some(list, 100)).toEqual(list);
  expect(some(["a"], 1)).toEqual(["a"]);
  for (let length = 1; length < 20; length++) {
    const places = Array.from({ length }, (_, k) => k);
    expect(some(places, 1)).toContain((length - (seed() % length)) % length);
  }
});

test("every so many-th begins below its stride", () => {
  const { stride, offset } = everySo(5);
  expect(stride).toBe(Math.max(1, Math.round(5 / samples(1))));
  expect(offset).toBe(seed() % stride);
});

test("tests see the sampling of their run", () => {
  expect(samples(100)).toBe(Math.max(1, Math.round(100 * inject("samples"))));
  expect(samples(1e-9)).toBe(1);
  expect(Number.isInteger(seed())).toBe(true);
});
