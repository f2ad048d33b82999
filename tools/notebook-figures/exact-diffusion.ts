// What is exact of the notebook of diffusion: its patterns, the energy of the whole circle, and its score.

import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { foldIn, key } from "../../packages/core/src/index.ts";
import {
  circlePoints,
  denseMemoryEnergy,
  energiesOf,
  energyCensus,
  exactScore,
  gridPoints,
  inverseTemperatureAt,
  type Points,
  pointsOf,
  polygonPoints,
  ringEnergy,
  ringMinimum,
  subset,
  varianceExploding,
} from "../../packages/diffusion/src/index.ts";
import { arrows } from "./marks.ts";
import { around, pairsOf, plane, rounded } from "./numbers.ts";

const NOISE = varianceExploding(1);
const COLUMNS = 41;
/** The notebook's inverse temperature of the exact figure, and the β of ours beside it. */
const BETA = 1 / 0.05;
const BETAS = [0.5, 1, 2, 10, 50];
const FAR = 1.6;

export async function exactDiffusion(): Promise<Record<string, Figure>> {
  const seed = key(0);
  const circle = circlePoints(foldIn(seed, 0), { count: 60_000 });
  const nine = subset(circle, { count: 9, key: foldIn(seed, 1) });
  const two = subset(circle, { count: 2, key: foldIn(seed, 1) });
  return {
    "diffusion-patterns": {
      panels: [
        {
          title: "nine points of the circle",
          ...plane(1.5, ["x", "y"]),
          marks: [around1(), { as: "stars", ink: 2, name: "patterns", points: pairsOf(nine.data) }],
        },
      ],
    },
    "diffusion-exact": {
      scale: "energy from its lowest",
      panels: [ringMap(), await ringProfile()],
    },
    "diffusion-cooling": {
      scale: "energy −log p, from its lowest",
      panels: [
        ...(await Promise.all([0.5, 0.15, 0.02].map((t) => coolingMap("K = 2", two, t)))),
        ...(await Promise.all([0.5, 0.15, 0.02].map((t) => coolingMap("K = 9", nine, t)))),
      ],
    },
  };
}

/** The unit circle. */
function around1(): Mark {
  const points = Array.from({ length: 73 }, (_, k) => {
    const angle = (Math.PI * k) / 36;
    return [Math.cos(angle), Math.sin(angle)].map((v) => Number(v.toFixed(4)));
  });
  return { as: "line", ink: 0, dashed: true, name: "unit circle", points };
}

/** The closed form for infinitely many patterns, with its score. */
function ringMap(): Panel {
  const grid = gridPoints({ columns: COLUMNS, rows: COLUMNS });
  const energies = pairsOf(grid.data, 8).map(([x, y]) => ringEnergy(Math.hypot(x, y), BETA));
  const low = Math.min(...energies);
  const places = gridPoints({ x: [-1.4, 1.4], y: [-1.4, 1.4], columns: 13, rows: 13 });
  const points = pairsOf(places.data);
  const slopes = points.map(([x, y]) => {
    const R = Math.hypot(x, y);
    if (R === 0) return [0, 0];
    const step = 1e-4;
    const slope = (ringEnergy(R + step, BETA) - ringEnergy(Math.abs(R - step), BETA)) / (2 * step);
    return [(-slope * x) / R, (-slope * y) / R];
  });
  return {
    title: `K → ∞, β = ${BETA}`,
    ...plane(1.5, ["x", "y"]),
    map: { columns: COLUMNS, values: rounded(energies.map((energy) => energy - low)) },
    marks: [arrows(points, slopes), around1()],
  };
}

/** The same energies by their radius, for several β; dots are a thousand patterns. */
async function ringProfile(): Promise<Panel> {
  const radii = (count: number) => Array.from({ length: count }, (_, k) => (FAR * k) / (count - 1));
  const marks = await Promise.all(
    BETAS.map(async (beta, k): Promise<Mark[]> => {
      const lowest = ringEnergy(ringMinimum(beta), beta);
      const { energy } = await denseMemoryEnergy(
        polygonPoints(1000),
        pointsOf(radii(9).map((R) => [R, 0])),
        beta,
      );
      const found = Array.from(energy, (value) => value + Math.log(1000) / beta - lowest);
      return [
        {
          as: "line",
          ink: k + 1,
          name: `β = ${beta}`,
          points: radii(65).map((R) =>
            [R, ringEnergy(R, beta) - lowest].map((v) => Number(v.toFixed(4))),
          ),
        },
        {
          as: "dots",
          ink: k + 1,
          radius: 2.5,
          points: radii(9).map((R, dot) => [R, found[dot]].map((v) => Number(v.toFixed(4)))),
        },
      ];
    }),
  );
  const all = marks.flat();
  return {
    title: "along a radius",
    x: { label: "radius R", low: 0, high: FAR },
    y: around(
      "energy from its lowest",
      all.flatMap(({ points }) => points.map(([, y]) => y)),
    ),
    marks: all,
  };
}

async function coolingMap(title: string, patterns: Points, t: number): Promise<Panel> {
  const score = exactScore(patterns, NOISE);
  const grid = gridPoints({ columns: COLUMNS, rows: COLUMNS });
  const census = await energyCensus(patterns, { beta: inverseTemperatureAt(NOISE, t) });
  const minima = census.points
    .filter(({ kind }) => kind === "minimum")
    .map(({ at }) => Array.from(at));
  const [energies] = energiesOf(score.logDensity(grid.data, t));
  return {
    title: `${title}, t = ${t}`,
    ...plane(1.5, ["x", "y"]),
    map: { columns: COLUMNS, values: rounded(energies) },
    marks: [
      { as: "stars", ink: 1, name: "patterns", points: pairsOf(patterns.data) },
      { as: "crosses", ink: 2, name: "minima", points: pairsOf(minima.flat()) },
    ],
  };
}
