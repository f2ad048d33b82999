// What a step of a recall consists of, and where it runs.

import type { Part } from "@hamlet/core";
import type { RecallEngine } from "./engine.ts";

/** A part of a step; `host` is what no plan computes: draws of noise, small least squares. */
export interface StepPart extends Omit<Part, "kind"> {
  readonly kind: Part["kind"] | "host";
  /** The step of the solver, the dynamics at a point, or how far a step went. */
  readonly of: "solver" | "dynamics" | "change";
}

/** Where a recall runs, and the parts of a step. */
export interface RecallDescription {
  readonly engine: RecallEngine;
  /** Why there. */
  readonly why: string;
  /** In the order they run; none where units flip one by one, of which no plan is made. */
  readonly parts: readonly StepPart[];
}
