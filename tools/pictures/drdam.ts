// The landscapes of a memory of random features, as `ham reproduce drdam` draws them.

import { drawPanels } from "../../apps/cli/src/pictures/panels.ts";
import {
  BETAS,
  box,
  K,
  landscapeRows,
  sceneOf,
  SPAN,
  starsAt,
} from "../../apps/cli/src/reproduce/drdam/figures.ts";
import { key, makeTurn, split } from "../../packages/core/src/index.ts";
import { spaced } from "../../packages/drdam/src/index.ts";
import { float64, picture } from "./picture.ts";

/** The key of the reproduction, and the points along a side of its maps. */
const [SEED, POINTS] = [779, 50];

export const drdamLandscapes = picture(
  async () => {
    const keys = split(key(SEED), 10);
    const patterns = box(keys[0], K);
    const side = spaced(-SPAN, SPAN, POINTS);
    const given = {
      key: keys[4],
      patterns,
      queries: [],
      updates: 0,
      grid: { xs: side, ys: side },
      turn: makeTurn(),
    };
    const scenes = [];
    for (const beta of BETAS) scenes.push(await sceneOf(beta, given));
    return landscapeRows(scenes, starsAt(patterns));
  },
  (rows) =>
    drawPanels(
      rows.map((row) =>
        row.map(({ field, ...panel }) => ({
          ...panel,
          field: { ...field!, values: float64(field!.values) },
        })),
      ),
    ),
  3,
);
