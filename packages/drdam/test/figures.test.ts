// The data of the figures, against the same values one state at a time.

import { key, normal } from "@hamlet/core";
import {
  exactLandscape,
  FeatureMap,
  featureLandscape,
  featureOverGrid,
  kernelScatter,
  KINDS,
  lseDescent,
  makeMemory,
  rbfKernelOf,
  spaced,
} from "@hamlet/drdam";
import { expect, test } from "vitest";

const [D, beta] = [4, 1.5];
const patterns = normal(key(1), [5, D]);
const grid = {
  xs: spaced(-1, 2, 4),
  ys: spaced(0, 3, 3),
  origin: normal(key(2), D),
  u: [0.5, 0.5, 0, 0.1],
  w: [0, 0.3, -1, 0],
};
const stateAt = (x: number, y: number) =>
  Float64Array.from(grid.origin, (entry, d) => entry + x * grid.u[d] + y * grid.w[d]);
const states = grid.ys.flatMap((y) => grid.xs.map((x) => stateAt(x, y)));

test("an exact landscape is the energy over a plane", async () => {
  const found = await exactLandscape(patterns, grid, { D, beta });
  states.forEach((state, i) => expect(found[i]).toBe(lseDescent(state, patterns, beta).energy));
});

test.each(KINDS)("a landscape of %s features is the memory's energy over a plane", async (kind) => {
  for (const family of ["gaussian", "structured"] as const) {
    const memory = makeMemory({ D, Y: 700, beta, key: key(3), kind, family });
    await memory.store(patterns);
    const found = await featureLandscape(memory.features, memory.T(), grid);
    states.forEach((state, i) => expect(found[i]).toBeCloseTo(memory.energy(state), 9));
  }
});

test("one feature over a plane is that entry of the feature vector", async () => {
  const { features } = makeMemory({ D, Y: 700, beta, key: key(3) });
  const map = new FeatureMap(features);
  for (const entry of [0, 300, 699, 700, 1100]) {
    const found = await featureOverGrid(features, entry, grid);
    states.forEach((state, i) => expect(found[i]).toBe(map.phi(state)[entry]));
  }
});

test("a kernel scatter holds every pair, exact and by features", async () => {
  const { features } = makeMemory({ D, Y: 20_000, beta, key: key(3) });
  const queries = normal(key(4), [3, D]);
  const { exact, approx } = await kernelScatter(queries, patterns, { features });
  expect(exact).toHaveLength(15);
  const row = (all: Float32Array, k: number) => all.slice(k * D, (k + 1) * D);
  expect(exact[7]).toBeCloseTo(rbfKernelOf(row(queries, 1), row(patterns, 2), beta), 14);
  exact.forEach((kernel, i) => expect(Math.abs(kernel - approx[i])).toBeLessThan(0.03));
});
