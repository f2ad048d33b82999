// Kohonen's linear memory and its relatives: how well values come back as more pairs are stored.
//
// Kohonen and Ruohonen (1973), Representation of associated data by matrix operators.

import { key } from "@hamlet/core";
import { type Closeness, type Measured, randomDistance, separationOf } from "@hamlet/kohonen";
import { readSeparation } from "@hamlet/model";
import { drawSweeps, type SweepPlot, type SweepSeries } from "../pictures/sweep-plot.ts";
import { measureAll } from "./kohonen/measure.ts";
import {
  expectedOf,
  PSEUDO_INVERSE,
  settingsOf,
  type Sweep,
  type SweepSetting,
} from "./kohonen/points.ts";
import type { Findings, Reproduction } from "./reproduction.ts";

export const kohonen: Reproduction = {
  name: "kohonen",
  description: "recall of key–value pairs by the pseudo-inverse, softmax, ReLU and dot product",
  takes: ["separation", "workers"],
  async run({ seed, short, separation, workers, bar }) {
    const own = separation === undefined ? null : separationOf(readSeparation(separation));
    const settings = settingsOf({ key: key(seed), short, own });
    const measured = await measureAll(settings, {
      formula: separation ?? null,
      bar,
      ...(workers !== undefined && { workers }),
    });
    const results = settings.map((setting, i): Result => {
      const { cosine, distance } = expectedOf(setting, own);
      return { setting, measured: measured[i], cosine, distance };
    });
    return findingsOf(results);
  },
};

/** One memory: what was measured, and what was expected where theory says. */
export interface Result {
  readonly setting: Pick<SweepSetting, "sweep" | "method" | "d" | "n" | "m" | "trials">;
  readonly measured: Closeness;
  readonly cosine: number | null;
  readonly distance: number | null;
}

function findingsOf(results: readonly Result[]): Findings {
  return {
    table: {
      head: ["method", "d", "n", "cosine", "±", "expected", "distance", "±", "expected"],
      rows: results.map(rowOf),
    },
    results: results.map(({ setting, measured, cosine, distance }) => {
      const { sweep, method, d, n, m, trials } = setting;
      const expected = { cosine, distance };
      return { sweep, method, d, n, m, trials, ...measured, expected };
    }),
    figures: Object.fromEntries(
      Object.entries(PLOTS).map(([sweep, plotsOf]) => [
        `kohonen-${sweep}.svg`,
        drawSweeps(plotsOf(results)),
      ]),
    ),
    verdict: verdictOf(results),
  };
}

/** The plots of a sweep, of results that hold it. */
export const PLOTS: Readonly<Record<Sweep, (results: readonly Result[]) => SweepPlot[]>> = {
  distance: distancePlots,
  dimensions: (results) => [dimensionsPlot(results)],
  methods: (results) => [methodsPlot(results)],
};

function rowOf({ setting, measured, cosine, distance }: Result): string[] {
  const fixed = (value: number | null) => (value === null ? "" : value.toFixed(5));
  return [
    setting.method,
    String(setting.d),
    String(setting.n),
    fixed(measured.cosine.mean),
    fixed(measured.cosine.error),
    fixed(cosine),
    fixed(measured.distance.mean),
    fixed(measured.distance.error),
    fixed(distance),
  ];
}

/** Below this, a difference is rounding and no error bar says more. */
const ROUNDING = 1e-6;

function verdictOf(results: readonly Result[]): string {
  const pairs = results.flatMap(({ measured, cosine, distance }) => [
    ...(cosine === null ? [] : [{ measured: measured.cosine, expected: cosine }]),
    ...(distance === null ? [] : [{ measured: measured.distance, expected: distance }]),
  ]);
  const far = pairs.filter(
    ({ measured: { mean, error }, expected }) => Math.abs(mean - expected) > 4 * error + ROUNDING,
  );
  return `${pairs.length - far.length} of ${pairs.length} means lie within four standard errors of the closed forms`;
}

function of(results: readonly Result[], sweep: Sweep): readonly Result[] {
  return results.filter(({ setting }) => setting.sweep === sweep);
}

/** Results as points and a line. */
function seriesOf(
  name: string,
  results: readonly Result[],
  read: (result: Result) => { measured: Measured; expected: number | null },
): SweepSeries {
  const all = results.map((result) => ({ x: result.setting.n, ...read(result) }));
  return {
    name,
    points: all.map(({ x, measured: { mean, error } }) => ({ x, y: mean, error })),
    line: all.flatMap(({ x, expected }) => (expected === null ? [] : [{ x, y: expected }])),
  };
}

const cosineOf = ({ measured, cosine }: Result) => ({
  measured: measured.cosine,
  expected: cosine,
});
const PAIRS = "stored pairs n";
const COSINE = "mean cosine similarity";

function distancePlots(results: readonly Result[]): SweepPlot[] {
  const those = of(results, "distance");
  const { d, m } = those[0].setting;
  const distance = ({ measured, distance: expected }: Result) => ({
    measured: measured.distance,
    expected,
  });
  return [
    {
      title: `Recall by the pseudo-inverse, d = ${d}`,
      x: PAIRS,
      y: COSINE,
      series: [seriesOf("pseudo-inverse", those, cosineOf)],
      levels: [{ name: "chance", y: 0 }],
    },
    {
      title: `Distance from the stored value, d = ${d}`,
      x: PAIRS,
      y: "mean distance",
      series: [seriesOf("pseudo-inverse", those, distance)],
      levels: [{ name: "chance", y: randomDistance(m) }],
    },
  ];
}

function dimensionsPlot(results: readonly Result[]): SweepPlot {
  const those = of(results, "dimensions");
  const dimensions = [...new Set(those.map(({ setting }) => setting.d))].toReversed();
  return {
    title: "Recall by the pseudo-inverse",
    x: PAIRS,
    y: COSINE,
    logY: true,
    series: dimensions.map((d) =>
      seriesOf(
        `d = ${d}`,
        those.filter(({ setting }) => setting.d === d),
        cosineOf,
      ),
    ),
  };
}

function methodsPlot(results: readonly Result[]): SweepPlot {
  const those = of(results, "methods");
  const methods = [...new Set(those.map(({ setting }) => setting.method))];
  const { d } = those.find(({ setting }) => setting.method === PSEUDO_INVERSE)!.setting;
  return {
    title: `Ways to recall, d = ${d}`,
    x: PAIRS,
    y: COSINE,
    logY: true,
    series: methods.map((method) =>
      seriesOf(
        method,
        those.filter(({ setting }) => setting.method === method),
        cosineOf,
      ),
    ),
  };
}
