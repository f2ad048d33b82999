// The figures: energies that were learned above those of the patterns themselves, as maps and as
// surfaces; how the losses fell; and what a network makes while it still learns.

import type { Points } from "@hamlet/diffusion";
import { drawEnergyMaps, type EnergyMap } from "../../pictures/energy-map.ts";
import { drawEnergySurfaces } from "../../pictures/energy-surface.ts";
import { drawPanels, INK } from "../../pictures/panels.ts";
import { drawSweeps } from "../../pictures/sweep-plot.ts";
import { ENERGY_TIME, type Measured } from "./measure.ts";

/** More patterns than this leave no room for what is written beside them. */
const MANY = 20;
const LOSS_POINTS = 100;

/** One number of patterns: what was learned of them, and what is exact. */
export interface Pair {
  readonly patterns: Points;
  readonly losses: readonly number[];
  readonly learned: Measured;
  readonly exact: Measured;
}

export function drawFigures(pairs: readonly Pair[]): Record<string, string> {
  const both = (["learned", "exact"] as const).map((side) =>
    pairs.map(({ patterns, [side]: found }) => ({
      patterns,
      found,
      title: `K = ${patterns.shape[0]}, ${side}, t = ${ENERGY_TIME}`,
    })),
  );
  const figures: Record<string, string> = {
    "diffusion-maps.svg": drawEnergyMaps(both.map((row) => row.map(mapOf))),
    "diffusion-surfaces.svg": drawEnergySurfaces(
      both.map((row) =>
        row.map(({ title, patterns, found: { energies, columns } }) => ({
          title,
          columns,
          energies: energies.grid,
          ...(patterns.shape[0] <= MANY && { patterns }),
        })),
      ),
    ),
    "diffusion-samples.svg": drawPanels(
      both.map((row) =>
        row.map(({ title, patterns, found }) => samplesPanel(title, patterns, found.samples)),
      ),
    ),
  };
  const curves = pairs.filter(({ losses }) => losses.length > 1);
  if (curves.length > 0) figures["diffusion-losses.svg"] = drawLosses(curves);
  return figures;
}

/** Samples of a network that is still learning. */
export function drawEarly(early: {
  readonly patterns: Points;
  readonly samples: Points;
  readonly iteration: number;
}): string {
  const title = `after ${early.iteration} iterations`;
  return drawPanels([[samplesPanel(title, early.patterns, early.samples)]]);
}

function mapOf(map: {
  readonly title: string;
  readonly patterns: Points;
  readonly found: Measured;
}): EnergyMap {
  const { title, patterns, found } = map;
  const { energies, columns, arrows, samples, clusters } = found;
  const plain = { title, columns, arrows, circle: 1, energies: energies.grid };
  if (patterns.shape[0] > MANY) return plain;
  return {
    ...plain,
    patterns: { points: patterns, energies: energies.patterns },
    centers: { points: clusters.centers, energies: energies.centers },
    samples: { points: samples, labels: clusters.labels },
  };
}

function samplesPanel(title: string, patterns: Points, samples: Points) {
  return {
    title: title.replace(/, t = .*/u, ""),
    x: [-1.5, 1.5] as const,
    y: [-1.5, 1.5] as const,
    marks: [
      { points: pairsOf(samples), colour: INK.exact, radius: 1 },
      ...(patterns.shape[0] <= MANY
        ? [{ points: pairsOf(patterns), colour: INK.approx, as: "stars" as const }]
        : []),
    ],
  };
}

function pairsOf({ shape, data }: Points): [number, number][] {
  return Array.from({ length: shape[0] }, (_, i) => [data[2 * i], data[2 * i + 1]]);
}

/** The losses, averaged to a hundred points each. */
function drawLosses(pairs: readonly Pair[]): string {
  return drawSweeps([
    {
      title: "Denoising loss",
      x: "iterations",
      y: "mean loss",
      logY: true,
      series: pairs.map(({ patterns, losses }) => ({
        name: `K = ${patterns.shape[0]}`,
        points: [],
        line: averaged(losses),
      })),
    },
  ]);
}

/** Each loss is the mean of a hundred iterations. */
function averaged(losses: readonly number[]): { x: number; y: number }[] {
  const size = Math.ceil(losses.length / LOSS_POINTS);
  return Array.from({ length: Math.ceil(losses.length / size) }, (_, k) => {
    const part = losses.slice(k * size, (k + 1) * size);
    const y = part.reduce((sum, loss) => sum + loss, 0) / part.length;
    return { x: 100 * (k * size + part.length), y };
  });
}
