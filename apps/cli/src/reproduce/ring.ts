// The exact energy of a circle full of patterns, beside that of a thousand of them.
//
// Pham, Raya, Negri, Zaki, Ambrogioni and Krotov (2025), Memorization to generalization: emergence
// of diffusion models from associative memory, arXiv:2505.21777, equation 13.

import { makeTurn } from "@hamlet/core";
import {
  denseMemoryEnergy,
  pointsOf,
  polygonPoints,
  ringEnergy,
  ringMinimum,
} from "@hamlet/diffusion";
import { drawPanels, INK, type Panel } from "../pictures/panels.ts";
import type { Reproduction } from "./reproduction.ts";

/** With no ring yet, at the edge of it, and deeper and deeper. */
const BETAS = [0.5, 1, 1.1, 2, 10, 50];
const PATTERNS = 1000;
const FAR = 1.6;
const [LINE, DOTS] = [161, 17];

export const ring: Reproduction = {
  name: "ring",
  description: "the exact energy of infinitely many patterns on the circle, and of a thousand",
  async run({ bar }) {
    const turn = makeTurn();
    const results: { beta: number; radius: number; energy: number; apart: number }[] = [];
    for (const [k, beta] of BETAS.entries()) {
      await turn();
      bar.advance((k + 1) / BETAS.length, `β = ${beta}`);
      const radius = ringMinimum(beta);
      const found = await ofPatterns(radii(DOTS), beta);
      const apart = Math.max(
        ...radii(DOTS).map((R, dot) => Math.abs(found[dot] - ringEnergy(R, beta))),
      );
      results.push({ beta, radius, energy: ringEnergy(radius, beta), apart });
    }
    const most = Math.max(...results.map(({ apart }) => apart));
    const panels = await Promise.all(BETAS.map(panel));
    return {
      table: {
        head: ["β", "R*", "E(R*)", `largest difference of ${PATTERNS} patterns`],
        rows: results.map(({ beta, radius, energy, apart }) => [
          String(beta),
          radius.toFixed(6),
          energy.toFixed(6),
          apart.toExponential(1),
        ]),
      },
      results,
      figures: {
        "ring-energies.svg": drawPanels([panels.slice(0, 3), panels.slice(3)]),
      },
      verdict: `the closed form and ${PATTERNS} patterns differ by at most ${most.toExponential(1)}`,
    };
  },
};

/** `E` of the patterns at these distances from the centre, with `log K / β` added. */
async function ofPatterns(distances: readonly number[], beta: number): Promise<Float64Array> {
  const points = pointsOf(distances.map((R) => [R, 0]));
  const { energy } = await denseMemoryEnergy(polygonPoints(PATTERNS), points, beta);
  return energy.map((value) => value + Math.log(PATTERNS) / beta);
}

function radii(count: number): number[] {
  return Array.from({ length: count }, (_, k) => (FAR * k) / (count - 1));
}

/** The closed form as a line, the patterns as dots, the lowest place as a star. */
async function panel(beta: number): Promise<Panel> {
  const dots = await ofPatterns(radii(DOTS), beta);
  const line = radii(LINE).map((R) => [R, ringEnergy(R, beta)] as const);
  const heights = line.map(([, energy]) => energy);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const margin = 0.08 * (high - low);
  const lowest = ringMinimum(beta);
  return {
    title: `β = ${beta}`,
    x: [0, FAR],
    y: [low - margin, high + margin],
    xLabel: "R",
    yLabel: "E(R)",
    marks: [
      { points: line, colour: INK.exact, as: "line" },
      { points: radii(DOTS).map((R, dot) => [R, dots[dot]]), colour: INK.approx },
      { points: [[lowest, ringEnergy(lowest, beta)]], colour: INK.memory, as: "stars" },
    ],
  };
}
