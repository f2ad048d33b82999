// The cases of the conformance suite, as data. What runs them is run-case.ts, what they should
// give is reference.ts.

import type { Output, RunOp } from "@hamlet/core";
import type { ExampleModel } from "@hamlet/testing";
import type { Setting } from "./setting.ts";

/** An array handed to an operation. */
export interface Operand {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One operation of a plan on arrays. */
export interface OperationCase {
  readonly kind: "operation";
  /** The row of the table that the case counts for. */
  readonly row: string;
  readonly name: string;
  readonly op: RunOp;
  readonly inputs: readonly Operand[];
  readonly numbers: readonly number[];
  /** The shape of the result. */
  readonly shape: readonly number[];
  /** Whether every entry is a check of its own, rather than the whole result. */
  readonly each: boolean;
}

/** An expression, planned and run. */
export interface ExpressionCase {
  readonly kind: "expression";
  readonly row: string;
  readonly name: string;
  readonly outputs: readonly Output[];
  readonly setting: Setting;
}

/** A descent: the gradient of an energy, followed for some steps. */
export interface DescentCase {
  readonly kind: "descent";
  readonly row: string;
  readonly name: string;
  /** `energy` and `slope`, the latter in the shape of the tensor that moves. */
  readonly outputs: readonly [energy: Output, slope: Output];
  readonly setting: Setting;
  readonly steps: number;
  readonly dt: number;
}

/** A model of an example of the repository, with what is asked of it. */
export interface ExampleCase {
  readonly kind: "example";
  readonly row: string;
  readonly name: string;
  readonly asks: "energy" | "velocities" | "states";
  readonly model: ExampleModel;
}

export type Case = OperationCase | ExpressionCase | DescentCase | ExampleCase;
