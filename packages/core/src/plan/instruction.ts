// What a plan consists of: instructions in the order they run, each filling one slot.

import { type Dim, type Index, makeDim, makeIndex, type Tensor } from "@hamlet/graph";

/**
 * When a value can first be computed: once at `load` (data, const), after every change of a
 * `param`, once per batch of examples (`example`: given), or at every `step` (states).
 */
export const STAGES = ["load", "param", "example", "step"] as const;
/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** The operations of a plan: the whole seam between the planner and TensorFlow.js. */
export type Op =
  | "input"
  | "time"
  | "constant"
  | "range"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "square"
  | "reciprocal"
  | "rsqrt"
  | "exp"
  | "log"
  | "sqrt"
  | "abs"
  | "sign"
  | "relu"
  | "step"
  | "softplus"
  | "sigmoid"
  | "logcosh"
  | "tanh"
  | "sin"
  | "cos"
  | "ceil"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "and"
  | "or"
  | "not"
  | "select"
  | "sum"
  | "prod"
  | "max"
  | "min"
  | "matmul"
  | "transpose"
  | "reshape"
  | "tile"
  | "gather"
  | "indices"
  | "take"
  | "pad";

/**
 * The batch axis in a shape: known only when a batch is bound. Merged with an axis of 12 entries
 * it is −12, so that {@link boundShape} is exact, for empty axes too.
 */
export const BATCH = -1;

/** A shape for a batch of `batch` examples. */
export function boundShape(shape: readonly number[], batch: number): number[] {
  return shape.map((n) => (n < 0 ? -n * batch : n));
}

/** The index of the batch axis. */
export const BATCH_INDEX: Index = makeIndex("batch", makeDim("batch"));

/** One operation. `numbers` holds its constants: a shape, axes, a permutation or a value. */
export interface Instruction {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly numbers: readonly number[];
  /** For `input`. */
  readonly tensor: Tensor | null;
  readonly stage: Stage;
  /** The shape of the result, to be bound to a batch by {@link boundShape}. */
  readonly shape: readonly number[];
}

/** A slot together with the index that walks each of its axes. */
export interface Value {
  readonly slot: number;
  readonly axes: readonly Index[];
}

/** A compiled set of expressions. Instruction `i` fills slot `i`. */
export interface Plan {
  readonly instructions: readonly Instruction[];
  readonly outputs: ReadonlyMap<string, number>;
  /** Whether an output is a sum over the examples, so that the examples of a step do meet. */
  readonly summed: boolean;
}

/** How a tensor reaches the plan. */
export interface Leaf {
  readonly stage: Stage;
  /** Whether it has a leading batch axis. */
  readonly batched: boolean;
}

/** What a planner is told: the sizes of open dims, and how tensors reach the plan. */
export interface PlanOptions {
  readonly sizes?: ReadonlyMap<Dim, number>;
  readonly leaf: (tensor: Tensor) => Leaf;
}
