// Every mistake in what is asked is named before anything is computed.

import { key } from "@hamlet/core";
import {
  classifySamples,
  collapseTime,
  denseMemoryEnergy,
  energyCensus,
  exactScore,
  gridPoints,
  hutchinson,
  inverseTemperatureAt,
  logLikelihood,
  pointsOf,
  polygonPoints,
  ringMinimum,
  sampleEulerMaruyama,
  type SamplerOptions,
  timeSteps,
  varianceExploding,
  wardClusters,
} from "@hamlet/diffusion";
import { HamError } from "@hamlet/graph";
import { expect, test } from "vitest";

const noise = varianceExploding(1);
const patterns = polygonPoints(3);
const exact = exactScore(patterns, noise);
const settings: SamplerOptions = { noise, key: key(0), count: 4, steps: 5 };

/** The code and the message of what is thrown, now or later. */
async function thrownBy(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return `${error.code}\n${error.message}`;
  }
  return "nothing";
}

test("noise and times", async () => {
  expect(await thrownBy(() => varianceExploding(0))).toMatchInlineSnapshot(`
    "diffusion/sigma
    The diffusion coefficient must be a number above 0, not 0; 1 suits data of unit size."
  `);
  expect(await thrownBy(() => inverseTemperatureAt(noise, 0))).toMatchInlineSnapshot(`
    "diffusion/time
    The time must be above 0, where there is some noise, not 0."
  `);
  expect(await thrownBy(() => exact.score(Float64Array.of(1, 2), Float64Array.of(-1))))
    .toMatchInlineSnapshot(`
    "diffusion/time
    The time must be above 0, where there is some noise, not -1."
  `);
  expect(await thrownBy(() => ringMinimum(Number.NaN))).toMatchInlineSnapshot(`
    "diffusion/beta
    The inverse temperature must be a number above 0, not NaN."
  `);
  expect(await thrownBy(() => energyCensus(patterns, { beta: -2 }))).toMatchInlineSnapshot(`
    "diffusion/beta
    The inverse temperature must be a number above 0, not -2."
  `);
});

test("grids of time and of the plane", async () => {
  expect(await thrownBy(() => timeSteps({ steps: 1 }))).toMatchInlineSnapshot(`
    "diffusion/steps
    A sampler takes a whole number of steps from 2 up, not 1; 500 are plenty."
  `);
  expect(await thrownBy(() => timeSteps({ end: 0 }))).toMatchInlineSnapshot(`
    "diffusion/end
    The time next to the data must lie between 0 and 1, without either, not be 0."
  `);
  expect(await thrownBy(() => timeSteps({ grid: "cosine" as "linear" }))).toMatchInlineSnapshot(`
    "diffusion/grid
    There is no grid called "cosine". There is: geometric, linear, notebook."
  `);
  expect(await thrownBy(() => gridPoints({ rows: 1 }))).toMatchInlineSnapshot(`
    "diffusion/grid-size
    A grid has a whole number of rows from 2 up, not 1."
  `);
});

test("samplers", async () => {
  expect(await thrownBy(() => sampleEulerMaruyama(exact, { ...settings, count: 0 })))
    .toMatchInlineSnapshot(`
    "diffusion/count
    A sampler draws a whole number of samples from 1 up, not 0."
  `);
  const broken = { ...exact, score: async (x: Float64Array) => x.map(() => Number.NaN) };
  expect(await thrownBy(() => sampleEulerMaruyama(broken, settings))).toMatchInlineSnapshot(`
    "diffusion/diverged
    The samples ran off to numbers that are not finite. Take more steps, or look at the score: a network that was not trained gives no way back."
  `);
});

test("likelihoods", async () => {
  expect(await thrownBy(() => logLikelihood(exact, patterns, { noise, t: 1 })))
    .toMatchInlineSnapshot(`
    "diffusion/end
    The time next to the data must lie between 0 and 1, without either, not be 1."
  `);
  expect(await thrownBy(() => logLikelihood(exact, pointsOf([[1, 2, 3]]), { noise })))
    .toMatchInlineSnapshot(`
    "graph/bad-shape
    points: expected rows of 2 numbers, as what they meet has, found rows of 3. Pass rows of the same length."
  `);
  expect(await thrownBy(() => logLikelihood(exact, patterns, { noise, maxSteps: 3 }))).toMatch(
    /^diffusion\/too-many-steps\nAfter 3 steps 3 points have not arrived; the first of them stands at t = /,
  );
  expect(await thrownBy(() => hutchinson(exact, { key: key(0), probes: 0 })))
    .toMatchInlineSnapshot(`
    "diffusion/probes
    The number of probes must be a whole number from 1 up, not 0."
  `);
  expect(await thrownBy(() => hutchinson(exact, { key: key(0), distance: 0 })))
    .toMatchInlineSnapshot(`
    "diffusion/distance
    The distance to look must be a number above 0, not 0."
  `);
});

test("patterns, clusters and thresholds", async () => {
  expect(await thrownBy(() => denseMemoryEnergy(patterns, pointsOf([[1]]), 1)))
    .toMatchInlineSnapshot(`
    "graph/bad-shape
    x: expected rows of 2 numbers, as what they meet has, found rows of 1. Pass rows of the same length."
  `);
  expect(await thrownBy(() => wardClusters(patterns, { threshold: 0 }))).toMatchInlineSnapshot(`
    "diffusion/threshold
    The distance threshold of clusters must be a number above 0, not 0."
  `);
  const classify = () => classifySamples(patterns, patterns, { memorised: 0.1, duplicate: -1 });
  expect(await thrownBy(classify)).toMatchInlineSnapshot(`
    "diffusion/threshold
    The threshold "duplicate" must be a number above 0, not -1."
  `);
  expect(await thrownBy(() => collapseTime(patterns, { noise, count: 2 }))).toMatchInlineSnapshot(`
    "diffusion/population
    The collapse of K patterns takes K from 2 up and a population of at least 2K points: found K = 2 and 3 points. Draw more points from what the patterns were drawn from."
  `);
});
