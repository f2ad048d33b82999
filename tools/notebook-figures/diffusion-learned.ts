// What networks learn of two, nine and a thousand points on the circle, beside the exact energies.

import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { heightsOf, onPaper } from "../../apps/docs/src/notebooks/relief.ts";
import { learn } from "../../apps/cli/src/reproduce/diffusion/learn.ts";
import {
  ENERGY_TIME,
  measure,
  type Measured,
  NEAR,
} from "../../apps/cli/src/reproduce/diffusion/measure.ts";
import { foldIn, key } from "../../packages/core/src/index.ts";
import {
  circlePoints,
  exactScore,
  logLikelihood,
  networkScore,
  type Points,
  subset,
  varianceExploding,
} from "../../packages/diffusion/src/index.ts";
import { arrows } from "./marks.ts";
import { pairsOf, plane, rounded } from "./numbers.ts";

const NOISE = varianceExploding(1);
/** How many patterns, and how many iterations: a thousand are dealt in larger batches. */
const LESSONS = [
  [2, 5000],
  [9, 5000],
  [1000, 12_000],
] as const;
/** The notebook's 0.9999 averages over ten thousand iterations, more than are made here. */
const DECAY = 0.999;
const SEED = 0;
const EFFORT = { samples: 1000, steps: 300, columns: 41 };
/** More patterns than this leave no room for what is written beside them. */
const MANY = 20;
/** Numbers beside more points than these lie on each other. */
const NUMBERED = 4;
const SHOWN_SAMPLES = 400;
/** What stands beside each other, of the same patterns. */
const SIDES = ["learned", "exact"] as const;
const SCALE = "energy −log p, from its lowest";

interface Learned {
  readonly iterations: number;
  readonly patterns: Points;
  readonly losses: readonly number[];
  readonly learned: Measured;
  readonly exact: Measured;
}

/** Figures and the table of the networks; training takes minutes. */
export async function diffusionLearned(out: string): Promise<Record<string, Figure | object>> {
  const seed = key(SEED);
  const circle = circlePoints(foldIn(seed, 0), { count: 60_000 });
  const results: Learned[] = [];
  for (const [count, iterations] of LESSONS) {
    const patterns = subset(circle, { count, key: foldIn(seed, 1) });
    const trained = await learn({
      patterns,
      noise: NOISE,
      iterations,
      decay: DECAY,
      key: foldIn(seed, 2),
      seed: SEED,
      out,
      onProgress: (done, loss) => {
        if (done % 500 === 0)
          console.log(`K = ${count}: ${done} iterations, loss ${loss.toFixed(4)}`);
      },
    });
    const about = { noise: NOISE, key: foldIn(seed, 3), effort: EFFORT };
    using score = networkScore(trained.model);
    const logDensity = (points: Points) =>
      logLikelihood(score, points, { noise: NOISE, t: ENERGY_TIME, tolerance: 1e-4 });
    const learned = await measure({ score, logDensity }, patterns, about);
    const exact = exactScore(patterns, NOISE);
    const exactly = {
      score: exact,
      logDensity: async ({ data }: Points) => exact.logDensity(data, ENERGY_TIME),
    };
    results.push({
      iterations,
      patterns,
      losses: trained.losses,
      learned,
      exact: await measure(exactly, patterns, about),
    });
  }
  const maps = mapsOf(results);
  return {
    "diffusion-landscapes": { scale: SCALE, panels: maps },
    "diffusion-surfaces": { scale: SCALE, panels: maps.map(surfaceOf) },
    "diffusion-samples": { panels: samplesOf(results) },
    "diffusion-losses": { panels: [lossesOf(results)] },
    "diffusion-table": { rows: results.flatMap(rowsOf) },
  };
}

function mapsOf(results: readonly Learned[]): Panel[] {
  return results.flatMap(({ patterns, ...both }) =>
    SIDES.map((side): Panel => {
      const found = both[side];
      const { energies, columns, arrows: shown, clusters } = found;
      const few = patterns.shape[0] <= MANY;
      return {
        title: `K = ${patterns.shape[0]}, ${side}`,
        ...plane(1.5, ["x", "y"]),
        map: { columns, values: rounded(energies.grid) },
        marks: [
          arrows(pairsOf(shown.points.data), pairsOf(shown.scores)),
          ...(few
            ? [
                starsOf(patterns, energies.patterns),
                {
                  as: "crosses" as const,
                  ink: 2,
                  name: "centres of clusters of samples",
                  points: pairsOf(clusters.centers.data),
                  ...(patterns.shape[0] <= NUMBERED && {
                    labels: Array.from(energies.centers, (energy) => energy.toFixed(2)),
                  }),
                },
              ]
            : []),
        ],
      };
    }),
  );
}

/** The same as a surface in space, with its patterns. */
export function surfaceOf({ title, x, y, map, marks }: Panel): Panel {
  const heightAt = heightsOf(map!);
  const stars = marks.filter(({ as }) => as === "stars");
  return {
    title: title!,
    x,
    y,
    relief: true,
    map: map!,
    marks: stars.map(({ as, ink, points }) => ({
      as,
      ink,
      name: "patterns",
      points: points.map(([px, py]) => {
        const [u, v] = [px / x.high, py / y.high];
        const [across, up] = onPaper(u, v, heightAt(u, v));
        return [across, up].map((value) => Number(value.toFixed(4)));
      }),
    })),
  };
}

function starsOf(patterns: Points, energies: Float64Array): Mark {
  return {
    as: "stars",
    ink: 1,
    name: "patterns",
    points: pairsOf(patterns.data),
    ...(patterns.shape[0] <= NUMBERED && {
      labels: Array.from(energies, (energy) => energy.toFixed(2)),
    }),
  };
}

function samplesOf(results: readonly Learned[]): Panel[] {
  return results.flatMap(({ patterns, ...both }) =>
    SIDES.map((side): Panel => ({
      title: `K = ${patterns.shape[0]}, ${side} score`,
      ...plane(1.5, ["x", "y"]),
      marks: [
        {
          as: "dots",
          ink: 1,
          radius: 1.5,
          name: "samples",
          points: pairsOf(both[side].samples.data.subarray(0, 2 * SHOWN_SAMPLES)),
        },
        ...(patterns.shape[0] <= MANY
          ? [{ as: "stars" as const, ink: 2, name: "patterns", points: pairsOf(patterns.data) }]
          : []),
      ],
    })),
  );
}

function lossesOf(results: readonly Learned[]): Panel {
  const curves = results.map(({ patterns, losses }, k): Mark => {
    const size = Math.max(1, Math.ceil(losses.length / 60));
    const points = Array.from({ length: Math.floor(losses.length / size) }, (_, at) => {
      const part = losses.slice(at * size, (at + 1) * size);
      const mean = part.reduce((sum, loss) => sum + loss, 0) / part.length;
      return [100 * (at + 1) * size, Number(mean.toPrecision(4))];
    });
    return { as: "line", ink: k + 1, name: `K = ${patterns.shape[0]}`, points };
  });
  const all = curves.flatMap(({ points }) => points);
  return {
    x: { label: "iterations", low: 0, high: Math.max(...all.map(([x]) => x)) },
    y: {
      label: "mean loss (log scale)",
      low: 0.8 * Math.min(...all.map(([, y]) => y)),
      high: 1.2 * Math.max(...all.map(([, y]) => y)),
      log: true,
    },
    marks: curves,
  };
}

function rowsOf({ iterations, patterns, learned, exact }: Learned): object[] {
  return SIDES.map((side) => {
    const { near, offCircle, counts } = { learned, exact }[side];
    return {
      iterations,
      K: patterns.shape[0],
      score: side,
      within: NEAR,
      near,
      offCircle,
      ...counts,
    };
  });
}
