// The figures of the DrDAM notebook.

import { type Key, makeTurn, type Turn, uniform } from "@hamlet/core";
import {
  exactLandscape,
  featureLandscape,
  featureOverGrid,
  type Features,
  FeatureMap,
  kernelScatter,
  lseDescent,
  type PlaneGrid,
  drawFeatures,
  spaced,
} from "@hamlet/drdam";
import { drawPanels, INK, type Panel, type PanelMarks } from "../../pictures/panels.ts";

export const BETAS = [0.01, 0.1, 1, 10];
export const SPAN = 5;
/** Dimensions, patterns, features, queries, and how many features are shown. */
export const [D, K, Y, QUERIES, FEATURES] = [2, 8, 2 ** 15, 3, 6];
/** Steps between two states that are drawn, and their size. */
export const [STEPS, ALPHA] = [25, 0.01];
const RANGE = [-SPAN, SPAN] as const;

/** How much is drawn. */
interface Effort {
  /** Updates of a descent. */
  readonly updates: number;
  /** Points along a side of a landscape. */
  readonly points: number;
  /** States of a scatter of kernels. */
  readonly states: number;
}

/** States drawn in a square. */
export function box(from: Key, count: number): Float32Array {
  return uniform(from, [count, D]).map((u) => u * 2 * SPAN - SPAN);
}

/** The points of a plane whose numbers lie one after the other. */
export function pointsOf(flat: ArrayLike<number>): [number, number][] {
  return Array.from({ length: flat.length / D }, (_, k) => [flat[k * D], flat[k * D + 1]]);
}

/** One inverse temperature: both energies over the plane, and the ways down them. */
export interface Scene {
  readonly beta: number;
  readonly features: Features;
  readonly T: Float64Array;
  readonly exact: Float64Array;
  readonly approx: Float64Array;
  readonly runs: readonly Run[];
}

/** A query's way down the exact energy and down that by features. */
interface Run {
  readonly exact: readonly [number, number][];
  readonly approx: readonly [number, number][];
  /** The exact energies along both. */
  readonly exactEnergies: readonly number[];
  readonly approxEnergies: readonly number[];
}

/** All figures but the last, by file name. */
export async function drawNotebookFigures(
  keys: readonly Key[],
  options: Effort & {
    readonly onProgress: (part: number, what: string) => void;
  },
): Promise<Record<string, string>> {
  const patterns = box(keys[0], K);
  const queries = pointsOf(box(keys[8], QUERIES));
  const { updates, points, states } = options;
  const side = spaced(-SPAN, SPAN, points);
  const grid = { xs: side, ys: side };
  const turn = makeTurn();
  const scenes: Scene[] = [];
  for (const beta of BETAS) {
    const given = { key: keys[4], patterns, queries, updates, grid, turn };
    scenes.push(await sceneOf(beta, given));
    options.onProgress(1 / BETAS.length, `β = ${beta}`);
  }
  const stars = starsAt(patterns);
  return {
    "drdam-landscapes.svg": drawPanels(landscapeRows(scenes, stars)),
    "drdam-descents.svg": drawPanels(descentRows(scenes, stars)),
    "drdam-kernels.svg": drawPanels(await kernelRows(scenes, { key: keys[9], patterns, states })),
    "drdam-features.svg": drawPanels(await featureRows(scenes, grid, stars)),
  };
}

/** Patterns on a panel. */
export function starsAt(patterns: Float32Array): PanelMarks {
  return { points: pointsOf(patterns), colour: INK.memory, as: "stars" };
}

/** A row for each inverse temperature: the exact energy, and that by features. */
export function landscapeRows(
  scenes: readonly Pick<Scene, "beta" | "exact" | "approx">[],
  stars: PanelMarks,
): Panel[][] {
  return scenes.map(({ beta, exact, approx }) => [
    fieldPanel(exact, [stars], `exact, β = ${beta}`),
    fieldPanel(approx, [stars], `by features, β = ${beta}`),
  ]);
}

/** Exact against approximate energies. */
export function drawEnergyScatter(exact: readonly number[], approx: readonly number[]): string {
  const all = [...exact, ...approx];
  const room: [number, number] = [Math.min(...all), Math.max(...all)];
  return drawPanels([
    [
      {
        title: "Energies of queries",
        x: room,
        y: room,
        xLabel: "exact",
        yLabel: "by features",
        marks: [diagonal(room), { points: exact.map((e, k) => [e, approx[k]]), colour: INK.exact }],
      },
    ],
  ]);
}

/** Computes a scene. */
export async function sceneOf(
  beta: number,
  given: {
    readonly key: Key;
    readonly patterns: Float32Array;
    readonly queries: readonly [number, number][];
    readonly updates: number;
    readonly grid: PlaneGrid;
    readonly turn: Turn;
  },
): Promise<Scene> {
  const { patterns, queries, updates, grid, turn } = given;
  const features = await drawFeatures({ D, Y, beta, key: given.key });
  const map = new FeatureMap(features);
  const T = new Float64Array(2 * Y);
  for (const pattern of pointsOf(patterns)) map.phi(pattern).forEach((entry, i) => (T[i] += entry));
  const runs: Run[] = [];
  for (const query of queries) {
    runs.push(await runOf(query, { map, T, patterns, beta, updates, turn }));
  }
  return {
    beta,
    features,
    T,
    exact: await exactLandscape(patterns, grid, { D, beta }),
    approx: await featureLandscape(features, T, grid),
    runs,
  };
}

async function runOf(
  query: readonly [number, number],
  given: {
    readonly map: FeatureMap;
    readonly T: Float64Array;
    readonly patterns: Float32Array;
    readonly beta: number;
    readonly updates: number;
    readonly turn: Turn;
  },
): Promise<Run> {
  const { map, patterns, beta, updates, turn } = given;
  const sums = given.T.map((entry) => entry * Math.sqrt(Y));
  const slope = new Float64Array(D);
  const down = async (gradient: (v: number[]) => ArrayLike<number>) => {
    const path: [number, number][] = [[...query]];
    const state = [...query];
    for (let update = 0; update < updates; update++) {
      for (let step = 0; step < STEPS; step++) {
        await turn();
        const g = gradient(state);
        for (let d = 0; d < D; d++) state[d] -= ALPHA * g[d];
      }
      path.push([state[0], state[1]]);
    }
    return path;
  };
  const exact = await down((v) => lseDescent(v, patterns, beta).gradient);
  const approx = await down((v) => {
    const h = map.kernelSum(v, sums, slope);
    return h > 1e-10 ? slope.map((entry) => -entry / (beta * h)) : [0, 0];
  });
  const energies = (path: readonly [number, number][]) =>
    path.map((v) => lseDescent(v, patterns, beta).energy);
  return { exact, approx, exactEnergies: energies(exact), approxEnergies: energies(approx) };
}

function fieldPanel(values: Float64Array, marks: readonly PanelMarks[], title?: string): Panel {
  return {
    ...(title !== undefined && { title }),
    x: RANGE,
    y: RANGE,
    field: { values, width: Math.sqrt(values.length) },
    marks,
  };
}

function descentRows(scenes: readonly Scene[], stars: PanelMarks): Panel[][] {
  const maps = scenes.map(({ beta, exact, runs }) => {
    const paths = runs.flatMap((run): PanelMarks[] => [
      { points: run.exact, colour: INK.exact, radius: 2.6 },
      { points: run.approx, colour: INK.approx },
    ]);
    return fieldPanel(exact, [stars, ...paths], `β = ${beta}`);
  });
  const curves = scenes[0].runs.map((_, q) =>
    scenes.map(({ runs, beta }): Panel => {
      const { exactEnergies, approxEnergies } = runs[q];
      const all = [...exactEnergies, ...approxEnergies];
      const line = (energies: readonly number[], colour: string): PanelMarks => ({
        points: energies.map((energy, update) => [update * STEPS, energy]),
        colour,
        as: "line",
      });
      return {
        x: [0, (exactEnergies.length - 1) * STEPS],
        y: [Math.min(...all), Math.max(...all)],
        xLabel: "step",
        ...(scenes[0].beta === beta && { yLabel: "exact energy" }),
        marks: [line(exactEnergies, INK.exact), line(approxEnergies, INK.approx)],
      };
    }),
  );
  return [maps, ...curves];
}

/** The kernel scatter: as published, with the memories' features at β = 1, and with one β. */
function kernelRows(
  scenes: readonly Scene[],
  given: { readonly key: Key; readonly patterns: Float32Array; readonly states: number },
): Promise<Panel[][]> {
  const { patterns } = given;
  const states = box(given.key, given.states);
  const { features: atOne } = scenes.find(({ beta }) => beta === 1)!;
  const row = (name: string, of: (scene: Scene) => Features) => {
    const panels = scenes.map(async (scene): Promise<Panel> => {
      const { features, beta } = scene;
      const patternFeatures = of(scene);
      const scatter = await kernelScatter(states, patterns, { features, patternFeatures });
      const points = [...scatter.exact].map((x, i): [number, number] => [x, scatter.approx[i]]);
      return {
        title: `${name}, β = ${beta}`,
        x: [-0.25, 1.1],
        y: [-0.25, 1.1],
        xLabel: "kernel",
        yLabel: "by features",
        marks: [diagonal([-0.25, 1.1]), { points, colour: INK.exact }],
      };
    });
    return Promise.all(panels);
  };
  return Promise.all([row("as published", () => atOne), row("same β", ({ features }) => features)]);
}

function featureRows(
  scenes: readonly Scene[],
  grid: PlaneGrid,
  stars: PanelMarks,
): Promise<Panel[][]> {
  const rows = Array.from({ length: FEATURES }, (_, entry) => {
    const panels = scenes.map(async ({ features, beta }) => {
      const values = await featureOverGrid(features, entry, grid);
      return fieldPanel(values, [stars], entry === 0 ? `β = ${beta}` : undefined);
    });
    return Promise.all(panels);
  });
  return Promise.all(rows);
}

function diagonal([low, high]: readonly [number, number]): PanelMarks {
  return {
    points: [
      [low, low],
      [high, high],
    ],
    colour: INK.slate,
    as: "line",
  };
}
