// Binary memories: damaged icons, what comes back, how the energy fell, and how many patterns fit.

import type { Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { loadModelFile } from "../../packages/model/src/node.ts";
import { energiesAlong } from "./marks.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const SIDE = 48;
/** Energies of a recall that are drawn. */
const SHOWN = 80;

export async function binary(): Promise<Record<string, Figure>> {
  using model = await loadModelFile(`${EXAMPLES}02b-dense-exponential.ham`, {
    data: { query: `${EXAMPLES}data/damaged-icons.npy` },
  });
  const damaged = model.entries("query").data;
  using result = await model.recall();
  const [end] = result.states.values();
  const restored = await end.data();
  const names = ["given", "recalled"];
  const panels = [damaged, restored].flatMap((all, row) =>
    Array.from({ length: result.batch }, (_, icon): Panel => ({
      title: names[row],
      x: { label: "column", low: 0, high: SIDE },
      y: { label: "row", low: 0, high: SIDE },
      bare: true,
      map: { columns: SIDE, values: upsideDown(all, icon).map((ink) => -ink) },
      marks: [],
    })),
  );
  const every = Math.max(1, Math.floor(result.energies.length / SHOWN));
  return {
    "binary-icons": { panels },
    "binary-energies": {
      panels: [
        energiesAlong(result, {
          step: "units visited",
          energy: "energy",
          look: (icon) => ({ ink: icon + 1, name: `icon ${icon + 1}` }),
          every,
        }),
      ],
    },
  };
}

/** The rows of a picture, the lowest first. */
function upsideDown(all: ArrayLike<number>, icon: number): number[] {
  return Array.from({ length: SIDE ** 2 }, (_, k) => {
    const row = SIDE - 1 - Math.floor(k / SIDE);
    return all[icon * SIDE ** 2 + row * SIDE + (k % SIDE)];
  });
}

interface Case {
  readonly K: number;
  readonly noise: number;
  readonly restored: number;
}

/** How many damaged copies come back, from what `ham capacity --json` found. */
export function capacity(cases: readonly Case[], size: number): Figure {
  const noises = [...new Set(cases.map(({ noise }) => noise))];
  const counts = cases.map(({ K }) => K);
  return {
    panels: [
      {
        title: `${size} units`,
        x: { label: "random patterns K", low: 0, high: Math.max(...counts) },
        y: { label: "share of copies restored", low: -0.05, high: 1.05 },
        marks: [
          ...noises.map((noise, k): Mark => ({
            as: "line",
            ink: k + 1,
            name: `${Math.round(100 * noise)}% flipped`,
            points: cases
              .filter((one) => one.noise === noise)
              .map(({ K, restored }) => [K, restored]),
          })),
          {
            as: "line",
            ink: 0,
            dashed: true,
            name: `0.138 · ${size}, the limit of large networks`,
            points: [
              [0.138 * size, -0.05],
              [0.138 * size, 1.05],
            ],
          },
        ],
      },
    ],
  };
}
