// What panels find out by running the model of the text, with what it has learned.

import type { Signal } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import type { FileName } from "./file-names.ts";
import type { Found } from "./found.ts";
import { begun, learnAgain } from "./learning.ts";
import { pointsOf } from "./points.ts";
import { open, type Recalled } from "./recalled.ts";
import type { Scene } from "./scene.ts";
import { testsOf } from "./text-tests.ts";

export { numbered } from "./points.ts";

/** A scene whose recall was tried, and what panels want to know of it. */
export interface Studied {
  readonly scene: Scene & { readonly file?: FileName };
  readonly entries: ReadonlyMap<Tensor, Entries>;
  readonly recall: Recalled | null;
  /** What its training is kept by. */
  readonly studied: string;
  /** True once a search is to be given up. */
  readonly enough: () => boolean;
}

/** Tells what there is to know, piece by piece. */
export async function* studies(
  { scene, entries, recall, studied, enough }: Studied,
  signal: Signal | undefined,
): AsyncGenerator<Found> {
  const { text, file, panels = [] } = scene;
  const [tests, points, atlas] = (["tests", "points", "atlas"] as const).map((panel) =>
    panels.includes(panel),
  );
  if (!tests && !points && !atlas && file === undefined) return;
  const resume = begun(studied);
  const openLearned = async (): Promise<Model> => {
    const opened = await open(text, entries);
    if (resume !== undefined) await learnAgain(opened, resume);
    return opened;
  };
  const model = await openLearned();
  try {
    if (file !== undefined) {
      const { fileOf } = await import("./files.ts");
      const source = { scene, entries, recall, open: openLearned, learned: resume !== undefined };
      yield { file: await fileOf(file, model, source) };
    }
    if (tests) for await (const tests of testsOf(model, signal)) yield { tests };
    if (points)
      for await (const points of pointsOf(model, recall, { enough, signal })) yield { points };
    if (atlas) {
      const { atlasOf } = await import("./atlas.ts");
      for await (const atlas of atlasOf(model, { enough, signal })) yield { atlas };
    }
  } finally {
    model.dispose();
  }
}
