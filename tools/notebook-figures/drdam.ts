// The figures of the notebook of random features, with its keys and its numbers.

import {
  ALPHA,
  BETAS,
  box,
  FEATURES,
  K,
  pointsOf,
  QUERIES,
  type Scene,
  sceneOf,
  SPAN,
  STEPS,
} from "../../apps/cli/src/reproduce/drdam/figures.ts";
import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { key, makeTurn, split } from "../../packages/core/src/index.ts";
import { featureOverGrid, kernelScatter, spaced } from "../../packages/drdam/src/index.ts";
import { diagonal } from "./marks.ts";
import { around, plane, rounded } from "./numbers.ts";

const UPDATES = 20;
/** Points along a side of a map, and states of a scatter. */
const [POINTS, STATES] = [50, 100];
/** Points along a side of a map of a feature, of which there are many. */
const FEW_POINTS = 30;
/** The pairs of a scatter that are drawn. */
const SHOWN = 400;
/** The kernels of a scatter, with room. */
const [LOW, HIGH] = [-0.25, 1.1];

export async function drdam(): Promise<Record<string, Figure>> {
  const keys = split(key(779), 10);
  const patterns = box(keys[0], K);
  const queries = pointsOf(box(keys[8], QUERIES));
  const side = spaced(-SPAN, SPAN, POINTS);
  const grid = { xs: side, ys: side };
  const turn = makeTurn();
  const scenes: Scene[] = [];
  for (const beta of BETAS) {
    const given = { key: keys[4], patterns, queries, updates: UPDATES, grid, turn };
    scenes.push(await sceneOf(beta, given));
  }
  const stars: Mark = { as: "stars", ink: 1, name: "memories", points: pointsOf(patterns) };
  const few = spaced(-SPAN, SPAN, FEW_POINTS);
  const map = (values: ArrayLike<number>, title: string, marks: readonly Mark[]): Panel => ({
    title,
    ...plane(SPAN),
    map: { columns: Math.sqrt(values.length), values: rounded(values, 3) },
    marks: [stars, ...marks],
  });
  /** The ways over the map, and the energies along them; down both energies, or the exact one alone. */
  const descents = (both: boolean): Panel[] => [
    ...scenes.map(({ beta, exact, runs }) =>
      map(
        exact,
        `β = ${beta}`,
        runs.flatMap((run, q) => [
          wayOf(run.exact, q, 2, both ? "down the exact energy" : "states, 25 steps apart"),
          ...(both ? [wayOf(run.approx, q, 1, "down the energy by features")] : []),
        ]),
      ),
    ),
    ...scenes.map(({ beta, runs }) => curves(beta, runs, both)),
  ];
  const states = box(keys[9], STATES);
  const features = await Promise.all(
    Array.from({ length: FEATURES }, (_, entry) => entry).flatMap((entry) =>
      scenes.map(async (scene) => ({
        ...map(
          await featureOverGrid(scene.features, entry, { xs: few, ys: few }),
          `${entry + 1}, β = ${scene.beta}`,
          [],
        ),
        bare: true,
      })),
    ),
  );
  return {
    "drdam-exact": {
      scale: "energy",
      panels: scenes.map(({ beta, exact }) => map(exact, `β = ${beta}`, [])),
    },
    "drdam-exact-descents": {
      scale: "energy",
      panels: descents(false),
    },
    "drdam-kernels": {
      panels: [
        ...(await scatters(scenes, { states, patterns }, "as published", 1)),
        ...(await scatters(scenes, { states, patterns }, "one β", null)),
      ],
    },
    "drdam-features": { scale: "feature", panels: features },
    "drdam-landscapes": {
      scale: "energy, of each map from its lowest",
      panels: [
        ...scenes.map(({ beta, exact }) => map(exact, `exact, β = ${beta}`, [])),
        ...scenes.map(({ beta, approx }) => map(approx, `by features, β = ${beta}`, [])),
      ],
    },
    "drdam-descents": {
      scale: "exact energy",
      panels: descents(true),
    },
  };
}

function wayOf(
  points: readonly (readonly number[])[],
  query: number,
  ink: number,
  name: string,
): Mark {
  const way = points.map((point) => point.map((v) => Number(v.toPrecision(4))));
  return {
    as: "dots",
    ink,
    radius: ink === 2 ? 4 : 2.4,
    points: way,
    ...(query === 0 && { name }),
  };
}

/** The exact energies along the ways. */
function curves(beta: number, runs: Scene["runs"], both: boolean): Panel {
  const lines = runs.flatMap(({ exactEnergies, approxEnergies }, q): Mark[] => {
    const line = (energies: readonly number[], ink: number, name: string): Mark => ({
      as: "line",
      ink,
      points: energies.map((energy, update) => [update * STEPS, Number(energy.toPrecision(5))]),
      ...(q === 0 && { name }),
    });
    return [
      line(exactEnergies, 2, "down the exact energy"),
      ...(both ? [line(approxEnergies, 1, "down the energy by features")] : []),
    ];
  });
  return {
    title: `β = ${beta}`,
    x: { label: `step of ${ALPHA}`, low: 0, high: UPDATES * STEPS },
    y: around(
      "exact energy",
      lines.flatMap(({ points }) => points.map(([, energy]) => energy)),
    ),
    marks: lines,
  };
}

/** Kernels by features against exact ones; the patterns' features at `at`, or at the β of the states. */
function scatters(
  scenes: readonly Scene[],
  { states, patterns }: { readonly states: Float32Array; readonly patterns: Float32Array },
  name: string,
  at: number | null,
): Promise<Panel[]> {
  return Promise.all(
    scenes.map(async ({ beta, features }): Promise<Panel> => {
      const of = at === null ? features : scenes.find((scene) => scene.beta === at)!.features;
      const { exact, approx } = await kernelScatter(states, patterns, {
        features,
        patternFeatures: of,
      });
      const every = Math.ceil(exact.length / SHOWN);
      const points = Array.from(exact, (x, i) =>
        [x, approx[i]].map((v) => Number(v.toPrecision(4))),
      );
      const axis = (label: string) => ({ label, low: LOW, high: HIGH });
      return {
        title: `${name}, β = ${beta}`,
        x: axis("kernel"),
        y: axis("by features"),
        marks: [
          diagonal(LOW, HIGH),
          {
            as: "dots",
            ink: 1,
            radius: 2,
            name: "pairs of a state and a memory",
            points: points.filter((_, i) => i % every === 0),
          },
        ],
      };
    }),
  );
}
