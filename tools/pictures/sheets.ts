// Sheets of pictures: the digits of the demo, with the energies along their recalls, and icons filled in.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DIGITS,
  recallDigits,
  SHOWN,
  spreadDigits,
  type Trial,
} from "../../apps/cli/src/commands/demo.ts";
import { openModel } from "../../apps/cli/src/files/open-model.ts";
import { toPng } from "../../apps/cli/src/pictures/canvas.ts";
import { drawEnergies } from "../../apps/cli/src/pictures/energy-plot.ts";
import { drawSheet } from "../../apps/cli/src/pictures/sheet.ts";
import { drawInpainting, type Inpainting } from "../../bench/energy-transformer/sheet.ts";
import { picture } from "./picture.ts";
import { ham } from "./told.ts";

const PARTS = ["damaged", "recalled", "original"] as const;

interface Sheet {
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  /** Of each damage the ink of the pixels, row by row: two hexadecimal digits, ff is full. */
  readonly groups: readonly ({ readonly name: string } & Readonly<
    Record<(typeof PARTS)[number], readonly string[]>
  >)[];
}

/** What the demo recalls. */
async function demo(): Promise<{ height: number; width: number; trials: Trial[] }> {
  using model = await openModel(DIGITS, { backend: "wasm", seed: 0, set: [], data: {}, given: {} });
  const digits = spreadDigits(model);
  return { ...digits, trials: await recallDigits(model, digits, 0) };
}

export const digits = picture<Sheet>(
  async () => {
    const { height, width, trials } = await demo();
    const size = height * width;
    const hex = (ink: number) =>
      Math.round(255 * Math.min(1, Math.max(0, ink)))
        .toString(16)
        .padStart(2, "0");
    const each = (all: Float32Array) =>
      Array.from({ length: SHOWN }, (_, k) =>
        Array.from(all.subarray(k * size, (k + 1) * size), hex).join(""),
      );
    return {
      height,
      width,
      columns: SHOWN,
      groups: trials.map(({ curve: { name }, sheet }) => ({
        name,
        damaged: each(sheet.damaged),
        recalled: each(sheet.recalled),
        original: each(sheet.original),
      })),
    };
  },
  ({ groups, ...size }) => {
    const ink = (rows: readonly string[]) =>
      Float32Array.from(rows.join("").match(/../g)!, (byte) => Number.parseInt(byte, 16) / 255);
    return toPng(
      drawSheet(
        groups.map(({ damaged, recalled, original }) => ({
          damaged: ink(damaged),
          recalled: ink(recalled),
          original: ink(original),
        })),
        size,
      ),
    );
  },
);

export const energies = picture(
  async () => (await demo()).trials.map(({ curve }) => curve),
  drawEnergies,
);

const BENCH = join(import.meta.dirname, "../../bench/energy-transformer/inpainting.ts");

export const inpainting = picture<Inpainting>(
  () =>
    ham("learn/energy-transformer.mdx", ["train examples/14-inpainting.ham"], (_, folder) => {
      execFileSync(process.execPath, [BENCH], { cwd: folder });
      return JSON.parse(readFileSync(join(folder, "out/inpainting.json"), "utf8")) as Inpainting;
    }),
  drawInpainting,
);
