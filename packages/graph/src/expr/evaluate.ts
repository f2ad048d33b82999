// The reference interpreter: any expression in float64, by plain loops.
//
// Slow and simple on purpose. It is what every backend is compared with, and what scalar facts
// (sizes, asserts, bounds) are computed with. An expression becomes a dense array over its free
// indices; shared subexpressions are computed once.

import { HamError, invariant } from "../error.ts";
import { SCALAR_FUNCTIONS } from "./scalar-functions.ts";
import type { Dim, Expr, Index, Reduce, ReduceOp, Softmax, Tensor } from "./types.ts";

/** What an evaluation needs to know from outside. */
export interface Environment {
  /** Sizes of dims that do not carry their own. */
  readonly sizes?: ReadonlyMap<Dim, number>;
  /** Entries of tensors, row-major over their axes. */
  readonly tensors?: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** The time of a schedule, from 0 to 1. */
  readonly time?: number;
}

/** A dense array over the free indices of an expression, row-major. */
export interface Dense {
  readonly axes: readonly Index[];
  readonly data: Float64Array;
}

/** The size of a dim; throws `graph/size-unknown` when it is open. */
export function sizeOfDim(dim: Dim, environment: Environment = {}): number {
  const known = environment.sizes?.get(dim);
  if (known !== undefined) return known;
  if (dim.size?.kind === "lit") return dim.size.value;
  if (dim.size !== null) return evaluateScalar(dim.size, environment);
  throw new HamError(
    "graph/size-unknown",
    `The size of the dim "${dim.name}" is not known. Give it a size, or data with that axis.`,
  );
}

/** The value of an expression without free indices. */
export function evaluateScalar(expr: Expr, environment: Environment = {}): number {
  const { axes, data } = evaluate(expr, environment);
  invariant(axes.length === 0, "a scalar expression has no free indices");
  return data[0];
}

/** The value of an expression over its free indices; `order` fixes the order of the axes. */
export function evaluate(
  expr: Expr,
  environment: Environment = {},
  order: readonly Index[] = expr.free,
): Dense {
  const result = new Evaluation(environment).value(expr);
  return spread(result, order, environment);
}

function strideOf(axes: readonly Index[], sizes: readonly number[], index: Index): number {
  const axis = axes.indexOf(index);
  return axis < 0 ? 0 : sizes.slice(axis + 1).reduce((a, b) => a * b, 1);
}

/** Repeats and reorders axes so that they are exactly `order`. */
function spread(value: Dense, order: readonly Index[], environment: Environment): Dense {
  const sizes = order.map((index) => sizeOfDim(index.dim, environment));
  const data = new Float64Array(sizes.reduce((a, b) => a * b, 1));
  const own = value.axes.map((index) => sizeOfDim(index.dim, environment));
  const strides = [order.map((index) => strideOf(value.axes, own, index))];
  walk(sizes, strides, (at, [source]) => {
    data[at] = value.data[source]!;
  });
  return { axes: order, data };
}

/** Visits every point of a grid with the offsets into several strided arrays. */
function walk(
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const point = sizes.map(() => 0);
  const offsets = strides.map(() => 0);
  const total = sizes.reduce((a, b) => a * b, 1);
  for (let position = 0; position < total; position++) {
    visit(position, offsets);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      point[axis]++;
      const isOver = point[axis] === sizes[axis];
      const steps = isOver ? 1 - sizes[axis] : 1;
      for (let k = 0; k < offsets.length; k++) offsets[k] += steps * strides[k][axis];
      if (!isOver) break;
      point[axis] = 0;
    }
  }
}

function sameAxes(a: readonly Index[], b: readonly Index[]): boolean {
  return a.length === b.length && a.every((index, axis) => index === b[axis]);
}

class Evaluation {
  readonly #done = new Map<Expr, Dense>();
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  value(expr: Expr): Dense {
    let result = this.#done.get(expr);
    if (result === undefined) {
      result = this.#compute(expr);
      this.#done.set(expr, result);
    }
    return result;
  }

  #size(index: Index): number {
    return sizeOfDim(index.dim, this.#environment);
  }

  /** Combines parts over the union of their axes. */
  #combine(
    axes: readonly Index[],
    parts: readonly Dense[],
    f: (values: readonly number[]) => number,
  ): Dense {
    const sizes = axes.map((index) => this.#size(index));
    const strides = parts.map((part) => {
      const own = part.axes.map((index) => this.#size(index));
      return axes.map((index) => strideOf(part.axes, own, index));
    });
    const data = new Float64Array(sizes.reduce((a, b) => a * b, 1));
    const values = parts.map(() => 0);
    walk(sizes, strides, (position, offsets) => {
      for (let k = 0; k < parts.length; k++) values[k] = parts[k].data[offsets[k]];
      data[position] = f(values);
    });
    return { axes, data };
  }

  #compute(expr: Expr): Dense {
    switch (expr.kind) {
      case "lit":
        return { axes: [], data: Float64Array.of(expr.value) };
      case "size":
        return { axes: [], data: Float64Array.of(sizeOfDim(expr.dim, this.#environment)) };
      case "time":
        invariant(this.#environment.time !== undefined, "a time is given where one is used");
        return { axes: [], data: Float64Array.of(this.#environment.time) };
      case "position":
        return {
          axes: [expr.index],
          data: Float64Array.from({ length: this.#size(expr.index) }, (_, i) => i),
        };
      case "get": {
        const entries = this.#environment.tensors?.get(expr.tensor);
        if (entries === undefined) {
          throw new HamError("graph/no-value", `There is no value for "${expr.tensor.name}".`);
        }
        const dims = expr.tensor.axes.map((dim) => sizeOfDim(dim, this.#environment));
        const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
        const sizes = expr.free.map((index) => this.#size(index));
        const data = new Float64Array(sizes.reduce((a, b) => a * b, 1));
        // An index may walk several axes at once, and a number stands still.
        const along = (wanted: Index) =>
          expr.at.reduce<number>(
            (sum, index, axis) => sum + (index === wanted ? strides[axis] : 0),
            0,
          );
        const start = expr.at.reduce<number>(
          (sum, place, axis) => sum + (typeof place === "number" ? place * strides[axis] : 0),
          0,
        );
        walk(sizes, [expr.free.map(along)], (position, [offset]) => {
          data[position] = entries[start + offset]!;
        });
        return { axes: expr.free, data };
      }
      case "apply": {
        const { evaluate: f } = SCALAR_FUNCTIONS[expr.op];
        return this.#combine(
          expr.free,
          expr.args.map((arg) => this.value(arg)),
          expr.args.length === 2 ? ([a, b]) => f(a, b) : (values) => f(...values),
        );
      }
      case "select":
        return this.#combine(
          expr.free,
          [expr.condition, expr.whenTrue, expr.whenFalse].map((part) => this.value(part)),
          ([condition, whenTrue, whenFalse]) => (condition === 0 ? whenFalse : whenTrue),
        );
      case "reduce":
        return this.#reduce(expr);
      case "softmax":
        return this.#softmax(expr);
    }
  }

  /** The body and the guard over `axes`, row-major. */
  #entries(expr: Reduce | Softmax, axes: readonly Index[]) {
    const over = (part: Expr) => {
      const value = this.value(part);
      if (sameAxes(value.axes, axes)) return value.data;
      return this.#combine(axes, [value], ([entry]) => entry).data;
    };
    const body = over(expr.body);
    const where = expr.where === null ? null : over(expr.where);
    const count = expr.over.reduce((total, index) => total * this.#size(index), 1);
    return { body, where, count };
  }

  #reduce(expr: Reduce): Dense {
    const { body, where, count } = this.#entries(expr, [...expr.free, ...expr.over]);
    const data = new Float64Array(body.length / count);
    for (let position = 0; position < data.length; position++) {
      const from = position * count;
      const group = body.subarray(from, from + count);
      const counted = where === null ? group : group.filter((_, i) => where[from + i] !== 0);
      data[position] = REDUCERS[expr.op](counted);
    }
    return { axes: expr.free, data };
  }

  #softmax(expr: Softmax): Dense {
    const outer = expr.free.filter((index) => !expr.over.includes(index));
    const axes = [...outer, ...expr.over];
    const { body, where, count } = this.#entries(expr, axes);
    const data = new Float64Array(body.length);
    for (let from = 0; from < body.length; from += count) {
      const counts = (i: number) => where === null || where[from + i] !== 0;
      const group = body.subarray(from, from + count);
      // Never `exp(x − log Σ)`: where `x` is large, the logarithm is rounded away.
      const { top, total } = exponentials(group.filter((_, i) => counts(i)));
      group.forEach((x, i) => (data[from + i] = counts(i) ? Math.exp(x - top) / total : 0));
    }
    return { axes, data };
  }
}

const REDUCERS: Record<ReduceOp, (entries: Float64Array) => number> = {
  sum: (entries) => entries.reduce((a, b) => a + b, 0),
  prod: (entries) => entries.reduce((a, b) => a * b, 1),
  max: (entries) => entries.reduce((a, b) => Math.max(a, b), -Infinity),
  min: (entries) => entries.reduce((a, b) => Math.min(a, b), Infinity),
  logsumexp: (entries) => {
    const { top, total } = exponentials(entries);
    return Number.isFinite(top) ? top + Math.log(total) : top;
  },
};

/** The largest entry, and `total = Σ exp(x − top)`, where an infinite top counts as often as it is there. */
function exponentials(entries: Float64Array): { top: number; total: number } {
  const top = entries.reduce((a, b) => Math.max(a, b), -Infinity);
  const power = (x: number) => (x === top ? 1 : Math.exp(x - top));
  return { top, total: entries.reduce((sum, x) => sum + power(x), 0) };
}
