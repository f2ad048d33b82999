// The losses of the training on the page about training, from the table that it writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drawLosses } from "../../apps/cli/src/pictures/loss-plot.ts";
import { picture } from "./picture.ts";
import { ham } from "./told.ts";

const MODEL = "11-mnist-memory";

export const trainingLoss = picture(
  () =>
    ham("learn/training.mdx", [`train examples/${MODEL}.ham --validation 0.2`], (_, folder) =>
      curves(readFileSync(join(folder, `out/${MODEL}-loss.csv`), "utf8")),
    ),
  drawLosses,
);

/** The losses of minibatches from the first step on, and those held back, at their steps. */
function curves(csv: string) {
  const rows = csv.trim().split("\n").slice(1);
  const cells = rows.map((row) =>
    row.split(",").map((cell) => (cell === "" ? null : Number(cell))),
  );
  return {
    losses: cells.slice(1).map(([, loss]) => loss!),
    validation: cells.flatMap(([step, , loss]) => (loss === null ? [] : [{ step: step!, loss }])),
  };
}
