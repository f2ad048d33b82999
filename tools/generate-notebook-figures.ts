// Computes the figures and tables of the notebook pages, of the gallery and of the first page anew,
// apps/docs/src/notebooks/data/*.json.
//
//     node tools/generate-notebook-figures.ts                     all but those that learn first
//     node tools/generate-notebook-figures.ts drdam binary        these parts
//     node tools/generate-notebook-figures.ts diffusion           the networks: an hour
//     node tools/generate-notebook-figures.ts attention           an energy transformer: ten minutes
//
// What `ham … --json` prints is taken from out/notebooks/PART.json where that is there.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { attention } from "./notebook-figures/attention.ts";
import { binary, capacity } from "./notebook-figures/binary.ts";
import { blocks } from "./notebook-figures/blocks.ts";
import { diffusionLearned } from "./notebook-figures/diffusion-learned.ts";
import { drdam } from "./notebook-figures/drdam.ts";
import { exactDiffusion } from "./notebook-figures/exact-diffusion.ts";
import { gallery } from "./notebook-figures/gallery.ts";
import { home } from "./notebook-figures/home.ts";
import { kohonen } from "./notebook-figures/kohonen.ts";
import { printed } from "./notebook-figures/printed.ts";
import { transformer } from "./notebook-figures/transformer.ts";

const ROOT = join(import.meta.dirname, "..");
const MAIN = join(ROOT, "apps/cli/src/main.ts");
const OUT = join(ROOT, "out/notebooks");
const DATA = join(ROOT, "apps/docs/src/notebooks/data");

type Found = Record<string, object>;

const PARTS: Readonly<Record<string, () => Found | Promise<Found>>> = {
  blocks,
  binary,
  capacity: () => {
    const args = ["capacity", "--size", "100", "--trials", "60"];
    const { points, size } = told("capacity", args) as CapacityReport;
    const cases = points.flatMap(({ K, restored }) =>
      restored.map(({ noise, restored: { share } }) => ({ K, noise, restored: share })),
    );
    return { "binary-capacity": capacity(cases, size) };
  },
  drdam,
  "drdam-table": () =>
    printed("drdam", (told("drdam-table", ["reproduce", "drdam", "--short"]) as Report).results),
  "drdam-early": () =>
    printed("drdam-early", (told("drdam-early", ["reproduce", "drdam-early"]) as Report).results),
  kohonen: () =>
    kohonen(
      (told("kohonen", ["reproduce", "kohonen", "--short"]) as Report).results as Parameters<
        typeof kohonen
      >[0],
    ),
  "exact-diffusion": exactDiffusion,
  transformer,
  gallery,
  home,
  diffusion: () => diffusionLearned(OUT),
  attention: () => {
    const params = join(OUT, "inpainting.safetensors");
    if (!existsSync(params)) {
      const model = join(ROOT, "examples/14-inpainting.ham");
      execFileSync(process.execPath, [MAIN, "train", model, "--out", params], { stdio: "inherit" });
    }
    return attention(params);
  },
};
/** Parts that learn first. */
const LONG = ["diffusion", "attention"];

interface Report {
  readonly results: readonly object[];
}

interface CapacityReport {
  readonly size: number;
  readonly points: readonly {
    readonly K: number;
    readonly restored: readonly {
      readonly noise: number;
      readonly restored: { readonly share: number };
    }[];
  }[];
}

/** What a command prints as JSON. */
function told(part: string, args: readonly string[]): unknown {
  const kept = join(OUT, `${part}.json`);
  const text = existsSync(kept)
    ? readFileSync(kept, "utf8")
    : execFileSync(process.execPath, [MAIN, ...args, "--json", "--out", join(OUT, part)], {
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
  return JSON.parse(text);
}

const wanted = process.argv.slice(2);
const parts =
  wanted.length > 0 ? wanted : Object.keys(PARTS).filter((part) => !LONG.includes(part));
mkdirSync(OUT, { recursive: true });
mkdirSync(DATA, { recursive: true });
await tf.setBackend("wasm");
for (const part of parts) {
  const compute = PARTS[part];
  if (compute === undefined) {
    throw new Error(`there is no part ${part}; there are ${Object.keys(PARTS).join(", ")}`);
  }
  for (const [name, found] of Object.entries(await compute())) {
    writeFileSync(join(DATA, `${name}.json`), `${JSON.stringify(found)}\n`);
    console.log(name);
  }
}
