// The zoo: energies that are claimed fall, and what has none comes back to where it was.

import { foldIn, key, normal, uniform } from "@hamlet/core";
import {
  type Cell,
  CELLS,
  measureCell,
  SEPARATIONS,
  SIMILARITIES,
  updateOf,
} from "@hamlet/ham/zoo";
import { describe, expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";
import { drawnRun, fallsInRun } from "./zoo-runs.ts";

const named = (cells: readonly Cell[]) =>
  cells.map((cell) => [`${cell.similarity}, ${cell.separation}`, cell] as const);
const falling = CELLS.filter(({ verdict }) => verdict.energy === "falls");
const others = CELLS.filter(({ verdict }) => verdict.energy === "none");

test("every similarity meets every separation, and something is known of each", () => {
  expect(CELLS).toHaveLength(40);
  expect(falling).toHaveLength(28);
  expect(others).toHaveLength(12);
});

describe("the energy falls in every update", () => {
  // All 10 000 runs of each cell: node tools/try-zoo.ts
  test.each(named(falling))("of %s", (_, cell) => {
    for (let run = 0; run < samples(40); run++) {
      fallsInRun(cell, foldIn(key(seed()), run));
    }
  });
});

describe("updates come back to where they were, so that nothing falls in all of them", () => {
  test.each(named(others))("of %s", (_, cell) => {
    const { verdict } = cell;
    if (verdict.energy !== "none") throw new Error("not among these");
    const { beta, patterns, state, period } = verdict.counterexample;
    const update = updateOf(
      cell,
      patterns.map((row) => Float64Array.from(row)),
      beta,
    );
    let now: Float64Array = Float64Array.from(state);
    const path = [now];
    for (let n = 0; n < 3 * period; n++) path.push((now = update(now)));
    const far = (a: Float64Array, b: Float64Array) =>
      a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
    path.slice(period).forEach((there, n) => expect(far(there, path[n])).toBeLessThan(1e-9));
    // Neither do ties decide: what begins close by goes along.
    const near = path[0].map((x, i) => x + (i % 2 === 0 ? 1e-7 : -1e-7));
    let beside: Float64Array = near;
    for (let n = 1; n <= period; n++) {
      expect(far((beside = update(beside)), path[n])).toBeLessThan(1e-5);
    }
    // And in between it is elsewhere.
    for (let n = 1; n < period; n++) expect(far(path[n], path[0])).toBeGreaterThan(0.01);
  });
});

describe("updates by weights of 0 and 1 end at a fixed point itself, after finitely many", () => {
  const finite = falling.filter(({ verdict }) => verdict.energy === "falls" && verdict.isFinite);

  test("of four cells, those of Epanechnikov's kernel", () => {
    expect(finite.map(({ similarity, separation }) => `${similarity}, ${separation}`)).toEqual(
      ["dot", "euclid", "cosine", "kl"].map((similarity) => `${similarity}, epanechnikov`),
    );
  });

  test.each(named(finite))("%s", (_, cell) => {
    for (let run = 0; run < samples(40); run++) {
      const { state, update, patterns, weights } = drawnRun(cell, foldIn(key(seed()), run));
      let [now, next, steps] = [state, update(state), 0];
      while (next.some((x, i) => x !== now[i])) {
        [now, next] = [next, update(next)];
        steps++;
        expect(steps).toBeLessThanOrEqual(2 ** patterns.length);
      }
      // What it comes to rest at is what the patterns in reach of it make.
      if (steps === 0) continue;
      const own = weights(now);
      expect([...own].every((weight) => weight === 0 || weight === 1)).toBe(true);
      expect([...SIMILARITIES[cell.similarity].combined(own, patterns, now)]).toEqual([...now]);
    }
  });
});

describe("a separation", () => {
  test.each(Object.values(SEPARATIONS))(
    "$name has weights that are the slope of its potential",
    ({ potential, weights }) => {
      const z = normal(key(5), [6]).map((x) => x) as Float32Array;
      const at = Float64Array.from(z);
      const slope = weights(at);
      at.forEach((_, m) => {
        const moved = (by: number) => potential(at.map((x, n) => (n === m ? x + by : x)));
        expect(slope[m]).toBeCloseTo((moved(1e-6) - moved(-1e-6)) / 2e-6, 6);
      });
    },
  );

  test.each(Object.values(SEPARATIONS))(
    "$name has a convex potential, and says whether weights are ≥ 0",
    ({ potential, weights, isPositive, isTame }) => {
      for (let run = 0; run < samples(100); run++) {
        const [a, b] = [0, 1].map((n) =>
          Float64Array.from(normal(foldIn(foldIn(key(seed()), run), n), [5]), (x) => 2 * x),
        );
        const half = a.map((x, m) => (x + b[m]) / 2);
        const chord = (potential(a) + potential(b)) / 2;
        expect(potential(half)).toBeLessThanOrEqual(chord + 1e-9 * (1 + Math.abs(chord)));
        if (isPositive) expect(Math.min(...weights(a))).toBeGreaterThanOrEqual(0);
        const far = potential(a.map((x) => 1e2 * x)) / 1e2;
        if (isTame) expect(Math.abs(far)).toBeLessThan(5 * (1 + Math.max(...a.map(Math.abs))));
      }
    },
  );

  test("sparsemax and entmax are weights that sum to 1, as softmax is", () => {
    const z = Float64Array.from(normal(key(3), [7]));
    for (const name of ["softmax", "sparsemax", "entmax", "top-k"] as const) {
      expect(SEPARATIONS[name].weights(z).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe("the measurement", () => {
  const plan = {
    size: 24,
    counts: [2, 8],
    noise: 0.1,
    noises: [0, 0.1, 0.5],
    count: 4,
    trials: 12,
    key: key(1),
  };
  const measured = (similarity: string, separation: string) => {
    const cell = CELLS.find(
      (one) => one.similarity === similarity && one.separation === separation,
    )!;
    const work = measureCell(cell, plan);
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
  };

  test("brings everything back by softmax, and nothing of half of its pixels", () => {
    const { capacity, basin, mended, held } = measured("euclid", "softmax");
    expect(capacity).toBe(8);
    expect(held.map(({ K }) => K)).toEqual([2, 8]);
    expect(mended[2].share).toBeLessThan(0.5);
    expect(basin).toBe(0.1);
    for (const { share, low, high } of [...held, ...mended]) {
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
    }
  });

  test("finds that the mean of what is least alike is no memory", () => {
    expect(measured("manhattan", "identity").capacity).toBe(0);
  });

  test("takes patterns as each similarity does, and gives the signs back", () => {
    const signs = Float64Array.from(uniform(key(2), [16]), (x) => (x < 0.5 ? -1 : 1));
    for (const { prepared, signsOf } of Object.values(SIMILARITIES)) {
      expect([...signsOf(prepared(signs))]).toEqual([...signs]);
    }
  });
});
