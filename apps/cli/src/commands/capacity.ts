// `ham capacity [PATTERNS]`: how many patterns an energy holds, and how much damage it mends.

import { startBackend } from "../backend.ts";
import { type CapacityPoint, measureCapacity, type Share } from "../capacity/measure.ts";
import {
  CAPACITY_ENERGIES,
  CAPACITY_RECALLS,
  type CapacityEnergy,
  type CapacityRecall,
  energyText,
} from "../capacity/model.ts";
import { measureInThreads } from "../capacity/measure-threads.ts";
import { type PatternPool, setsOf } from "../capacity/sets.ts";
import { expectedInstability, expectedLimit } from "../capacity/theory.ts";
import { assertMemory } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf, readPatterns } from "../files/patterns.ts";
import { assertOutputs } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { drawCapacity } from "../pictures/capacity-plot.ts";
import { countBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import { workersOption } from "../threads/pool.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import {
  jsonOption,
  listOf,
  orderNumber,
  positiveNumber,
  positiveReal,
  shareNumber,
  wholeNumber,
} from "../options.ts";

/** `ham capacity`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("[patterns]")
      .addOption(
        new Option("--energy <ENERGY>", "the energy")
          .choices(CAPACITY_ENERGIES)
          .default("quadratic"),
      )
      .addOption(
        new Option(
          "--n <N>",
          "the order of a polynomial or rectified energy (default: 3)",
        ).argParser(orderNumber),
      )
      .addOption(
        new Option(
          "--beta <X>",
          "the inverse temperature of the log-sum-exp energy (default: 1)",
        ).argParser(positiveReal),
      )
      .addOption(
        new Option("--recall <HOW>", "sweeps until no unit flips, or one step of all units")
          .choices(CAPACITY_RECALLS)
          .default("settle"),
      )
      .addOption(
        new Option("--size <D>", "units of a random pattern (default: 100)").argParser(
          positiveNumber,
        ),
      )
      .addOption(
        new Option("--counts <K,…>", "numbers of patterns (default: around the limit)").argParser(
          listOf(positiveNumber),
        ),
      )
      .addOption(
        new Option("--noise <X,…>", "shares of flipped units")
          .default([0, 0.1, 0.2, 0.3], "0,0.1,0.2,0.3")
          .argParser(listOf(shareNumber)),
      )
      .addOption(
        new Option("--trials <N>", "damaged copies in each case")
          .default(50)
          .argParser(positiveNumber),
      )
      .addOption(
        new Option("--overlap <X>", "an overlap that counts as restored")
          .default(0.95)
          .argParser(shareNumber),
      )
      .addOption(
        new Option("--seed <N>", "seed of everything that is drawn")
          .argParser(wholeNumber)
          .default(0),
      )
      .addOption(workersOption("threads of this machine (default: 1)"))
      .addOption(jsonOption())
      .option("--out <FILE.svg>", "where the picture goes", "out/capacity.svg"),
  run: capacity,
};

interface CapacityFlags {
  readonly energy: (typeof CAPACITY_ENERGIES)[number];
  readonly n?: number;
  readonly beta?: number;
  readonly recall: CapacityRecall;
  readonly size?: number;
  readonly counts?: readonly number[];
  readonly noise: readonly number[];
  readonly trials: number;
  readonly overlap: number;
  readonly seed: number;
  readonly workers?: number;
  readonly json: boolean;
  readonly out: string;
}

const PICTURE = { what: "a picture", endings: [".svg"] };

/** The patterns as drawn, as a file, as entries and as a tensor. */
const [BYTES_OF_A_PATTERN, BYTES_OF_A_UNIT] = [100, 14];
/** Copies, damage, states and what a step works on. */
const BYTES_OF_A_COPY = 48;

/** Measures, prints a table and draws a picture; returns the exit code. */
async function capacity(path: string | undefined, flags: CapacityFlags): Promise<number> {
  const output = { option: "--out", path: flags.out, content: PICTURE };
  await assertOutputs([output], path === undefined ? [] : [fileOf(path)]);
  assertUsed(path, flags);
  const energy = energyOf(flags);
  const { pool, most: all } = await poolOf(path, flags);
  const { size } = pool;
  const theory = {
    instability: (K: number) => expectedInstability(energy, size, K),
    limit: (noise: number) => expectedLimit(energy, size, { ...flags, noise }),
  };
  const counts = countsOf(flags, theory.limit, all, path);
  const most = Math.max(...counts);
  const held = most * (BYTES_OF_A_PATTERN + size * BYTES_OF_A_UNIT);
  assertMemory(`${most} patterns of ${size} units`, held);
  const tried = flags.trials * size * BYTES_OF_A_COPY;
  assertMemory(`${flags.trials} damaged copies of ${size} units`, tried);
  await startBackend("cpu");
  const bar = await countBar("measured");
  const plan = {
    energy,
    recall: flags.recall,
    size,
    counts,
    noises: flags.noise,
    trials: flags.trials,
    overlap: flags.overlap,
    seed: flags.seed,
  };
  let points: CapacityPoint[];
  try {
    const { workers = 1 } = flags;
    points =
      workers === 1
        ? await measureCapacity({ ...plan, sets: setsOf(pool) }, bar.onProgress)
        : await measureInThreads(plan, { pool, workers }, bar.onProgress);
  } finally {
    bar.done();
  }
  const parameter =
    "n" in energy ? ` n = ${energy.n}` : "beta" in energy ? ` β = ${energy.beta}` : "";
  const title = `${flags.energy}${parameter}, ${size} units, ${path ?? "random patterns"}`;
  await writeFileAtomically(flags.out, drawCapacity(points, { title, theory }));
  if (flags.json) {
    const rows = points.map((point) => ({
      ...point,
      expectedUnstable: theory.instability(point.K),
      restored: point.restored.map((row) => ({ ...row, limit: theory.limit(row.noise) })),
    }));
    const { trials, overlap, seed, recall } = flags;
    const report = {
      energy,
      recall,
      patterns: path ?? "random",
      size,
      trials,
      overlap,
      seed,
      points: rows,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    process.stdout.write(
      `energy ${energyText(energy)}\n${size} units, ${path ?? "random patterns"}; ${trialsText(flags, path)}, restored from an overlap of ${flags.overlap} on; 95% intervals\n\n${table(points, theory)}\n\n${limits(flags, theory.limit)}\n${unfinishedText(points)}\n${flags.out}   restored and unstable shares against K, theory dashed\n`,
    );
  }
  return EXIT.ok;
}

/** Energies that an option is of. */
const OF_ENERGIES = {
  n: ["polynomial", "rectified"],
  beta: ["log-sum-exp"],
} as const satisfies Partial<Record<keyof CapacityFlags, readonly CapacityFlags["energy"][]>>;

/** Stops where an option would count for nothing. */
function assertUsed(path: string | undefined, flags: CapacityFlags): void {
  for (const [name, energies] of Object.entries(OF_ENERGIES)) {
    const isOf = (energies as readonly string[]).includes(flags.energy);
    if (isOf || flags[name as keyof typeof OF_ENERGIES] === undefined) continue;
    throw new CommandError(
      EXIT.usage,
      `--${name} is of --energy ${energies.join(" and ")}, not of ${flags.energy}.`,
    );
  }
  if (path === undefined || flags.size === undefined) return;
  throw new CommandError(
    EXIT.usage,
    `--size is of random patterns: those of ${path} have a size of their own.`,
  );
}

function energyOf({ energy, n = 3, beta = 1 }: CapacityFlags): CapacityEnergy {
  switch (energy) {
    case "polynomial":
    case "rectified":
      return { name: energy, n };
    case "log-sum-exp":
      return { name: energy, beta };
    default:
      return { name: energy };
  }
}

/** What patterns are drawn from, and the most there are. */
async function poolOf(
  path: string | undefined,
  { size = 100, seed, trials }: CapacityFlags,
): Promise<{ readonly pool: PatternPool; readonly most: number }> {
  if (path === undefined) return { pool: { size, seed, trials, all: null }, most: Infinity };
  const { data, shape } = await readPatterns(path);
  const pool = { size: shape[1], seed, trials, all: Int8Array.from(data) };
  return { pool, most: shape[0] };
}

/** The largest K that is chosen without being asked: more takes minutes. */
const MOST = 1000;

/** The numbers of patterns: as asked, else eight around the expected limit. */
function countsOf(
  { counts, noise }: CapacityFlags,
  limit: (noise: number) => number,
  most: number,
  path: string | undefined,
): readonly number[] {
  if (counts === undefined) {
    const limits = noise.map(limit);
    const top = Math.min(most, MOST, Math.max(8, 2.5 * Math.max(...limits)));
    const low = Math.max(1, Math.min(top / 10, Math.min(...limits) / 5));
    const steps = Array.from({ length: 8 }, (_, k) => Math.round(low * (top / low) ** (k / 7)));
    return [...new Set(steps)];
  }
  const large = counts.find((K) => K > most);
  if (large !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `${path} has ${most} patterns, fewer than the ${large} of --counts.`,
    );
  }
  return [...new Set(counts)].toSorted((a, b) => a - b);
}

function table(
  points: readonly CapacityPoint[],
  { instability }: { instability: (K: number) => number | null },
): string {
  const noises = points[0].restored.map(({ noise }) => noise);
  const head = [
    "K",
    "unstable units",
    "theory",
    ...noises.map((noise) => `restored, ${percent(noise)}% flipped`),
  ];
  const rows = points.map(({ K, unstable, restored }) => {
    const expected = instability(K);
    return [
      String(K),
      shareText(unstable, 4),
      expected === null ? "none known" : expected.toPrecision(3),
      ...restored.map((row) => shareText(row.restored, 2)),
    ];
  });
  return formatTable(head, rows);
}

function shareText({ share, low, high }: Share, digits: number): string {
  const [s, l, h] = [share, low, high].map((x) => x.toFixed(digits));
  return `${s} (${l} to ${h})`;
}

function trialsText({ trials, recall }: CapacityFlags, path: string | undefined): string {
  const copies = trials === 1 ? "1 copy" : `${trials} copies`;
  const whose = path === undefined ? ", each of patterns of its own" : "";
  const how =
    recall === "settle" ? "swept until no unit flips" : "recalled in one step of all units";
  return `${copies} a case${whose}, ${how}`;
}

function unfinishedText(points: readonly CapacityPoint[]): string {
  const unfinished = points.reduce((sum, point) => sum + point.unfinished, 0);
  if (unfinished === 0) return "";
  return `${unfinished} recalls ended before a sweep without flips\n`;
}

function limits(
  { energy, noise: noises }: CapacityFlags,
  limit: (noise: number) => number,
): string {
  const count = (noise: number) => {
    const K = limit(noise);
    return K < 1e6 ? String(Math.round(K)) : K.toExponential(1);
  };
  const each = noises.map((noise) => `${count(noise)} with ${percent(noise)}% flipped`);
  const same = new Set(noises.map((noise) => limit(noise))).size === 1;
  const kind = energy === "exponential" ? "proven" : "expected";
  return `${kind} limit for random patterns: K = ${same ? count(noises[0]) : each.join(", ")}`;
}

function percent(share: number): number {
  return Number((100 * share).toFixed(1));
}
