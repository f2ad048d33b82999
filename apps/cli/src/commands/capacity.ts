// `ham capacity [PATTERNS]`: how many patterns an energy holds, and how much damage it mends.

import { bernoulli, foldIn, key } from "@hamlet/core";
import { startBackend } from "../backend.ts";
import {
  type CapacityPlan,
  type CapacityPoint,
  measureCapacity,
  type Share,
} from "../capacity/measure.ts";
import { CAPACITY_ENERGIES, type CapacityEnergy, energyText } from "../capacity/model.ts";
import { expectedInstability, expectedLimit } from "../capacity/theory.ts";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf, readPatterns } from "../files/patterns.ts";
import { assertOutputs } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { drawCapacity } from "../pictures/capacity-plot.ts";
import { countBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { listOf, orderNumber, positiveNumber, shareNumber, wholeNumber } from "../options.ts";

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
        new Option("--n <N>", "the order of the polynomial energy")
          .default(3)
          .argParser(orderNumber),
      )
      .addOption(
        new Option("--size <D>", "units of a random pattern")
          .default(100)
          .argParser(positiveNumber),
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
      .option("--json", "print one JSON object and nothing else", false)
      .option("--out <FILE.svg>", "where the picture goes", "out/capacity.svg"),
  run: capacity,
};

interface CapacityFlags {
  readonly energy: (typeof CAPACITY_ENERGIES)[number];
  readonly n: number;
  readonly size: number;
  readonly counts?: readonly number[];
  readonly noise: readonly number[];
  readonly trials: number;
  readonly overlap: number;
  readonly seed: number;
  readonly json: boolean;
  readonly out: string;
}

const PICTURE = { what: "a picture", endings: [".svg"] };

/** Measures, prints a table and draws a picture; returns the exit code. */
async function capacity(path: string | undefined, flags: CapacityFlags): Promise<number> {
  const output = { option: "--out", path: flags.out, content: PICTURE };
  await assertOutputs([output], path === undefined ? [] : [fileOf(path)]);
  const energy: CapacityEnergy =
    flags.energy === "polynomial" ? { name: "polynomial", n: flags.n } : { name: flags.energy };
  const source = path === undefined ? randomPatterns(flags) : await filePatterns(path);
  const { size } = source;
  const theory = {
    instability: (K: number) => expectedInstability(energy, size, K),
    limit: (noise: number) => expectedLimit(energy, size, noise),
  };
  const counts = countsOf(flags, theory.limit, source.most, path);
  await startBackend("cpu");
  const bar = countBar("measured");
  const plan: CapacityPlan = {
    energy,
    size,
    counts,
    noises: flags.noise,
    trials: flags.trials,
    overlap: flags.overlap,
    seed: flags.seed,
    patterns: source.patterns,
  };
  let points: CapacityPoint[];
  try {
    points = await measureCapacity(plan, bar.onCount);
  } finally {
    bar.done();
  }
  const title = `${flags.energy}${energy.name === "polynomial" ? ` n = ${energy.n}` : ""}, ${size} units, ${path ?? "random patterns"}`;
  await writeFileAtomically(flags.out, drawCapacity(points, { title, theory }));
  if (flags.json) {
    const rows = points.map((point) => ({
      ...point,
      expectedUnstable: theory.instability(point.K),
      restored: point.restored.map((row) => ({ ...row, limit: theory.limit(row.noise) })),
    }));
    const { trials, overlap, seed } = flags;
    const report = {
      energy,
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
      `energy ${energyText(energy)}\n${size} units, ${path ?? "random patterns"}; ${flags.trials} copies a case, restored from an overlap of ${flags.overlap} on; 95% intervals\n\n${table(points, theory)}\n\n${limits(flags.noise, theory.limit)}\n\n${flags.out}   restored and unstable shares against K, theory dashed\n`,
    );
  }
  return EXIT.ok;
}

interface PatternSource {
  readonly size: number;
  /** The most patterns there are. */
  readonly most: number;
  readonly patterns: CapacityPlan["patterns"];
}

function randomPatterns({ size, seed }: CapacityFlags): PatternSource {
  return {
    size,
    most: Infinity,
    patterns: (K, set) =>
      Int8Array.from(
        bernoulli(foldIn(foldIn(key(seed), set), K), 0.5, K * size),
        (bit) => 2 * bit - 1,
      ),
  };
}

async function filePatterns(path: string): Promise<PatternSource> {
  const { data, shape } = await readPatterns(path);
  const [most, size] = shape;
  const all = Int8Array.from(data);
  return { size, most, patterns: (K) => all.subarray(0, K * size) };
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
    ...noises.map((noise) => `restored, ${Number((100 * noise).toFixed(1))}% flipped`),
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

function limits(noises: readonly number[], limit: (noise: number) => number): string {
  const each = noises.map(
    (noise) => `${Math.round(limit(noise))} with ${Number((100 * noise).toFixed(1))}% flipped`,
  );
  const same = new Set(noises.map((noise) => limit(noise))).size === 1;
  return `expected limit for random patterns: K = ${same ? Math.round(limit(0)) : each.join(", ")}`;
}
