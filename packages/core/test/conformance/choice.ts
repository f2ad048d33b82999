// How much of the suite a run asks of a software renderer.

import { samples, seed } from "../../../../tools/samples.ts";
import type { Choice } from "../../conformance/suite.ts";

/** A quarter of the cases of every operation, others in every run; all with HAMLET_SAMPLES=4. */
export const CHOICE: Choice = { share: Math.min(1, samples(100) / 400), seed: seed() };
