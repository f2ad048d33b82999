// `ham zoo`: which similarity and separation have an energy, and what each of them holds.

import { inTurns, key, makeTurn } from "@hamlet/core";
import {
  type Cell,
  CELLS,
  measureCell,
  type MeasuredCell,
  SEPARATIONS,
  SIMILARITIES,
} from "@hamlet/ham/zoo";
import { Option } from "commander";
import { EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { jsonOption, listOf, positiveNumber, shareNumber, wholeNumber } from "../options.ts";
import { drawZoo } from "../pictures/zoo-table.ts";
import { countBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham zoo`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .addOption(
        new Option("--size <D>", "units of a random pattern").default(16).argParser(positiveNumber),
      )
      .addOption(
        new Option("--counts <K,…>", "numbers of patterns, for the capacity")
          .default([2, 4, 8, 16, 32, 64, 128], "2,4,8,16,32,64,128")
          .argParser(listOf(positiveNumber)),
      )
      .addOption(
        new Option("--noise <X,…>", "shares of flipped units, for the basins")
          .default([0, 0.1, 0.2, 0.3, 0.4], "0,0.1,0.2,0.3,0.4")
          .argParser(listOf(shareNumber)),
      )
      .addOption(
        new Option("--trials <N>", "damaged copies in each case")
          .default(40)
          .argParser(positiveNumber),
      )
      .addOption(
        new Option("--seed <N>", "seed of everything that is drawn")
          .argParser(wholeNumber)
          .default(0),
      )
      .addOption(jsonOption())
      .option("--out <FILE.svg>", "where the picture goes", "out/zoo.svg"),
  run: zoo,
};

interface ZooFlags {
  readonly size: number;
  readonly counts: readonly number[];
  readonly noise: readonly number[];
  readonly trials: number;
  readonly seed: number;
  readonly json: boolean;
  readonly out: string;
}

const PICTURE = { what: "a picture", endings: [".svg"] };
/** The noise at which capacities are measured, and the patterns at which basins are. */
const [NOISE, COUNT] = [0.1, 8];

/** Measures, prints the table and draws it; returns the exit code. */
async function zoo(flags: ZooFlags): Promise<number> {
  await assertOutputs([{ option: "--out", path: flags.out, content: PICTURE }], []);
  const rising = (list: readonly number[]) => [...new Set(list)].toSorted((a, b) => a - b);
  const { size, trials, seed } = flags;
  const plan = {
    size,
    counts: rising(flags.counts),
    noise: NOISE,
    noises: rising(flags.noise),
    count: COUNT,
    trials,
  };
  const cells: MeasuredCell[] = [];
  const stream = key(seed);
  const bar = await countBar("measured");
  const turn = makeTurn();
  try {
    for (const [done, cell] of CELLS.entries()) {
      bar.onProgress({ done, of: CELLS.length });
      cells.push(await inTurns(measureCell(cell, { ...plan, key: stream }), turn));
    }
  } finally {
    bar.done();
  }
  await writeFileAtomically(flags.out, drawZoo(cells, plan));
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ ...plan, seed, cells })}\n`);
  } else {
    process.stdout.write(
      `${table(cells)}\n\nE falls in every update, to a floor; "no floor": it falls, and may do so for ever; "none": there is no such energy\nK    the most random patterns of ${size} units of which nine of ten copies with ${100 * NOISE}% flipped came back\n%    the most units of ${COUNT} patterns that may be flipped so that half of the copies come back\n${trials} copies a case, β chosen for each cell on other patterns\n\n${flags.out}   the same as a picture\n`,
    );
  }
  return EXIT.ok;
}

function table(cells: readonly MeasuredCell[]): string {
  const similarities = Object.keys(SIMILARITIES);
  const rows = Object.keys(SEPARATIONS).map((separation) => [
    separation,
    ...similarities.map((similarity) => {
      const cell = cells.find(
        (one) => one.similarity === similarity && one.separation === separation,
      )!;
      return `${claimOf(cell)}, ${cell.capacity}, ${Math.round(100 * cell.basin)}%`;
    }),
  ]);
  return formatTable(["E, K, %", ...similarities], rows);
}

/** What a cell promises, in a word. */
export function claimOf({ verdict }: Cell): string {
  if (verdict.energy === "none") return "none";
  return verdict.hasFloor ? "falls" : "no floor";
}
