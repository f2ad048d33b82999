// Diffusion models as associative memories: networks that learn few patterns, some, and many, and
// the exact energies beside theirs.
//
// Pham, Raya, Negri, Zaki, Ambrogioni and Krotov (2025), Memorization to generalization: emergence
// of diffusion models from associative memory, arXiv:2505.21777.

import { foldIn, key as keyOf } from "@hamlet/core";
import {
  circlePoints,
  exactScore,
  logLikelihood,
  networkScore,
  type Points,
  subset,
  type TrainedScore,
  varianceExploding,
} from "@hamlet/diffusion";
import { drawFigures, type Pair } from "./diffusion/figures.ts";
import { learn } from "./diffusion/learn.ts";
import { type Effort, ENERGY_TIME, type Measured, measure, NEAR } from "./diffusion/measure.ts";
import type { Findings, Reproduction, ReproduceOptions } from "./reproduction.ts";

/** The notebook's. */
const DEFAULTS = { data: 60_000, iterations: 50_000, sizes: [2, 9, 1000] };
/** Enough for the ring to show, not for what the paper finds. */
const SHORT_ITERATIONS = 1000;
const FULL: Effort = { samples: 1500, steps: 500, columns: 61 };
const SHORT: Effort = { samples: 200, steps: 40, columns: 9 };
const NOISE = varianceExploding(1);
/** How much of the work of one size is its training. */
const TRAINING = 0.9;

/** One number of patterns, when all is done. */
interface Result extends Pair {
  readonly iterations: number;
}

export const diffusion: Reproduction = {
  name: "diffusion",
  description: "diffusion models that memorise, make up and generalise points on a circle",
  async run(options) {
    const sizes = options.sizes ?? DEFAULTS.sizes;
    const seed = keyOf(options.seed);
    const circle = circlePoints(foldIn(seed, 0), { count: DEFAULTS.data });
    const results: Result[] = [];
    for (const count of sizes) {
      const patterns = subset(circle, { count, key: foldIn(seed, 1) });
      results.push(await resultOf(patterns, options, 1 / sizes.length));
    }
    return findingsOf(results);
  },
};

async function resultOf(
  patterns: Points,
  {
    seed,
    short,
    iterations = short ? SHORT_ITERATIONS : DEFAULTS.iterations,
    out,
    bar,
  }: ReproduceOptions,
  share: number,
): Promise<Result> {
  const title = `K = ${patterns.shape[0]}`;
  const [training, sampling] = [2, 3].map((stream) => foldIn(keyOf(seed), stream));
  let done = 0;
  const advanceTo = (part: number, what: string) => {
    bar.advance(share * (part - done), `${title}: ${what}`);
    done = part;
  };
  const trained = await learn({
    patterns,
    noise: NOISE,
    iterations,
    key: training,
    seed,
    out,
    onProgress: (iteration, loss) =>
      advanceTo(
        (TRAINING * iteration) / iterations,
        `${iteration} iterations, loss ${loss.toFixed(4)}`,
      ),
  });
  const about = { noise: NOISE, key: sampling, effort: short ? SHORT : FULL };
  advanceTo(TRAINING, "samples and energies");
  const learned = await measureLearned(trained, patterns, about);
  const exact = exactScore(patterns, NOISE);
  const logDensity = async ({ data }: Points) => exact.logDensity(data, ENERGY_TIME);
  const beside = await measure({ score: exact, logDensity }, patterns, about);
  advanceTo(1, "done");
  const { losses } = trained;
  return { patterns, losses, iterations: trained.iterations, learned, exact: beside };
}

async function measureLearned(
  { model }: TrainedScore,
  patterns: Points,
  about: Parameters<typeof measure>[2],
): Promise<Measured> {
  using score = networkScore(model);
  const logDensity = (points: Points) =>
    logLikelihood(score, points, { noise: NOISE, t: ENERGY_TIME, tolerance: 1e-5 });
  return await measure({ score, logDensity }, patterns, about);
}

function findingsOf(results: readonly Result[]): Findings {
  return {
    table: {
      head: [
        "K",
        "score",
        `within ${NEAR}`,
        "mean |r − 1|",
        "directions",
        "memorised",
        "spurious",
        "generalised",
        "clusters",
        "their energies",
      ],
      rows: results.flatMap(({ patterns, learned, exact }) => [
        rowOf(patterns, "learned", learned),
        rowOf(patterns, "exact", exact),
      ]),
    },
    results: results.flatMap(({ patterns, iterations, losses, learned, exact }) => [
      {
        K: patterns.shape[0],
        score: "learned",
        iterations,
        loss: losses.at(-1) ?? null,
        ...dataOf(learned),
      },
      { K: patterns.shape[0], score: "exact", ...dataOf(exact) },
    ]),
    figures: drawFigures(results),
    verdict: results.map(verdictOf).join("; "),
  };
}

function rowOf(patterns: Points, score: string, found: Measured): string[] {
  const { near, offCircle, bins, counts, clusters, energies } = found;
  const centers = clusters.centers.shape[0];
  const sorted = [...energies.centers].toSorted((a, b) => a - b).map((energy) => energy.toFixed(2));
  return [
    String(patterns.shape[0]),
    score,
    percent(near),
    offCircle.toFixed(4),
    percent(bins),
    String(counts.memorised),
    String(counts.spurious),
    String(counts.generalised),
    String(centers),
    centers > 12 ? `${sorted[0]} to ${sorted.at(-1)}` : sorted.join(" "),
  ];
}

function dataOf({ near, offCircle, bins, counts, clusters, energies, centerDistances }: Measured) {
  const centers = Array.from(clusters.sizes, (size, c) => ({
    size,
    at: [...clusters.centers.data.subarray(2 * c, 2 * c + 2)],
    energy: energies.centers[c],
    toPattern: centerDistances[c],
  }));
  return {
    near,
    offCircle,
    bins,
    counts,
    clusters: centers,
    patternEnergies: [...energies.patterns],
  };
}

/** What the notebook shows: few patterns come back, many make the circle, some make up others. */
function verdictOf({ patterns, learned }: Result): string {
  const count = patterns.shape[0];
  const { near, offCircle, bins, centerDistances } = learned;
  if (count < 5) return `K = ${count}: ${percent(near)} of samples are patterns (at least 90%)`;
  if (count >= 100) {
    return `K = ${count}: ${offCircle.toFixed(3)} off the circle (below 0.05) in ${percent(bins)} of all directions (at least 95%)`;
  }
  const spurious = centerDistances.filter((distance) => distance > NEAR).length;
  return `K = ${count}: ${spurious} of ${centerDistances.length} clusters lie on no pattern`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
