// How much of a suite a run asks of a software renderer.

import { samples, seed } from "../../../../tools/samples.ts";
import type { Choice } from "../../conformance/choice.ts";

/** Of every group of cases a quarter with HAMLET_SAMPLES=2, others in every run; all with 4. */
export const CHOICE: Choice = { share: Math.min(1, (samples(100) / 400) ** 2), seed: seed() };
