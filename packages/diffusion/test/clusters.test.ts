import { key, normal } from "@hamlet/core";
import {
  classifySamples,
  type Points,
  pointsOf,
  polygonPoints,
  wardClusters,
} from "@hamlet/diffusion";
import { expect, test } from "vitest";

// scipy.cluster.hierarchy.linkage(points, "ward") and fcluster(…, criterion="distance").
const scipy = {
  points: [
    [1.02, -1.28],
    [0.21, -0.28],
    [-0.23, -0.11],
    [-1.01, -0.12],
    [2.39, 3.33],
    [3.16, 0.75],
    [2.8, 0.53],
    [2.26, 0.73],
    [1.19, -3.1],
    [1.38, -3.08],
    [1.01, -2.38],
    [1.22, -3.2],
  ],
  heights: [
    0.10440306508910559, 0.21763884457207233, 0.42190046219458, 0.4716990566028302,
    0.8378544026261366, 0.9656776549829317, 1.1579435795121165, 2.1120606051910533,
    3.2859017027294044, 5.55064110411281, 8.451024592714582,
  ],
  cuts: [
    { threshold: 0.6, labels: [8, 4, 4, 5, 3, 1, 1, 2, 6, 6, 7, 6] },
    { threshold: 1.2, labels: [5, 3, 3, 3, 2, 1, 1, 1, 4, 4, 4, 4] },
    { threshold: 4.0, labels: [3, 2, 2, 2, 1, 1, 1, 1, 3, 3, 3, 3] },
  ],
};
const points = pointsOf(scipy.points);

test("mergers have the heights of SciPy", async () => {
  const { heights } = await wardClusters(points, { threshold: 1 });
  expect(heights).toHaveLength(scipy.heights.length);
  scipy.heights.forEach((height, i) => expect(heights[i]).toBeCloseTo(height, 10));
});

test.each(scipy.cuts)(
  "clusters at the threshold $threshold are those of SciPy",
  async ({ threshold, labels }) => {
    const { labels: found, sizes } = await wardClusters(points, { threshold });
    // The same partition, whatever its parts are called.
    const pairs = new Set(labels.map((label, i) => `${label} ${found[i]}`));
    expect(pairs.size).toBe(new Set(labels).size);
    expect(sizes).toHaveLength(pairs.size);
  },
);

test("what is as far apart as the threshold stays apart", async () => {
  const pair = pointsOf([[0], [1]]);
  const apart = await wardClusters(pair, { threshold: 1 });
  expect(apart.sizes).toHaveLength(2);
  const together = await wardClusters(pair, { threshold: 1 + 1e-9 });
  expect(together.sizes).toHaveLength(1);
});

test("clusters come by falling size, with their means", async () => {
  const { labels, centers, sizes } = await wardClusters(
    pointsOf([
      [10, 0],
      [0, 0],
      [10, 2],
      [0, 1],
      [0, 2],
    ]),
    { threshold: 5 },
  );
  expect(labels).toEqual(Int32Array.of(1, 0, 1, 0, 0));
  expect(sizes).toEqual(Int32Array.of(3, 2));
  expect(centers.data).toEqual(Float64Array.of(0, 1, 10, 1));
});

test("points below the threshold of all become one cluster, equal points too", async () => {
  const one = [1, 1];
  const equal = await wardClusters(pointsOf([one, one, one]), { threshold: 1e-9 });
  expect(equal.sizes).toEqual(Int32Array.of(3));
  const single = await wardClusters(pointsOf([one]), { threshold: 1 });
  expect(single.heights).toHaveLength(0);
});

test("1500 samples around nine places are nine clusters", async () => {
  const centres = polygonPoints(9, { radius: 5 });
  const z = normal(key(2), 3000);
  const samples: Points = {
    shape: [1500, 2],
    data: Float64Array.from(
      z,
      (step, k) => centres.data[(Math.floor(k / 2) % 9) * 2 + (k % 2)] + 0.01 * step,
    ),
  };
  const { sizes } = await wardClusters(samples, { threshold: 2 });
  expect(sizes.length).toBe(9);
  expect(sizes[8]).toBe(166);
});

test("samples are memorised, spurious or generalised", async () => {
  const patterns = pointsOf([
    [1, 0],
    [-1, 0],
  ]);
  const samples = pointsOf([
    [1, 0.01],
    [0, 1],
    [0, 1.01],
    [0, -1],
    [-0.95, 0],
  ]);
  const { kinds, counts, toPattern, toSample } = await classifySamples(samples, patterns, {
    memorised: 0.1,
    duplicate: 0.05,
  });
  expect(kinds).toEqual(["memorised", "spurious", "spurious", "generalised", "memorised"]);
  expect(counts).toEqual({ memorised: 2, spurious: 2, generalised: 1 });
  expect(toPattern[0]).toBeCloseTo(0.01, 12);
  expect(toSample[1]).toBeCloseTo(0.01, 12);
});

test("a memorised sample stays so however many there are of it", async () => {
  const same = pointsOf([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  const { counts } = await classifySamples(same, pointsOf([[0, 0]]), {
    memorised: 0.1,
    duplicate: 0.1,
  });
  expect(counts.memorised).toBe(3);
});
