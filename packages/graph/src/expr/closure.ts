// Expressions as JavaScript closures: what runs a hot loop without tensors and without `eval`.
//
// Every index has a cell that says where it stands; a closure reads the cells and returns one
// float64 number. Entries of tensors are read when the closure runs, so arrays may change in
// between: a solver that flips one unit at a time keeps its arrays and calls the same closure
// again. Slower than a compiled kernel, much faster than `evaluate` for many small evaluations.
//
// Within one call nothing changes but the cells, so a part that is much work remembers its last
// value and where its cells stood: what several parts share, and what a loop around it does not
// change, is computed once.

import { contains } from "./depends.ts";
import { HamError } from "../error.ts";
import { sizeOfDim } from "./evaluate.ts";
import { children } from "./expr.ts";
import { SCALAR_FUNCTIONS } from "./scalar-functions.ts";
import type { Apply, Dim, Expr, Get, Index, Reduce, Softmax, Tensor } from "./types.ts";
import { makeFold } from "./parts.ts";

/** What closures read. The arrays are borrowed and read anew at every call. */
export interface ClosureSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** The time of a schedule; change it between calls. */
  readonly clock?: { time: number };
}

/** Makes closures over one space. */
export interface Closures {
  /** The value at the point where the cells of its free indices stand. */
  compile(expr: Expr): () => number;
  /** Writes all values over `indices` into an array, row-major. */
  fill(expr: Expr, indices: readonly Index[]): (target: Float64Array) => void;
  /** The cell of an index: set `at` before a closure that leaves it free is called. */
  cell(index: Index): { at: number };
}

/** Starts a set of closures; see the head of this file. */
export function makeClosures(space: ClosureSpace): Closures {
  return new CellClosures(space);
}

type Closure = () => number;

/** Parts of as many operations, written out, remember their value. */
const MUCH = 32;

class CellClosures implements Closures {
  readonly #space: ClosureSpace;
  readonly #cells = new Map<Index, { at: number }>();
  readonly #done = new Map<Expr, Closure>();
  /** Counts the calls from outside. */
  readonly #calls = { now: 0 };

  constructor(space: ClosureSpace) {
    this.#space = space;
  }

  cell(index: Index): { at: number } {
    let cell = this.#cells.get(index);
    if (cell === undefined) {
      cell = { at: 0 };
      this.#cells.set(index, cell);
    }
    return cell;
  }

  compile(expr: Expr): Closure {
    const closure = this.#compile(expr);
    if (!this.#remembers(expr)) return closure;
    const calls = this.#calls;
    return () => {
      calls.now++;
      return closure();
    };
  }

  fill(expr: Expr, indices: readonly Index[]): (target: Float64Array) => void {
    const value = this.#compile(expr);
    const calls = this.#calls;
    let position = 0;
    let target: Float64Array = new Float64Array();
    const visit = this.#loop(indices, () => {
      target[position++] = value();
    });
    return (into) => {
      calls.now++;
      target = into;
      position = 0;
      visit();
    };
  }

  #compile(expr: Expr): Closure {
    let closure = this.#done.get(expr);
    if (closure === undefined) {
      const made = this.#make(expr);
      closure = this.#isMuch(expr) ? this.#remembered(made, expr.free) : made;
      this.#done.set(expr, closure);
    }
    return closure;
  }

  /** How many operations an expression is, written out. */
  readonly #length = makeFold<number>((expr, length) =>
    children(expr).reduce((total, part) => total + length(part), 1),
  );

  #isMuch(expr: Expr): boolean {
    return expr.kind === "reduce" || (children(expr).length > 0 && this.#length(expr) >= MUCH);
  }

  /** Whether a part of an expression remembers its value. */
  #remembers(expr: Expr): boolean {
    return contains(expr, (part) => part.kind === "softmax" || this.#isMuch(part));
  }

  /** A closure that runs once in a call for every place where the cells of `free` stand in a row. */
  #remembered<Value>(run: () => Value, free: readonly Index[]): () => Value {
    const calls = this.#calls;
    const cells = free.map((index) => this.cell(index));
    const [only] = cells;
    let call = -1;
    let value: Value;
    if (cells.length === 0) {
      return () => {
        if (call === calls.now) return value;
        value = run();
        call = calls.now;
        return value;
      };
    }
    if (cells.length === 1) {
      let place = -1;
      return () => {
        if (call === calls.now && place === only.at) return value;
        value = run();
        call = calls.now;
        place = only.at;
        return value;
      };
    }
    const places = cells.map(() => -1);
    return () => {
      if (call === calls.now && cells.every(({ at }, i) => at === places[i])) return value;
      value = run();
      call = calls.now;
      cells.forEach(({ at }, i) => (places[i] = at));
      return value;
    };
  }

  #size(dim: Dim): number {
    return sizeOfDim(dim, this.#space);
  }

  /** Runs `visit` at every point, the last index fastest, and leaves the cells as they were. */
  #loop(indices: readonly Index[], visit: () => void): () => void {
    return indices.reduceRight<() => void>((inner, index) => {
      const cell = this.cell(index);
      const size = this.#size(index.dim);
      return () => {
        const before = cell.at;
        for (cell.at = 0; cell.at < size; cell.at++) inner();
        cell.at = before;
      };
    }, visit);
  }

  #make(expr: Expr): Closure {
    switch (expr.kind) {
      case "lit": {
        const { value } = expr;
        return () => value;
      }
      case "size": {
        const value = this.#size(expr.dim);
        return () => value;
      }
      case "time": {
        const { clock } = this.#space;
        return () => clock?.time ?? Number.NaN;
      }
      case "position": {
        const cell = this.cell(expr.index);
        return () => cell.at;
      }
      case "get":
        return this.#get(expr);
      case "apply":
        return this.#apply(expr);
      case "select": {
        const condition = this.#compile(expr.condition);
        const whenTrue = this.#compile(expr.whenTrue);
        const whenFalse = this.#compile(expr.whenFalse);
        return () => (condition() === 0 ? whenFalse() : whenTrue());
      }
      case "reduce":
        return this.#reduce(expr);
      case "softmax":
        return this.#softmax(expr);
    }
  }

  #get({ tensor, at }: Get): Closure {
    const entries = this.#space.tensors.get(tensor);
    if (entries === undefined) {
      throw new HamError("graph/no-value", `There is no value for "${tensor.name}".`);
    }
    let stride = 1;
    let base = 0;
    const walks: { cell: { at: number }; stride: number }[] = [];
    for (let axis = at.length - 1; axis >= 0; axis--) {
      const index = at[axis];
      if (typeof index === "number") base += index * stride;
      else walks.push({ cell: this.cell(index), stride });
      stride *= this.#size(tensor.axes[axis]);
    }
    const [first, second] = walks;
    if (walks.length === 0) return () => entries[base];
    if (walks.length === 1) return () => entries[base + first.cell.at * first.stride];
    if (walks.length === 2) {
      return () => entries[base + first.cell.at * first.stride + second.cell.at * second.stride];
    }
    return () => {
      let offset = base;
      for (const walk of walks) offset += walk.cell.at * walk.stride;
      return entries[offset];
    };
  }

  #apply({ op, args }: Apply): Closure {
    const parts = args.map((arg) => this.#compile(arg));
    const [a, b] = parts;
    if (op === "add" && parts.length === 2) return () => a() + b();
    if (op === "mul" && parts.length === 2) return () => a() * b();
    if (op === "add") return () => parts.reduce((total, part) => total + part(), 0);
    if (op === "mul") return () => parts.reduce((total, part) => total * part(), 1);
    const { evaluate } = SCALAR_FUNCTIONS[op];
    return parts.length === 1 ? () => evaluate(a()) : () => evaluate(a(), b());
  }

  #reduce(expr: Reduce): Closure {
    if (expr.op === "logsumexp") return this.#logsumexp(expr);
    const body = this.#compile(expr.body);
    const where = expr.where === null ? null : this.#compile(expr.where);
    const { empty, join } = FOLDS[expr.op];
    let total = empty;
    const visit = this.#loop(expr.over, () => {
      if (where === null || where() !== 0) total = join(total, body());
    });
    return () => {
      // A reduction may stand inside another one of the very same object.
      const outer = total;
      total = empty;
      visit();
      const result = total;
      total = outer;
      return result;
    };
  }

  #logsumexp(expr: Reduce): Closure {
    const exponentials = this.#exponentials(expr);
    return () => {
      const { top, total } = exponentials();
      return Number.isFinite(top) ? top + Math.log(total) : top + total;
    };
  }

  /** `exp(x − top) / total`: the logarithm of the sum would cost digits where `x` is large. */
  #softmax(expr: Softmax): Closure {
    const around = children(expr).flatMap(({ free }) => free);
    const outside = [...new Set(around)].filter((index) => !expr.over.includes(index));
    const exponentials = this.#remembered(this.#exponentials(expr), outside);
    const body = this.#compile(expr.body);
    const where = expr.where === null ? null : this.#compile(expr.where);
    return () => {
      if (where !== null && where() === 0) return 0;
      const { top, total } = exponentials();
      return Math.exp(body() - top) / total;
    };
  }

  /**
   * `Σ exp(x) = total · exp(top)`. Shifts by the largest exponent so far, so that one pass is enough
   * and nothing overflows.
   */
  #exponentials(expr: Reduce | Softmax): () => { readonly top: number; readonly total: number } {
    const body = this.#compile(expr.body);
    const where = expr.where === null ? null : this.#compile(expr.where);
    let top = -Infinity;
    let total = 0;
    const visit = this.#loop(expr.over, () => {
      if (where !== null && where() === 0) return;
      const value = body();
      if (value === top) total += 1;
      else if (value < top) total += Math.exp(value - top);
      else {
        total = total * Math.exp(top - value) + 1;
        top = value;
      }
    });
    return () => {
      // A sum may stand inside another one of the very same object.
      const outer = [top, total];
      top = -Infinity;
      total = 0;
      visit();
      const found = { top, total };
      [top, total] = outer;
      return found;
    };
  }
}

const FOLDS: Readonly<
  Record<
    Exclude<Reduce["op"], "logsumexp">,
    { readonly empty: number; readonly join: (a: number, b: number) => number }
  >
> = {
  sum: { empty: 0, join: (a, b) => a + b },
  prod: { empty: 1, join: (a, b) => a * b },
  max: { empty: -Infinity, join: Math.max },
  min: { empty: Infinity, join: Math.min },
};
