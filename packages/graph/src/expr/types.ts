// The shapes of the energy graph: dims, indices, tensors and expressions, as plain data.
//
// Nothing is computed here. Expressions are made by the functions of expr.ts only.

import { type ScalarFunction } from "./scalar-functions.ts";

/**
 * A nominal axis. Two axes match when they are the same `Dim`, never because their sizes agree.
 *
 * `size` is a scalar expression (a literal, or derived from other dims such as `H / 2`), or null
 * when it becomes known only with the data.
 */
export interface Dim {
  readonly name: string;
  readonly size: Expr | null;
}

/** A name that walks the axis of one dim. Every binder makes its own; identity is the object. */
export interface Index {
  readonly name: string;
  readonly dim: Dim;
}

/**
 * What a named array is to the model: `const` (hyper-parameter), `param` (learned), `data` (from a
 * file), `given` (differs per example), `state` and `activation` (a neuron's x and x̂).
 */
export type TensorKind = "const" | "param" | "data" | "given" | "state" | "activation";

/** Element types. `sign` is −1 or +1, `bit` is 0 or 1; all are held as float32 when they run. */
export type Elem = "real" | "int" | "bool" | "sign" | "bit";

/** A limit that every entry keeps, such as `> 0`. */
export interface Bound {
  readonly op: "<" | "<=" | ">" | ">=";
  readonly value: number;
}

/** Where the entries of a tensor come from. */
export type TensorSource =
  | { readonly from: "value"; readonly value: Expr }
  | {
      readonly from: "draw";
      readonly distribution: string;
      readonly args: readonly Expr[];
    }
  | {
      readonly from: "file";
      readonly file: string;
      readonly key: string | null;
      /** The order of the axes in the file, when it differs from the declaration. */
      readonly stored: readonly Dim[] | null;
      /** Only this many entries of the leading axis. */
      readonly take: Expr | null;
    }
  | {
      /** Written out, row-major. A `given` has one more axis in front, the examples. */
      readonly from: "entries";
      readonly shape: readonly number[];
      readonly entries: readonly number[];
    };

/** A named array of the model. Identity is the object. */
export interface Tensor {
  readonly name: string;
  readonly kind: TensorKind;
  readonly elem: Elem;
  readonly axes: readonly Dim[];
  readonly bound: Bound | null;
  /** For values given by an expression, `indices` are the free indices of that expression. */
  readonly source: TensorSource | null;
}

interface Node {
  /** Free indices, in the order of their first use. */
  readonly free: readonly Index[];
}

/** A number. */
export interface Lit extends Node {
  readonly kind: "lit";
  readonly value: number;
}

/** The size of a dim, as a number. */
export interface Size extends Node {
  readonly kind: "size";
  readonly dim: Dim;
}

/** The time of a schedule: 0 at the first step of a recall, 1 at its last. */
export interface Time extends Node {
  readonly kind: "time";
}

/** The position of an index on its axis: 0, 1, 2, … */
export interface Position extends Node {
  readonly kind: "position";
  readonly index: Index;
}

/** One entry of a tensor: the only way to read one. */
export interface Get extends Node {
  readonly kind: "get";
  readonly tensor: Tensor;
  readonly at: readonly (Index | number)[];
}

/** A scalar function of scalars. */
export interface Apply extends Node {
  readonly kind: "apply";
  readonly op: ScalarFunction;
  readonly args: readonly Expr[];
}

/** `whenTrue` where the condition is not 0, else `whenFalse`. Only the chosen side counts. */
export interface Select extends Node {
  readonly kind: "select";
  readonly condition: Expr;
  readonly whenTrue: Expr;
  readonly whenFalse: Expr;
}

/** What a reduction does with its entries; `logsumexp` is `log Σ exp`. */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "logsumexp";

/** A reduction over bound indices, restricted to the entries where `where` is not 0. */
export interface Reduce extends Node {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  readonly over: readonly Index[];
  readonly where: Expr | null;
  readonly body: Expr;
}

/**
 * `exp(body) / Σ_over exp(body)`, 0 where `where` is 0; NaN, as 0/0 is, where all that `where` lets
 * through is −∞. Unlike a reduction it keeps the indices `over` free: it is the derivative of
 * `logsumexp`, and closed under differentiation.
 */
export interface Softmax extends Node {
  readonly kind: "softmax";
  readonly over: readonly Index[];
  readonly where: Expr | null;
  readonly body: Expr;
}

/** An expression: one number that may depend on free indices. */
export type Expr = Lit | Size | Time | Position | Get | Apply | Select | Reduce | Softmax;
