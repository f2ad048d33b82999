// Which TensorFlow.js kernels each operation of a plan runs. A backend that lacks one of them
// cannot run plans that use the operation; a test compares this table with what is really called.

import type { Op } from "../plan/instruction.ts";

/** An operation that runs on the backend, rather than being handed in. */
export type RunOp = Exclude<Op, "input" | "time">;

/** The kernels of every operation. */
export const KERNELS: Readonly<Record<RunOp, readonly string[]>> = {
  constant: [],
  range: ["Range"],
  add: ["Add"],
  sub: ["Sub"],
  mul: ["Multiply"],
  div: ["RealDiv"],
  pow: ["Pow"],
  maximum: ["Maximum"],
  minimum: ["Minimum"],
  square: ["Square"],
  reciprocal: ["Reciprocal"],
  rsqrt: ["Rsqrt"],
  exp: ["Exp"],
  log: ["Log"],
  sqrt: ["Sqrt"],
  abs: ["Abs"],
  sign: ["Step", "Neg", "Sub"],
  relu: ["Relu"],
  step: ["Step"],
  softplus: ["Softplus"],
  sigmoid: ["Sigmoid"],
  logcosh: ["Abs", "Multiply", "Softplus", "Add", "Sub"],
  tanh: ["Tanh"],
  // Programs of our own, and the backend's where we have none for it.
  sin: [],
  cos: [],
  ceil: ["Ceil"],
  eq: ["Equal", "Cast"],
  ne: ["NotEqual", "Cast"],
  lt: ["Less", "Cast"],
  le: ["LessEqual", "Cast"],
  and: ["Cast", "LogicalAnd"],
  or: ["Cast", "LogicalOr"],
  not: ["Cast", "LogicalNot"],
  select: ["Cast", "Select"],
  sum: ["Sum"],
  prod: ["Prod"],
  max: ["Max"],
  min: ["Min"],
  // Where a buffer was read in another shape before, also Multiply.
  matmul: ["BatchMatMul"],
  transpose: ["Transpose"],
  reshape: ["Reshape"],
  tile: ["Tile", "Multiply"],
  indices: [],
  gather: ["GatherV2"],
  take: ["GatherV2"],
  pad: ["PadV2"],
};
