import { expect, inject, test } from "vitest";
import { samples, seed } from "../samples.ts";
import { readSampling } from "../sampling.ts";

test("a run has a seed of its own, and as many samples as tests ask for", () => {
  const [one, other] = [readSampling({}), readSampling({})];
  expect([one.samples, other.samples]).toEqual([1, 1]);
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

test("tests see the sampling of their run", () => {
  expect(samples(100)).toBe(Math.max(1, Math.round(100 * inject("samples"))));
  expect(samples(1e-9)).toBe(1);
  expect(Number.isInteger(seed())).toBe(true);
});
