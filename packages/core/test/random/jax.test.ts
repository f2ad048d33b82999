import { readFileSync } from "node:fs";

import * as random from "@hamlet/core";
import { describe, expect, test } from "vitest";

interface Case {
  seed: number;
  key: number[];
  bits8: number[];
  bits_2x3: number[][];
  split3: number[][];
  fold_in_7: number[];
  uniform5: number[];
  uniform_2x3_minus2_5: number[][];
  normal5: number[];
  normal_2x3: number[][];
  truncated_normal5: number[];
  bernoulli_p03_8: number[];
  randint_0_100_6: number[];
  permutation10: number[];
  choice_100_5_replace: number[];
  choice_100_5_noreplace: number[];
  choice_pm1_p02_12: number[];
  categorical5: number[];
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const cases: Case[] = JSON.parse(read("../../../../fixtures/prng.json"));
const digests: Record<string, number> = JSON.parse(read("../fixtures/jax-streams.json"));

// Every comparison is exact: equal numbers here are equal bits.
describe.each(cases)("JAX's streams for seed $seed, bit for bit", (jax) => {
  const key = random.key(jax.seed);

  test("key, split and fold-in", () => {
    expect([...key]).toEqual(jax.key);
    expect(random.split(key, 3)).toEqual(jax.split3);
    expect([...random.foldIn(key, 7)]).toEqual(jax.fold_in_7);
  });

  test("bits", () => {
    expect([...random.bits(key, 8)]).toEqual(jax.bits8);
    expect([...random.bits(key, [2, 3])]).toEqual(jax.bits_2x3.flat());
  });

  test("uniform", () => {
    expect([...random.uniform(key, 5)]).toEqual(jax.uniform5);
    expect([...random.uniform(key, [2, 3], { min: -2, max: 5 })]).toEqual(
      jax.uniform_2x3_minus2_5.flat(),
    );
  });

  test("normal and truncated normal", () => {
    expect([...random.normal(key, 5)]).toEqual(jax.normal5);
    expect([...random.normal(key, [2, 3])]).toEqual(jax.normal_2x3.flat());
    expect([...random.truncatedNormal(key, 5)]).toEqual(jax.truncated_normal5);
  });

  test("bernoulli", () => {
    expect([...random.bernoulli(key, 0.3, [8])]).toEqual(jax.bernoulli_p03_8);
  });

  test("whole numbers, permutations and choices", () => {
    expect([...random.randint(key, 6, 0, 100)]).toEqual(jax.randint_0_100_6);
    expect([...random.permutation(key, 10)]).toEqual(jax.permutation10);
    expect([...random.choice(key, 100, 5)]).toEqual(jax.choice_100_5_replace);
    expect([...random.choice(key, 100, 5, { replace: false })]).toEqual(jax.choice_100_5_noreplace);
  });

  test("weighted choice and categorical", () => {
    const chosen = [...random.choice(key, 2, 12, { p: [0.2, 0.8] })].map((i) => [-1, 1][i]);
    expect(chosen).toEqual(jax.choice_pm1_p02_12);
    const logits = Float32Array.of(0.1, 0.2, 0.3, 0.4).map(Math.log);
    expect([...random.categorical(key, logits, 5)]).toEqual(jax.categorical5);
  });
});

function digest({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
  return new Uint8Array(buffer, byteOffset, byteLength).reduce(
    (hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0,
    0x811c9dc5,
  );
}

describe("long streams have the digest of JAX's, so every bit is equal", () => {
  const key = random.key(42);
  const count = 50_000;
  const p = Float32Array.from({ length: 300 }, (_, i) => (1 + (i % 13)) / 2048);
  const logits = Float32Array.from({ length: 50 }, (_, i) => (i % 7) / 4);
  const streams: Record<string, () => ArrayBufferView> = {
    normal: () => random.normal(key, count),
    truncatedNormal: () => random.truncatedNormal(key, count),
    truncatedNormalAsymmetric: () => random.truncatedNormal(key, count, { lower: 0.3, upper: 2.7 }),
    uniform: () => random.uniform(key, count, { min: 0.1, max: 0.7 }),
    gumbel: () => random.gumbel(key, count),
    bernoulli: () => random.bernoulli(key, 0.3, count),
    randint: () => random.randint(key, count, -5, 100_000),
    randintWide: () => random.randint(key, count, -(2 ** 31), 2 ** 31 - 1),
    permutation: () => random.permutation(key, count),
    permutationOf2000: () => random.permutation(key, 2000),
    choiceWeighted: () => random.choice(key, 300, count, { p }),
    choiceWeightedDistinct: () => random.choice(key, 300, 250, { p, replace: false }),
    categorical: () => random.categorical(key, logits, 5000),
  };

  test("every digest has a stream", () => {
    expect(Object.keys(streams)).toEqual(Object.keys(digests));
  });

  test.each(Object.keys(streams))("%s", (name) => {
    expect(digest(streams[name]())).toBe(digests[name]);
  });
});
