import * as random from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const keys = fc.nat({ max: 2 ** 31 - 1 }).map(random.key);
const counts = fc.integer({ min: 0, max: 200 });
const always = <T extends unknown[]>(
  arbitraries: { [I in keyof T]: fc.Arbitrary<T[I]> },
  holds: (...values: T) => void,
) =>
  law(
    fc.property(fc.tuple<T>(...arbitraries), (values) => holds(...values)),
    100,
  );

describe("keys", () => {
  test("the keys of a split differ from each other and from their parent", () => {
    always([keys, counts], (key, count) => {
      const all = [key, ...random.split(key, count)];
      expect(new Set(all.map(String)).size).toBe(count + 1);
    });
  });

  test("the first keys of a split do not depend on how many are made", () => {
    always([keys, counts], (key, count) => {
      expect(random.split(key, count + 3).slice(0, count)).toEqual(random.split(key, count));
    });
  });

  test("folding in different numbers gives different keys", () => {
    always([keys, fc.nat(), fc.nat()], (key, a, b) => {
      const same = String(random.foldIn(key, a)) === String(random.foldIn(key, b));
      expect(same).toBe(a === b);
    });
  });

  test("a seed above 32 bits fills both words", () => {
    expect(random.key(2 ** 32 * 3 + 5)).toEqual([3, 5]);
  });

  test("a key cannot be changed", () => {
    expect(() => Object.assign(random.key(1), { 0: 7 })).toThrow(TypeError);
  });
});

describe("streams", () => {
  test("a stream is a prefix of every longer one", () => {
    always([keys, counts, counts], (key, a, b) => {
      const [short, long] = [Math.min(a, b), Math.max(a, b)];
      expect(random.normal(key, long).slice(0, short)).toEqual(random.normal(key, short));
    });
  });

  test("a shape draws as many numbers as it has elements, and the empty shape one", () => {
    const key = random.key(3);
    expect(random.uniform(key, [2, 3, 4])).toEqual(random.uniform(key, 24));
    expect(random.uniform(key, [])).toHaveLength(1);
    expect(random.uniform(key, [5, 0])).toHaveLength(0);
  });

  test("uniform numbers stay inside their bounds", () => {
    always([keys, fc.float({ min: -1e3, max: 1e3, noNaN: true })], (key, min) => {
      const max = Math.fround(min + 1);
      for (const u of random.uniform(key, 50, { min, max })) {
        expect(u >= min && u <= max).toBe(true);
      }
    });
  });

  test("truncated normal numbers stay strictly inside their bounds, also far out", () => {
    const bounds = fc.float({ min: -8, max: 8, noNaN: true });
    always([keys, bounds, bounds], (key, a, b) => {
      fc.pre(a !== b);
      const [lower, upper] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(upper - lower > 1e-3);
      for (const x of random.truncatedNormal(key, 50, { lower, upper })) {
        expect(x > lower && x < upper).toBe(true);
      }
    });
  });

  test("whole numbers are at least min and less than max", () => {
    const bound = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    always([keys, bound, bound], (key, a, b) => {
      fc.pre(a !== b);
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      expect([...random.randint(key, 50, min, max)].every((n) => n >= min && n < max)).toBe(true);
    });
  });

  test("a permutation holds every number once", () => {
    always([keys, counts], (key, n) => {
      expect([...random.permutation(key, n)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: n }, (_, i) => i),
      );
    });
  });

  test("a choice without replacement repeats nothing, with and without weights", () => {
    always([keys, fc.integer({ min: 1, max: 100 }), fc.boolean()], (key, n, weighted) => {
      const p = weighted ? new Float32Array(n).fill(1 / n) : undefined;
      const chosen = random.choice(key, n, Math.ceil(n / 2), { replace: false, ...(p && { p }) });
      expect(new Set(chosen).size).toBe(Math.ceil(n / 2));
    });
  });

  test("what has probability 0 is never drawn", () => {
    always([keys], (key) => {
      expect(random.choice(key, 3, 100, { p: [0.5, 0, 0.5] })).not.toContain(1);
      expect(random.choice(key, 3, 2, { p: [0.5, 0, 0.5], replace: false })).not.toContain(1);
      expect(random.categorical(key, [0, -Infinity, 0], 100)).not.toContain(1);
      expect(random.bernoulli(key, 0, 100)).not.toContain(1);
      expect(random.bernoulli(key, 1, 100)).not.toContain(0);
    });
  });

  test("a hundred thousand normal numbers have the moments of the normal distribution", () => {
    const x = random.normal(random.key(11), 100_000);
    const moment = (power: number) => x.reduce((sum, value) => sum + value ** power, 0) / x.length;
    // Four standard errors: √(1/n), √(2/n), √(15/n), √(96/n).
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / x.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / x.length));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / x.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / x.length));
  });
});

describe("misuse", () => {
  const key = random.key(0);
  const wrong: Record<string, () => unknown> = {
    "a negative seed": () => random.key(-1),
    "a fractional seed": () => random.key(0.5),
    "folding in a negative number": () => random.foldIn(key, -1),
    "a negative count of keys": () => random.split(key, -1),
    "a fractional shape": () => random.bits(key, [2, 1.5]),
    "an absurd shape": () => random.normal(key, [1e9, 1e9]),
    "exchanged bounds": () => random.uniform(key, 1, { min: 1, max: 0 }),
    "an infinite bound": () => random.uniform(key, 1, { max: Infinity }),
    "an empty truncation": () => random.truncatedNormal(key, 1, { lower: 1, upper: 1 }),
    "an empty range": () => random.randint(key, 1, 5, 5),
    "a probability above one": () => random.bernoulli(key, 1.5, 1),
    "too many without replacement": () => random.choice(key, 3, 4, { replace: false }),
    "too few probabilities": () => random.choice(key, 3, 1, { p: [1] }),
    "a negative probability": () => random.choice(key, 2, 1, { p: [2, -1] }),
    "no logits": () => random.categorical(key, [], 1),
    "a logit that is no number": () => random.categorical(key, [0, Number.NaN], 1),
  };

  test.each(Object.keys(wrong))("%s is an error that says what to do", (name) => {
    expect(wrong[name]).toThrow(HamError);
    expect(wrong[name]).toThrowErrorMatchingSnapshot();
  });
});
