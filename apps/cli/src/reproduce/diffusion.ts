// Diffusion models as associative memories: networks that learn few patterns, some, and many, and
// the exact energies beside theirs.
//
// Pham, Raya, Negri, Zaki, Ambrogioni and Krotov (2025), Memorization to generalization: emergence
// of diffusion models from associative memory, arXiv:2505.21777.

import { foldIn, key as keyOf } from "@hamlet/core";
import { circlePoints, type Points, subset } from "@hamlet/diffusion";
import { CommandError } from "../exit.ts";
import { listenForStop, type StopSignal } from "../signals.ts";
import { inThreads } from "../threads/pool.ts";
import { drawFigures } from "./diffusion/figures.ts";
import { type Measured, NEAR } from "./diffusion/measure.ts";
import { type Answer, compute, type Size, type Result } from "./diffusion/size.ts";
import type { Findings, Reproduction, ReproduceOptions } from "./reproduction.ts";

/** The notebook's. */
const DEFAULTS = { data: 60_000, iterations: 50_000, sizes: [2, 9, 1000] };
/** Enough for the ring to show, not for what the paper finds. */
const SHORT_ITERATIONS = 1000;

export const diffusion: Reproduction = {
  name: "diffusion",
  description: "diffusion models that memorise, make up and generalise points on a circle",
  takes: ["iterations", "sizes", "workers"],
  async run(options) {
    const { seed, short, out } = options;
    const iterations = options.iterations ?? (short ? SHORT_ITERATIONS : DEFAULTS.iterations);
    const circle = circlePoints(foldIn(keyOf(seed), 0), { count: DEFAULTS.data });
    const sizes = (options.sizes ?? DEFAULTS.sizes).map((count): Size => {
      const patterns = subset(circle, { count, key: foldIn(keyOf(seed), 1) });
      return { patterns, seed, short, iterations, out };
    });
    using signal = listenForStop();
    return findingsOf(await computeAll(sizes, options, signal));
  },
};

/** What every size gives, in their order; the numbers do not depend on the threads. */
async function computeAll(
  sizes: readonly Size[],
  { out, bar, backend, workers = 1 }: ReproduceOptions,
  signal: StopSignal,
): Promise<Result[]> {
  const answers = new Map<Size, Answer>();
  const done = new Map<Size, number>();
  const advance = (size: Size, part: number, what: string) => {
    const share = (part - (done.get(size) ?? 0)) / sizes.length;
    bar.advance(share, `K = ${size.patterns.shape[0]}: ${what}`);
    done.set(size, part);
  };
  if (workers === 1) {
    for (const size of sizes) {
      if (signal.aborted) break;
      const onProgress = (part: number, what: string) => advance(size, part, what);
      answers.set(size, await compute(size, { signal, onProgress }));
    }
  } else {
    await inThreads<Size, Answer>(sizes.values(), {
      module: ["./diffusion/worker", import.meta.url],
      data: backend,
      threads: Math.min(workers, sizes.length),
      signal,
      onProgress: (part, size) => advance(size, part, percent(part)),
      onAnswer: (answer, size) => void answers.set(size, answer),
    });
  }
  const stopped = [...answers.values()].flatMap((answer) =>
    "stopped" in answer ? [answer.stopped] : [],
  );
  if (signal.aborted) {
    const what = stopped.length > 0 ? stopped.join("; ") : "stopped";
    throw new CommandError(
      signal.exitCode,
      `${what}. The same command goes on from the checkpoints in ${out}.`,
    );
  }
  return sizes.map((size) => answers.get(size) as Result);
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
