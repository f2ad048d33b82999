// Draws apps/docs/src/assets/diffusion-exact-maps.svg and diffusion-exact-surfaces.svg: the exact
// energies of two, nine and infinitely many patterns on the circle, as `learn/diffusion` shows them.
//
//     node tools/generate-diffusion-figures.ts

import { writeFileSync } from "node:fs";
import { drawEnergyMaps, type EnergyMap } from "../apps/cli/src/pictures/energy-map.ts";
import { drawEnergySurfaces } from "../apps/cli/src/pictures/energy-surface.ts";
import { key } from "../packages/core/src/index.ts";
import {
  circlePoints,
  energiesOf,
  energyCensus,
  type ExactScore,
  exactScore,
  gridPoints,
  inverseTemperatureAt,
  type Points,
  pointsOf,
  ringScore,
  varianceExploding,
} from "../packages/diffusion/src/index.ts";

const ASSETS = new URL("../apps/docs/src/assets/", import.meta.url);
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

const two = circlePoints(key(KEY), { count: 2 });
const nine = circlePoints(key(KEY), { count: 9 });
const maps = [
  await mapOf("K = 2, t = 0.15", exactScore(two, NOISE), 0.15, two),
  await mapOf("K = 9, t = 0.15", exactScore(nine, NOISE), 0.15, nine),
  await mapOf("K → ∞, t = 0.15", ringScore(NOISE), 0.15),
];
const close = [
  await mapOf("K = 2, t = 0.02", exactScore(two, NOISE), 0.02, two),
  await mapOf("K = 9, t = 0.02", exactScore(nine, NOISE), 0.02, nine),
  await mapOf("K → ∞, t = 0.02", ringScore(NOISE), 0.02),
];

writeFileSync(new URL("diffusion-exact-maps.svg", ASSETS), drawEnergyMaps([maps, close]));
writeFileSync(
  new URL("diffusion-exact-surfaces.svg", ASSETS),
  drawEnergySurfaces([
    maps.map(({ patterns, ...map }) => ({ ...map, patterns: patterns?.points })),
  ]),
);
