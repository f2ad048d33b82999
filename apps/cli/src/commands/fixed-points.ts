// `ham fixed-points FILE`: the minima, saddles and maxima of a model's energy.

import type { Census, FixedPoint } from "@hamlet/ham";
import { withSearchThreads } from "../census/search.ts";
import { EXIT } from "../exit.ts";
import { jsonOption, type ModelFlags, withModelOptions, withSearchOptions } from "../options.ts";
import { searchBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import { openModel } from "../files/open-model.ts";
import { workersOption } from "../threads/pool.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham fixed-points`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withSearchOptions(withModelOptions(command.argument("<file>")))
      .addOption(workersOption("threads that search: the same bits").default(1))
      .addOption(jsonOption()),
  run: fixedPoints,
};

interface FixedPointsFlags extends ModelFlags {
  readonly starts: number;
  readonly spread: number;
  readonly workers: number;
  readonly json: boolean;
}

/** Eigenvalues that a table shows: the smallest, which decide. */
const SHOWN = 4;

/** Looks for fixed points and lists them; returns the exit code. */
async function fixedPoints(path: string, flags: FixedPointsFlags): Promise<number> {
  using model = await openModel(path, flags);
  const { starts, spread, workers } = flags;
  const bar = await searchBar("fixed points");
  let census: Census;
  try {
    const { onProgress } = bar;
    census = await withSearchThreads(workers, (how) =>
      model.fixedPoints({ starts, spread, onProgress, ...how }),
    );
  } finally {
    bar.done();
  }
  process.stdout.write(
    flags.json ? `${JSON.stringify(report(path, flags, census))}\n` : `${summary(census)}\n`,
  );
  return census.points.length === 0 ? EXIT.failed : EXIT.ok;
}

function report(path: string, { seed, spread }: FixedPointsFlags, census: Census) {
  const { points, morse, kinks, starts, astray } = census;
  return {
    model: path,
    seed,
    starts,
    spread,
    astray,
    morse,
    kinks,
    points: points.map(({ states, activations, ...point }) => ({
      ...point,
      states: named(states),
      activations: named(activations),
    })),
  };
}

function named(layers: FixedPoint["states"]): Record<string, number[]> {
  return Object.fromEntries([...layers].map(([{ name }, values]) => [name, [...values]]));
}

function summary({ points, morse, kinks, starts, astray }: Census): string {
  if (points.length === 0) {
    return `No fixed point was found from ${starts} starts. Try more with --starts, or others with --spread.`;
  }
  const rows = points.map(({ kind, index, energy, eigenvalues, share }) => [
    kind,
    String(index),
    energy.toPrecision(6),
    eigenvaluesText(eigenvalues),
    `${(100 * share).toFixed(1)}%`,
  ]);
  const table = formatTable(["kind", "index", "energy", "eigenvalues", "share of starts"], rows);
  const lost = astray === 0 ? [] : [`${(100 * astray).toFixed(1)}% of the starts ended elsewhere.`];
  return [
    `fixed points: ${points.length} from ${starts} starts`,
    "",
    table,
    "",
    ...lost,
    morseText(morse, kinks),
  ].join("\n");
}

function eigenvaluesText(values: readonly number[]): string {
  const shown = values.slice(0, SHOWN).map((value) => value.toPrecision(3));
  return `${shown.join(", ")}${values.length > SHOWN ? `, … (${values.length})` : ""}`;
}

function morseText(morse: number | null, kinks: readonly string[]): string {
  if (morse === null) return "A degenerate point has no index, so the points cannot be counted up.";
  if (morse === 1) return "Morse check: Σ (−1)^index = 1, as for all fixed points of an energy.";
  if (kinks.length > 0) {
    const names = kinks.map((name) => `\`${name}\``).join(", ");
    return `Σ (−1)^index = ${morse}. The energy has kinks or flat parts (${names}), where a fixed point may have no index, so this need not be 1.`;
  }
  return `Morse check: Σ (−1)^index = ${morse}, not 1: some are missing (try more --starts), or the energy does not grow in every direction.`;
}
