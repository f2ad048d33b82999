// How much of the recalls a run asks of a software renderer, which takes long for each step.

import { EXAMPLE_STEPS } from "@hamlet/testing";
import { samples } from "../../../../tools/samples.ts";
import { CHOICE } from "../../../core/test/conformance/choice.ts";
import type { Some } from "../../conformance/recall-case.ts";

export const SOME: Some = { ...CHOICE, steps: Math.min(EXAMPLE_STEPS, samples(3)) };
