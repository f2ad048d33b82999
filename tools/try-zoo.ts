// 10 000 runs of each cell of the zoo that claims an energy: it falls in every update of every run.
//
//     node tools/try-zoo.ts [RUNS]

import { foldIn, key } from "../packages/core/src/index.ts";
import { CELLS } from "../packages/ham/src/zoo.ts";
import { fallsInRun } from "../packages/ham/test/zoo-runs.ts";

const runs = Number(process.argv[2] ?? 10_000);
for (const [n, cell] of CELLS.entries()) {
  if (cell.verdict.energy !== "falls") continue;
  let moved = 0;
  for (let run = 0; run < runs; run++) {
    if (fallsInRun(cell, foldIn(foldIn(key(25), n), run)) > 1e-9) moved++;
  }
  console.log(
    `${cell.similarity}, ${cell.separation}: ${runs} runs, ${moved} of which fell at all`,
  );
}
