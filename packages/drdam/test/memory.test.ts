// Streaming: patterns come and go in any order, and the memory is the same to the last bit.

import { foldIn, key, normal, permutation, randint, uniform } from "@hamlet/core";
import {
  type DistributedMemory,
  FAMILIES,
  FeatureMap,
  KINDS,
  lseDescent,
  loadMemory,
  makeMemory,
} from "@hamlet/drdam";
import { HamError } from "@hamlet/graph";
import { beforeAll, describe, expect, test } from "vitest";
import { samples, some } from "../../../tools/samples.ts";
import { coins, rowsOf } from "./notebook.ts";

const D = 6;
const OPTIONS = { D, Y: 64, beta: 2, key: key(1) } as const;
const patterns = (count: number, seed = 2) => normal(key(seed), [count, D]).map((x) => x / 2);

async function errorOf(run: () => unknown): Promise<HamError> {
  try {
    await run();
  } catch (error) {
    if (HamError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe.each(KINDS.flatMap((kind) => FAMILIES.map((family) => ({ kind, family }))))(
  "$kind features, $family rows",
  ({ kind, family }) => {
    const options = { ...OPTIONS, kind, family };

    test("T is the sum of the patterns' features", async () => {
      const memory = makeMemory(options);
      await memory.store(patterns(20));
      const map = new FeatureMap(memory.features);
      const expected = new Float64Array(2 * OPTIONS.Y);
      for (const pattern of rowsOf(patterns(20), D)) {
        map.phi(pattern).forEach((entry, i) => (expected[i] += entry));
      }
      const T = memory.T();
      expected.forEach((sum, i) => expect(Math.abs(T[i] - sum)).toBeLessThan(1e-12));
      expect(memory.count).toBe(20);
    });

    test("what is forgotten leaves no trace", async () => {
      const memory = makeMemory(options);
      await memory.store(patterns(20));
      const before = memory.T();
      await memory.store(patterns(300, 5));
      await memory.forget(patterns(300, 5));
      // Asked for: 1e-10. The sums are exact, so it is every bit.
      expect(memory.T()).toEqual(before);
      expect(memory.count).toBe(20);
    });

    test("a saved memory goes on as if it had stayed", async () => {
      const memory = makeMemory(options);
      await memory.store(patterns(20));
      const saved = memory.save();
      const bytes = saved.slice();
      const loaded = loadMemory(saved);
      for (const each of [memory, loaded]) await each.store(patterns(5, 9));
      expect(loaded.T()).toEqual(memory.T());
      expect(loaded.count).toBe(25);
      expect(saved).toEqual(bytes);
      expect(loaded.energy(patterns(1))).toBe(memory.energy(patterns(1)));
    });
  },
);

test("a memory that was asked answers anew after every change", async () => {
  const query = patterns(1, 7);
  const fresh = async (...seeds: number[]) => {
    const memory = makeMemory(OPTIONS);
    for (const seed of seeds) await memory.store(patterns(3, seed));
    return memory;
  };
  const memory = await fresh(2);
  const expectAs = async (...seeds: number[]) => {
    const other = await fresh(...seeds);
    expect(memory.energy(query)).toBe(other.energy(query));
    expect(memory.gradient(query)).toEqual(other.gradient(query));
    expect(memory.T()).toEqual(other.T());
  };
  await expectAs(2);
  await memory.store(patterns(3, 5));
  await expectAs(2, 5);
  memory.merge(await fresh(8));
  await expectAs(2, 5, 8);
  await memory.forget(patterns(3, 2));
  await expectAs(5, 8);
});

test.each(
  some(
    KINDS.flatMap((kind) =>
      FAMILIES.flatMap((family) => [3, 256, 257, 784].map((D) => ({ kind, family, D }))),
    ),
  ),
)(
  "$kind features of $family rows: many patterns at once, or each alone, are the same bits at D = $D",
  async ({ kind, family, D }) => {
    const COUNT = 70;
    const rows = rowsOf(
      normal(key(11), [COUNT, D]).map((x) => x / D),
      D,
    );
    for (const Y of [5, 300]) {
      const [together, alone, cut] = Array.from({ length: 3 }, () =>
        makeMemory({ D, Y, beta: 2, key: key(1), kind, family }),
      );
      await together.store(Float32Array.from(rows.flatMap((row) => [...row])));
      for (const row of rows) await alone.store(row);
      expect(together.save()).toEqual(alone.save());

      // What stands before a wrong one is stored, and nothing of it or behind it.
      const wrong = Float32Array.from(rows.flatMap((row) => [...row]));
      wrong[40 * D] = NaN;
      const { code } = await errorOf(() => cut.store(wrong));
      expect([code, cut.count]).toEqual(["drdam/not-finite", 40]);
      await cut.store(wrong.subarray(41 * D));
      await cut.store(rows[40]);
      expect(cut.save()).toEqual(alone.save());
    }
  },
);

test("an empty memory of the same features shares them, and merges with what was loaded", async () => {
  const memory = makeMemory(OPTIONS);
  await memory.store(patterns(4));
  const other = memory.fresh();
  expect([other.count, other.T().every((sum) => sum === 0)]).toEqual([0, true]);
  expect(other.features).toBe(memory.features);
  await other.store(patterns(3, 5));
  const loaded = loadMemory(memory.save());
  loaded.merge(other);
  await memory.store(patterns(3, 5));
  expect(loaded.save()).toEqual(memory.save());
});

test("others have their turn while the features of the first pattern are drawn", async () => {
  const turnsOf = async (memory: DistributedMemory) => {
    let turns = 0;
    let going = true;
    const turn = () => {
      turns++;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    await memory.store(new Float64Array(784));
    going = false;
    return turns;
  };
  const memory = makeMemory({ D: 784, Y: 16_384, beta: 1, key: key(1) });
  const drawing = await turnsOf(memory);
  // Thirteen million numbers were drawn; the next memory has them.
  expect(drawing).toBeGreaterThan((await turnsOf(memory.fresh())) + 2);
});

test("random orders of merging give the same bits", async () => {
  const shards: Uint8Array[] = [];
  for (let s = 0; s < 24; s++) {
    const memory = makeMemory(OPTIONS);
    await memory.store(patterns(1 + (s % 7), 100 + s));
    shards.push(memory.save());
  }
  const whole = makeMemory(OPTIONS);
  for (let s = 0; s < 24; s++) await whole.store(patterns(1 + (s % 7), 100 + s));
  const expected = whole.T();
  for (let trial = 0; trial < samples(250); trial++) {
    const pool: DistributedMemory[] = [...permutation(foldIn(key(3), trial), 24)].map((s) =>
      loadMemory(shards[s]),
    );
    // Any two of those that are left become one: a random tree, not only a random order.
    for (let step = 0; pool.length > 1; step++) {
      const [pick] = randint(foldIn(foldIn(key(4), trial), step), 1, 0, pool.length - 1);
      const [taken] = pool.splice(pick, 1);
      pool[pick % pool.length].merge(taken);
    }
    const T = pool[0].T();
    if (T.some((entry, i) => !Object.is(entry, expected[i]))) expect(T).toEqual(expected);
  }
});

test("hundreds of thousands of patterns stream through, stopped and resumed, in one size of memory", async () => {
  const options = { D: 64, Y: 64, beta: 1, key: key(1), family: "structured" } as const;
  // A million with HAMLET_SAMPLES=5.
  const CHUNKS = samples(10);
  const chunkOf = (chunk: number) => uniform(foldIn(key(6), chunk), [20_000, 64]);
  const straight = makeMemory(options);
  let broken = makeMemory(options);
  const sizes = new Set<number>();
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const next = chunkOf(chunk);
    await straight.store(next);
    sizes.add(straight.save().byteLength >> 8);
    if (chunk % 17 !== 3) {
      await broken.store(next);
      continue;
    }
    // Stopped in the middle of a chunk, saved, loaded, and gone on with where it ended.
    const signal = { aborted: false };
    const onProgress = ({ done }: { done: number }) => (signal.aborted = done >= 7000);
    const { ending, done } = await broken.store(next, { signal, onProgress });
    expect([ending, done]).toEqual(["aborted", 7168]);
    broken = loadMemory(broken.save());
    await broken.store(next.subarray(done * 64));
  }
  expect(straight.count).toBe(20_000 * CHUNKS);
  expect(broken.count).toBe(20_000 * CHUNKS);
  expect(broken.T()).toEqual(straight.T());
  expect(sizes.size).toBe(1);
});

test("progress counts up to the end", async () => {
  const seen: number[] = [];
  await makeMemory(OPTIONS).store(patterns(700), { onProgress: ({ done }) => seen.push(done) });
  expect(seen).toEqual([256, 512, 700]);
});

describe("a recall", () => {
  const memory = makeMemory({ D, Y: 20_000, beta: 4, key: key(1) });
  const stored = patterns(3).map((x) => 3 * x);
  beforeAll(() => memory.store(stored));

  test("goes to the minimum near a pattern, says so, and never up", async () => {
    const [pattern] = rowsOf(stored, D);
    const query = pattern.map((x, d) => x + (d % 2 === 0 ? 0.2 : -0.2));
    const { state, ending, energies, steps } = await memory.recall(query);
    expect(ending).toBe("converged");
    expect(energies).toHaveLength(steps + 1);
    energies.forEach((energy, t) => expect(energy).toBeLessThanOrEqual(energies[t - 1] ?? 9));
    let exact = Float64Array.from(query);
    for (let step = 0; step < 500; step++) {
      const { gradient } = lseDescent(exact, stored, 4);
      exact = exact.map((x, d) => x - 0.1 * gradient[d]);
    }
    state.forEach((x, d) => expect(Math.abs(x - exact[d])).toBeLessThan(0.05));
    expect(Math.hypot(...memory.gradient(state))).toBeLessThan(1e-4);
  });

  test("that starts where the kernel sum is cut is clipped, not converged", async () => {
    const few = makeMemory({ D, Y: 40, beta: 30, key: key(1) });
    await few.store(stored);
    const ends = new Set<string>();
    for (let k = 0; k < 20; k++) {
      const query = normal(foldIn(key(9), k), D);
      const { ending, state, steps } = await few.recall(query, { depth: 5, alpha: 0.001 });
      ends.add(ending);
      if (ending !== "clipped" || steps > 1) continue;
      expect([...state]).toEqual([...query]);
      expect(few.errorBar(query)).toMatchObject({ trusted: false, reason: "not-positive" });
    }
    expect(ends).toContain("clipped");
    expect(ends).not.toContain("converged");
  });

  test("E3: half of the random queries of a crowded memory are clipped, and none is called converged", async () => {
    const size = 100;
    const crowded = makeMemory({ D: size, Y: 8000, beta: 50, key: key(1) });
    await crowded.store(coins(key(2), [500, size], size));
    const queries = rowsOf(coins(key(3), [100, size], size), size);
    const recalls = queries.map((query) => crowded.recall(query, { depth: 1 }));
    const ends = await Promise.all(recalls);
    const clipped = ends.filter(({ ending }) => ending === "clipped");
    expect(clipped.length / 100).toBeGreaterThan(0.35);
    expect(clipped.length / 100).toBeLessThan(0.65);
    // What holds is named, as by every recall; and what holds nothing back still moved.
    for (const { clips, lastChange } of clipped) {
      expect(clips[0]).toMatchObject({ formula: "max(h, eps)", kind: "floor" });
      expect(lastChange).toBe(0);
    }
    expect(ends.filter(({ lastChange }) => lastChange === 0)).toEqual(clipped);
    expect(ends.map(({ ending }) => ending)).not.toContain("converged");
  });

  test("holds what is clamped, and can be stopped", async () => {
    const start = patterns(1);
    const { state } = await memory.recall(start, { clamp: [1, 0, 0, 0, 0, 1] });
    expect([state[0], state[5]]).toEqual([start[0], start[5]]);
    const free = await memory.recall(start);
    for (const d of [1, 2, 3, 4]) expect(state[d]).not.toBe(start[d]);
    for (const d of [0, 5]) expect(free.state[d]).not.toBe(start[d]);
    const signal = { aborted: false };
    const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 3);
    await expect(memory.recall(patterns(1), { onProgress, signal })).rejects.toMatchObject({
      code: "core/aborted",
    });
  });

  test("says when it ran out of steps, rose, or left the numbers", async () => {
    const start = patterns(1);
    expect((await memory.recall(start, { depth: 2 })).ending).toBe("max-steps");
    expect((await memory.recall(stored.slice(0, D), { depth: 3, alpha: 2.2 })).ending).toBe(
      "energy-increased",
    );
    expect((await memory.recall([Number.NaN, 0, 0, 0, 0, 0])).ending).toBe("non-finite");
    await expect(memory.recall(start, { depth: -1 })).rejects.toMatchObject({
      message: 'recall: expected a whole number from 1 up as "depth", found -1. Change "depth".',
    });
  });
});

describe("bad input", () => {
  test("says where and what, and stores nothing of a bad pattern", async () => {
    const memory = makeMemory(OPTIONS);
    expect((await errorOf(() => memory.store([1, 2]))).message).toBe(
      "store: expected a multiple of D = 6 numbers, one pattern after the other, found 2. Pass them flat, or make the memory for that size.",
    );
    expect((await errorOf(() => memory.energy([1, 2]))).message).toBe(
      "energy: expected D = 6 numbers, found 2. Pass them flat, or make the memory for that size.",
    );
    const bad = patterns(3);
    bad[8] = Infinity;
    expect((await errorOf(() => memory.store(bad))).message).toBe(
      "store: pattern 1 holds NaN or an infinity, which would spoil the whole memory. Leave it out; the patterns before it are stored.",
    );
    expect(memory.count).toBe(1);
    await memory.forget(patterns(1));
    expect((await errorOf(() => memory.forget(patterns(1)))).message).toBe(
      "forget: the memory is empty, so pattern 0 was never stored. Forget what was stored.",
    );
    const other = makeMemory({ ...OPTIONS, beta: 3 });
    expect((await errorOf(() => memory.merge(other))).code).toBe("drdam/different-features");
  });

  test("positive features beyond exact sums are refused", async () => {
    const memory = makeMemory({ D: 1, Y: 4, beta: 1, key: key(1), kind: "positive" });
    await memory.store([1]);
    expect(memory.count).toBe(1);
    const spread = makeMemory({ D: 100, Y: 400, beta: 1, key: key(1), kind: "positive" });
    const pattern = spread.features.projection
      .matrix()
      .slice(0, 100)
      .map((x) => x / 2);
    expect((await errorOf(() => spread.store(pattern))).code).toBe("drdam/too-large");
    expect(spread.T().every((entry) => entry === 0)).toBe(true);
  });

  test("a file that is none of ours is refused", async () => {
    const good = makeMemory(OPTIONS).save();
    expect((await errorOf(() => loadMemory(good.slice(0, 60)))).code).toBe("core/bad-safetensors");
    const text = new TextDecoder("latin1").decode(good);
    const changed = (from: string, to: string) =>
      Uint8Array.from(text.replace(from, to), (letter) => letter.charCodeAt(0));
    expect(
      (await errorOf(() => loadMemory(changed('"drdam":"1"', '"drdam":"7"'), "m.bin"))).message,
    ).toBe(
      "m.bin: expected a memory of version 1, found version 7. Name a file that a memory was saved to.",
    );
    const larger = changed(String.raw`\"Y\":64`, String.raw`\"Y\":65`);
    expect((await errorOf(() => loadMemory(larger))).code).toBe("drdam/bad-file");
    expect((await errorOf(() => loadMemory(changed('"high"', '"hihg"')))).code).toBe(
      "drdam/bad-file",
    );
  });
});
