// What a row of the table is: one job, as people ask Hamlet for it, and who else does it.

import type { StepCost } from "../../apps/cli/src/explain-engine.ts";

/** Who else does a job: a script, of Python or of Node, that prints its seconds first. */
export interface Other {
  readonly library: "numpy" | "jax" | "torch" | "tfjs" | "jax-js";
  readonly args: readonly string[];
  /** Whether it stays, and does the job once for each line that it reads. */
  readonly stays?: boolean;
  /** By what its seconds are multiplied to be those of the job. */
  readonly times?: number;
}

/** A job that is ready. */
export interface Job {
  /** Does it once, from a public call on. */
  readonly run: () => unknown;
  readonly others?: readonly Other[];
  /** What the whole job moves and computes at least, where its recall says so or products do. */
  readonly cost?: Pick<StepCost, "bytes" | "flops">;
  readonly end?: () => void;
}

/** A row of the table. */
export interface Row {
  readonly name: string;
  /** Whether there is no small job of its kind, so that `--quick` leaves it out. */
  readonly isLong?: boolean;
  /** The same job, or a smaller one of its kind that takes a moment. */
  readonly make: (isQuick: boolean) => Promise<Job>;
}
