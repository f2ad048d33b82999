// The figures of `learn/diffusion` that need no training:
// the exact energies of two, nine and infinitely many patterns on the circle, and two samplers.

import { drawEnergyMaps, type EnergyMap } from "../../apps/cli/src/pictures/energy-map.ts";
import { drawEnergySurfaces } from "../../apps/cli/src/pictures/energy-surface.ts";
import { drawPanels, INK, type Panel } from "../../apps/cli/src/pictures/panels.ts";
import { key } from "../../packages/core/src/index.ts";
import {
  circlePoints,
  energiesOf,
  energyCensus,
  type ExactScore,
  exactScore,
  type TimeSpacing,
  gridPoints,
  inverseTemperatureAt,
  type Points,
  pointsOf,
  polygonPoints,
  ringScore,
  sampleEulerMaruyama,
  varianceExploding,
} from "../../packages/diffusion/src/index.ts";
import { float64, picture, type Picture, settled } from "./picture.ts";

const NOISE = varianceExploding(1);
const COLUMNS = 41;
/** Draws two points that lie apart, and nine of which some lie close. */
const KEY = 7;

/** The exact energy at one time, with its patterns and minima, measured from the lowest point. */
async function mapOf(
  title: string,
  score: ExactScore,
  t: number,
  patterns?: Points,
): Promise<EnergyMap> {
  const grid = gridPoints({ columns: COLUMNS, rows: COLUMNS });
  const places = gridPoints({ x: [-1.4, 1.4], y: [-1.4, 1.4], columns: 13, rows: 13 });
  const arrows = {
    points: places,
    scores: await score.score(places.data, new Float64Array(places.shape[0]).fill(t)),
  };
  const density = (points: Points) => score.logDensity(points.data, t);
  const map = { title, columns: COLUMNS, circle: 1, arrows };
  if (patterns === undefined) return { ...map, energies: energiesOf(density(grid))[0] };
  const census = await energyCensus(patterns, { beta: inverseTemperatureAt(NOISE, t) });
  const minima = census.points.filter(({ kind }) => kind === "minimum");
  const centers = pointsOf(minima.map(({ at }) => Array.from(at)));
  const [energies, atPatterns, atCenters] = energiesOf(
    density(grid),
    density(patterns),
    density(centers),
  );
  return {
    ...map,
    energies,
    patterns: { points: patterns, energies: atPatterns },
    centers: { points: centers, energies: atCenters },
  };
}

/** Samples of a 9-gon by its exact score: on our grid, and on that of the notebook. */
async function samplesPanel(
  title: string,
  grid: TimeSpacing,
  start: "prior" | "sphere",
): Promise<Panel> {
  const corners = polygonPoints(9);
  const samples = await sampleEulerMaruyama(exactScore(corners, NOISE), {
    noise: NOISE,
    key: key(KEY),
    count: 500,
    steps: 1000,
    grid,
    start,
  });
  return {
    title,
    x: [-8, 8],
    y: [-8, 8],
    marks: [
      { points: pairsOf(corners), colour: INK.approx, as: "stars" },
      { points: pairsOf(samples), colour: INK.exact, radius: 1.2 },
    ],
  };
}

function pairsOf({ shape, data }: Points): [number, number][] {
  return Array.from({ length: shape[0] }, (_, i) => [data[2 * i], data[2 * i + 1]]);
}

type Maps = readonly (readonly EnergyMap[])[];

/** Plain arrays of a file stand for typed ones. */
const revived = (maps: Maps): Maps =>
  maps.map((row) => row.map((map) => ({ ...map, energies: float64(map.energies) })));

/** Two patterns, nine and all, at two times. */
export const exactMaps = picture<Maps>(
  () => {
    const two = circlePoints(key(KEY), { count: 2 });
    const nine = circlePoints(key(KEY), { count: 9 });
    return Promise.all(
      [0.15, 0.02].map((t) =>
        Promise.all([
          mapOf(`K = 2, t = ${t}`, exactScore(two, NOISE), t, two),
          mapOf(`K = 9, t = ${t}`, exactScore(nine, NOISE), t, nine),
          mapOf(`K → ∞, t = ${t}`, ringScore(NOISE), t),
        ]),
      ),
    );
  },
  // A row for each number of patterns: two maps beside each other are as wide as a page.
  (maps) => {
    const rows = revived(maps);
    return drawEnergyMaps(rows[0].map((_map, k) => rows.map((row) => row[k])));
  },
  4,
);

/** The first row of the maps as surfaces. */
export const exactSurfaces: Picture = {
  ...exactMaps,
  draw: async (numbers) =>
    settled(
      drawEnergySurfaces([
        revived(JSON.parse(numbers) as Maps)[0].map(({ patterns, ...map }) => ({
          ...map,
          patterns: patterns?.points,
        })),
      ]),
    ),
};

export const samplers = picture(
  async () => [
    await samplesPanel("last step to t = 0", "linear", "prior"),
    await samplesPanel("last step as the others", "notebook", "sphere"),
  ],
  (panels) => drawPanels([panels]),
);
