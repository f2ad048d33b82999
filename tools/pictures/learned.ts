// The samples of networks that learned, as the notebook about diffusion has them.

import { readFileSync } from "node:fs";
import { drawPanels, INK, type Panel } from "../../apps/cli/src/pictures/panels.ts";
import type { Figure } from "../../apps/docs/src/notebooks/figure.ts";
import { picture } from "./picture.ts";

const NOTEBOOK = new URL(
  "../../apps/docs/src/notebooks/data/diffusion-samples.json",
  import.meta.url,
);

/** Networks above, exact scores below. */
export const learnedSamples = picture(() => {
  const { panels } = JSON.parse(readFileSync(NOTEBOOK, "utf8")) as Figure;
  const drawn = panels.map(({ title, x, y, marks }): Panel => ({
    title: title!,
    x: [x.low, x.high],
    y: [y.low, y.high],
    marks: marks.map(({ as, points }) => ({
      points: points as [number, number][],
      ...(as === "stars"
        ? { as, colour: INK.approx }
        : { as: "dots" as const, colour: INK.exact, radius: 1 }),
    })),
  }));
  return [0, 1].map((side) => drawn.filter((_, k) => k % 2 === side));
}, drawPanels);
