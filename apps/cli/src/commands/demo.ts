// `ham demo`: a thousand digits are stored, a hundred of them damaged in three ways and recalled.

import { join, relative } from "node:path";
import { foldIn, key } from "@hamlet/core";
import type { Outcome } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import { DAMAGES, type Damage } from "../demo/damage.ts";
import { hamCall } from "../called.ts";
import { CommandError, EXIT } from "../exit.ts";
import { EXAMPLES } from "../files/examples.ts";
import { assertFolder } from "../files/output.ts";
import { pathIn } from "../files/path-in.ts";
import { writeFileAtomically } from "../files/write.ts";
import { type ModelFlags, withModelOptions } from "../options.ts";
import { toPng } from "../pictures/canvas.ts";
import { drawEnergies, type EnergyCurve } from "../pictures/energy-plot.ts";
import { drawSheet, type SheetGroup } from "../pictures/sheet.ts";
import { recallBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import { openModel } from "../files/open-model.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham demo`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command).option("--out-dir <FOLDER>", "where the pictures go", "out"),
  run: demo,
};

interface DemoFlags extends ModelFlags {
  readonly outDir: string;
}

/** The model that the demo runs. */
export const DIGITS = join(EXAMPLES, "digits.ham");

/** How many digits are damaged, and how many of them fit on the sheet. */
const DAMAGED = 100;
export const SHOWN = 20;
/** The grey level of full ink. */
const WHITE = 16;

/** One way to damage digits, and what came back. */
export interface Trial {
  readonly row: readonly string[];
  readonly sheet: SheetGroup;
  readonly curve: EnergyCurve;
}

/** Runs the demo; returns the exit code. */
async function demo(flags: DemoFlags): Promise<number> {
  const [sheet, plot] = ["digits.png", "energy.svg"].map((name) => pathIn(flags.outDir, name));
  await assertFolder(flags.outDir, "--out-dir");
  const path = relative(process.cwd(), DIGITS);
  const outputs = [sheet, plot].map((file) => ({ option: "--out-dir", path: file }));
  using model = await openModel(path, flags, { outputs });
  const digits = spreadDigits(model);
  const { stored, count, height, width } = digits;
  process.stdout.write(
    `${stored} digits of ${height} × ${width} pixels are stored in one energy (${path}).\n` +
      `${count} of them are damaged and roll downhill on the ${flags.backend} backend:\n\n`,
  );
  const trials = await recallDigits(model, digits, flags.seed);
  const head = [
    "damage",
    "pixel error",
    "after",
    "exactly restored",
    "steps",
    "energy drop",
    "time",
  ];
  process.stdout.write(
    `${formatTable(
      head,
      trials.map(({ row }) => row),
    )}\n\n`,
  );

  const columns = Math.min(SHOWN, count);
  const canvas = drawSheet(
    trials.map((trial) => trial.sheet),
    { height, width, columns },
  );
  await writeFileAtomically(sheet, toPng(canvas));
  await writeFileAtomically(plot, drawEnergies(trials.map(({ curve }) => curve)));
  const ham = hamCall();
  process.stdout.write(
    `${sheet}   rows: damaged, recalled, original\n` +
      `${plot}   energy against step\n\n` +
      `Try next:\n` +
      `  ${ham} explain ${path}   the update rule behind it\n` +
      `  ${ham} demo --set beta=5    a softer memory: what comes back now?\n`,
  );
  return EXIT.ok;
}

/** Digits of the store. */
interface Digits {
  /** How many there are in all. */
  readonly stored: number;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly originals: Float32Array;
}

/** A hundred digits, evenly spread over the store. */
export function spreadDigits(model: Model): Digits {
  const { shape, data } = model.entries("digits");
  const [stored, height, width] = shape;
  const count = Math.min(DAMAGED, stored);
  if (height * width === 0) throw new CommandError(EXIT.failed, "there are no pixels to damage.");
  const size = height * width;
  const originals = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * stored) / count) * size;
    originals.set(data.subarray(from, from + size), i * size);
  }
  return { stored, count, height, width, originals };
}

/** The digits damaged in every way, and recalled. */
export async function recallDigits(model: Model, digits: Digits, seed: number): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const [i, damage] of DAMAGES.entries()) {
    trials.push(await recallDamaged(model, damage, digits, foldIn(key(seed), i)));
  }
  return trials;
}

async function recallDamaged(
  model: Model,
  damage: Damage,
  { count, height, width, originals }: Digits,
  stream: ReturnType<typeof key>,
): Promise<Trial> {
  const { picture, known } = damage.apply(originals, { height, width, white: WHITE }, stream);
  const shape = [count, height, width];
  const began = performance.now();
  const bar = await recallBar(damage.name);
  const running = model.recall({
    givens: { picture: { shape, data: picture }, known: { shape, data: known } },
    onProgress: bar.onProgress,
  });
  using result = await running.finally(() => bar.done());
  const seconds = (performance.now() - began) / 1000;
  const [layer] = result.activations.values();
  const recalled = new Float32Array(await layer.data());

  const original = originals.map((grey) => grey / WHITE);
  const damaged = picture.map((grey) => grey / WHITE);
  const restored = countExact(recalled, originals, height * width);
  const drops = result.outcomes.map((outcome) => outcome.energyBefore - outcome.energyAfter);
  return {
    row: [
      damage.name,
      percent(meanError(damaged, original)),
      percent(meanError(recalled, original)),
      `${restored} of ${count}`,
      stepsText(result.outcomes),
      mean(drops).toFixed(3),
      `${seconds.toFixed(2)} s`,
    ],
    sheet: { damaged, recalled, original },
    curve: { name: damage.name, energies: result.energies.map((energies) => mean([...energies])) },
  };
}

/** Pictures of which every pixel, rounded to its grey level, is the stored one. */
function countExact(recalled: Float32Array, originals: Float32Array, size: number): number {
  let exact = 0;
  for (let from = 0; from < originals.length; from += size) {
    const same = originals
      .subarray(from, from + size)
      .every((grey, i) => Math.round(recalled[from + i] * WHITE) === grey);
    exact += Number(same);
  }
  return exact;
}

function meanError(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + Math.abs(value - b[i]), 0) / a.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}

function stepsText(outcomes: readonly Outcome[]): string {
  const steps = outcomes.map((outcome) => outcome.steps).sort((a, b) => a - b);
  return `${steps[0]} to ${steps.at(-1)}`;
}
