// What panels find out by running the model of the text, with what it has learned.

import type { Signal } from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import type { Found } from "./found.ts";
import { begun, learnAgain } from "./learning.ts";
import { open } from "./recalled.ts";
import { pointsOf } from "./points.ts";
import type { Recalled } from "./recalled.ts";
import type { Panel } from "./scene.ts";
import { testsOf } from "./text-tests.ts";

export { numbered } from "./points.ts";

/** A text that was recalled, and what panels want to know of it. */
export interface Studied {
  readonly text: string;
  readonly entries: ReadonlyMap<Tensor, Entries>;
  readonly recall: Recalled | null;
  /** What its training is kept by. */
  readonly studied: string;
  readonly panels: readonly Panel[];
  /** True once a search is to be given up. */
  readonly enough: () => boolean;
}

/** Tells what there is to know, piece by piece. */
export async function* studies(
  { text, entries, recall, studied, panels, enough }: Studied,
  signal: Signal | undefined,
): AsyncGenerator<Found> {
  if (!panels.some((name) => name === "points" || name === "tests")) return;
  const model = await open(text, entries);
  try {
    const resume = begun(studied);
    if (resume !== undefined) await learnAgain(model, resume);
    if (panels.includes("tests")) for await (const tests of testsOf(model, signal)) yield { tests };
    if (panels.includes("points"))
      for await (const points of pointsOf(model, recall, { enough, signal })) yield { points };
  } finally {
    model.dispose();
  }
}
