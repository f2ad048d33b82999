// Random well-typed expressions, for laws that hold for every expression.
//
// An expression is built from a list of small numbers ("choices"), so fast-check can make it
// smaller: a 0 always picks the simplest alternative. Binders are taken from a handful of indices
// on purpose: shadowing and would-be captures happen all the time. Functions are fed values of
// their smooth domain (`log` something positive, `exp` something bounded).

import {
  apply,
  type Dim,
  type Environment,
  type Expr,
  get,
  type Index,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  position,
  printText,
  reduce,
  type ReduceOp,
  type ScalarFunction,
  select,
  size,
  softmax,
  type Tensor,
  time,
} from "@hamlet/graph";
import * as fc from "fast-check";

/** The functions that make nodes; the graph's own ones simplify, the raw ones do not. */
export interface Builder {
  readonly lit: (value: number) => Expr;
  readonly size: (dim: Dim) => Expr;
  readonly time: () => Expr;
  readonly position: (index: Index) => Expr;
  readonly get: (tensor: Tensor, at: readonly (Index | number)[]) => Expr;
  readonly apply: (op: ScalarFunction, ...args: Expr[]) => Expr;
  readonly select: (condition: Expr, whenTrue: Expr, whenFalse: Expr) => Expr;
  readonly reduce: (op: ReduceOp, over: readonly Index[], body: Expr, where: Expr | null) => Expr;
  readonly softmax: (over: readonly Index[], body: Expr, where: Expr | null) => Expr;
}

/** The constructors of the graph. */
export const SIMPLIFYING: Builder = {
  lit,
  size,
  time,
  position,
  get,
  apply,
  select,
  reduce,
  softmax,
};

const union = (...parts: readonly Expr[]): Index[] => [...new Set(parts.flatMap((e) => e.free))];

/** The same nodes, exactly as asked for. */
export const RAW: Builder = {
  ...SIMPLIFYING,
  size: (dim) => ({ kind: "size", dim, free: [] }),
  apply: (op, ...args) => ({ kind: "apply", op, args, free: union(...args) }),
  select: (condition, whenTrue, whenFalse) => ({
    kind: "select",
    condition,
    whenTrue,
    whenFalse,
    free: union(condition, whenTrue, whenFalse),
  }),
  reduce: (op, over, body, where) => ({
    kind: "reduce",
    op,
    over,
    body,
    where,
    free: union(body, ...(where === null ? [] : [where])).filter((i) => !over.includes(i)),
  }),
};

/** A random expression with everything needed to evaluate it. */
export interface Sample {
  readonly dims: readonly Dim[];
  readonly tensors: readonly Tensor[];
  /** A real tensor that the expression probably reads. */
  readonly target: Tensor;
  readonly indices: readonly Index[];
  readonly environment: Required<Environment>;
  readonly sizeOf: (dim: Dim) => number;
  /** An expression without free indices. */
  readonly scalar: (builder?: Builder) => Expr;
  /** An expression whose free indices are among the first three `indices`. */
  readonly open: (builder?: Builder) => Expr;
  /** What fast-check shows of a counter-example. */
  readonly [fc.toStringMethod]: () => string;
}

/** Deterministic, irregular numbers in (−1.5, 1.5). */
export function noise(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(12.9898 * (k + 1) + 78.233 * seed) * 43758.5453;
    return 3 * (x - Math.floor(x)) - 1.5;
  });
}

/** Random samples; see {@link Sample}. */
export function arbitrarySample(fuel = 9): fc.Arbitrary<Sample> {
  return fc
    .array(fc.nat({ max: 9999 }), { minLength: 30, maxLength: 90 })
    .map((choices) => makeSample(choices, fuel));
}

function makeSample(choices: readonly number[], fuel: number): Sample {
  let next = 0;
  const choose = (count: number): number => choices[next++ % choices.length] % count;
  const A = makeDim("A", 1 + choose(4));
  const B = makeDim("B");
  const C = makeDim("C", apply("add", size(B), lit(1)));
  const sizes = new Map([[B, 1 + choose(3)]]);
  const sizeOf = (dim: Dim): number =>
    dim === A ? (A.size as { value: number }).value : sizes.get(B)! + (dim === C ? 1 : 0);
  const dims = [A, B, C];
  const axes = (rank: number) => Array.from({ length: rank }, () => dims[choose(3)]);
  const target = makeTensor("t", "activation", axes(choose(4)));
  const tensors = [
    target,
    makeTensor("c", "const"),
    makeTensor("W", "param", axes(2)),
    makeTensor("xi", "data", axes(3)),
    makeTensor("g", "given", axes(1)),
    makeTensor("x", "state", axes(1)),
    makeTensor("n", "data", axes(1), { elem: "int" }),
    makeTensor("s", "data", axes(1), { elem: "sign" }),
    makeTensor("z", "given", axes(1), { elem: "bit" }),
    makeTensor("known", "given", axes(1 + choose(2)), { elem: "bool" }),
  ];
  const values = tensors.map((tensor, k): [Tensor, Float64Array] => {
    const count = tensor.axes.reduce((total, dim) => total * sizeOf(dim), 1);
    return [tensor, noise(count, choices[0] + k).map((x) => entry(tensor, x))];
  });
  const indices = dims.concat(dims).map((dim, k) => makeIndex("abcijk"[k], dim));
  const start = next;
  const grow = (builder: Builder, scope: readonly Index[]): Growth => {
    next = start;
    return new Growth(builder, choose, tensors, indices, sizeOf, fuel, scope);
  };
  return {
    dims,
    tensors,
    target,
    indices,
    sizeOf,
    environment: { sizes, tensors: new Map(values), time: 0.375 },
    scalar: (builder = SIMPLIFYING) => {
      const growth = grow(builder, []);
      return growth.total();
    },
    open: (builder = SIMPLIFYING) => grow(builder, indices.slice(0, 3)).real(indices.slice(0, 3)),
    [fc.toStringMethod]: () =>
      `${printText(grow(SIMPLIFYING, []).total())} with ${tensors.map(describe).join(", ")}`,
  };
}

function describe({ name, axes }: Tensor): string {
  return `${name}[${axes.map((dim) => dim.name).join(", ")}]`;
}

function entry({ elem }: Tensor, x: number): number {
  switch (elem) {
    case "int":
      return Math.round(2 * x);
    case "sign":
      return x < 0 ? -1 : 1;
    case "bit":
    case "bool":
      return x < 0 ? 0 : 1;
    default:
      return x;
  }
}

const SMOOTH = ["softplus", "sigmoid", "logcosh", "tanh", "sin", "cos"] as const;
const KINKED = ["abs", "relu", "sign", "step", "ceil"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le"] as const;

/** One growing expression: a tree with shared parts. */
class Growth {
  readonly #b: Builder;
  readonly #choose: (count: number) => number;
  readonly #tensors: readonly Tensor[];
  readonly #indices: readonly Index[];
  readonly #sizeOf: (dim: Dim) => number;
  readonly #scope: readonly Index[];
  /** Finished parts and the indices they may use, to be used a second time. */
  readonly #pool: { expr: Expr; scope: readonly Index[] }[] = [];
  #fuel: number;

  constructor(
    builder: Builder,
    choose: (count: number) => number,
    tensors: readonly Tensor[],
    indices: readonly Index[],
    sizeOf: (dim: Dim) => number,
    fuel: number,
    scope: readonly Index[],
  ) {
    this.#b = builder;
    this.#choose = choose;
    this.#tensors = tensors;
    this.#indices = indices;
    this.#sizeOf = sizeOf;
    this.#fuel = fuel;
    this.#scope = scope;
  }

  /** A number: a sum over an expression with up to two indices. */
  total(): Expr {
    const over = this.#binders();
    return this.#b.reduce("sum", over, this.real([...this.#scope, ...over]), null);
  }

  /** Different indices to bind, perhaps some that are bound outside already. */
  #binders(): Index[] {
    const first = this.#indices[this.#choose(this.#indices.length)];
    const second = this.#indices[this.#choose(this.#indices.length)];
    return this.#choose(3) === 0 && second !== first ? [first, second] : [first];
  }

  /** A real expression of modest size over the indices of `scope`. */
  real(scope: readonly Index[]): Expr {
    const expr = this.#fuel-- > 0 ? this.#inner(scope) : this.#leaf(scope);
    this.#pool.push({ expr, scope });
    return expr;
  }

  #leaf(scope: readonly Index[]): Expr {
    const pick = this.#choose(12);
    if (pick < 5) return this.#read(this.#tensors[0], scope);
    if (pick < 9) return this.#read(this.#tensors[this.#choose(9)], scope);
    if (pick === 9) return this.#b.lit([0.5, -1, 2, 0, 1][this.#choose(5)]);
    if (pick === 10 && scope.length > 0) {
      return this.#b.position(scope[this.#choose(scope.length)]);
    }
    return this.#choose(2) === 0
      ? this.#b.time()
      : this.#b.size(this.#indices[this.#choose(3)].dim);
  }

  #read(tensor: Tensor, scope: readonly Index[]): Expr {
    const at = tensor.axes.map((dim) => {
      const fitting = scope.filter((index) => index.dim === dim);
      const fixed = fitting.length === 0 || this.#choose(6) === 5;
      return fixed ? this.#choose(this.#sizeOf(dim)) : fitting[this.#choose(fitting.length)];
    });
    return this.#b.get(tensor, at);
  }

  #inner(scope: readonly Index[]): Expr {
    const b = this.#b;
    switch (this.#choose(14)) {
      case 0:
        return b.apply("mul", this.real(scope), this.real(scope));
      case 1:
        return b.apply("add", this.real(scope), this.real(scope), this.#leaf(scope));
      case 2:
        return b.apply("mul", b.lit(-0.5), this.real(scope), this.#leaf(scope));
      case 3:
        return b.apply(SMOOTH[this.#choose(SMOOTH.length)], this.real(scope));
      case 4:
        return b.apply(KINKED[this.#choose(KINKED.length)], this.real(scope));
      case 5:
        return b.apply(this.#choose(2) ? "max" : "min", this.real(scope), this.real(scope));
      case 6:
        return this.#power(scope);
      case 7:
        return b.apply(this.#choose(2) ? "log" : "sqrt", this.#positive(scope));
      case 8:
        return b.apply("exp", this.#bounded(scope));
      case 9:
        return b.select(this.#condition(scope), this.real(scope), this.real(scope));
      case 10:
        return this.#softmax(scope);
      case 11: {
        const known = this.#pool.filter((part) => part.scope.every((i) => scope.includes(i)));
        return known.length === 0 ? this.#leaf(scope) : known[this.#choose(known.length)].expr;
      }
      default:
        return this.#reduction(scope);
    }
  }

  #bounded(scope: readonly Index[]): Expr {
    const op = (["tanh", "sin", "sigmoid"] as const)[this.#choose(3)];
    return this.#b.apply(op, this.real(scope));
  }

  #positive(scope: readonly Index[]): Expr {
    const b = this.#b;
    const inner = this.real(scope);
    return this.#choose(2) === 0
      ? b.apply("add", b.apply("pow", inner, b.lit(2)), b.lit(0.75))
      : b.apply("add", b.apply("softplus", inner), b.lit(0.25));
  }

  #power(scope: readonly Index[]): Expr {
    const b = this.#b;
    const pick = this.#choose(6);
    if (pick < 3) return b.apply("pow", this.real(scope), b.lit([2, 3, 1][pick]));
    if (pick < 5) return b.apply("pow", this.#positive(scope), b.lit([-1, 1.5][pick - 3]));
    return b.apply("pow", this.#positive(scope), this.#bounded(scope));
  }

  #reduction(scope: readonly Index[]): Expr {
    const op = (["sum", "prod", "max", "min", "logsumexp"] as const)[this.#choose(5)];
    const over = this.#binders();
    const inside = [...scope.filter((index) => !over.includes(index)), ...over];
    const where = this.#choose(3) === 0 ? this.#guard(over, inside) : null;
    return this.#b.reduce(op, over, this.real(inside), where);
  }

  #softmax(scope: readonly Index[]): Expr {
    if (scope.length === 0) return this.#leaf(scope);
    const first = scope[this.#choose(scope.length)];
    const second = scope[this.#choose(scope.length)];
    const over = second === first || this.#choose(2) === 0 ? [first] : [first, second];
    const where = this.#choose(3) === 0 ? this.#guard(over, scope) : null;
    return this.#b.softmax(over, this.real(scope), where);
  }

  /** A condition that holds for at least one entry. */
  #guard([first]: readonly Index[], scope: readonly Index[]): Expr {
    const b = this.#b;
    return b.apply("or", b.apply("eq", b.position(first), b.lit(0)), this.#condition(scope));
  }

  #condition(scope: readonly Index[]): Expr {
    const b = this.#b;
    const compare = COMPARISONS[this.#choose(COMPARISONS.length)];
    const place = () =>
      scope.length > 0 ? b.position(scope[this.#choose(scope.length)]) : b.time();
    switch (this.#choose(5)) {
      case 0:
        return b.apply(compare, place(), b.lit(this.#choose(3)));
      case 1:
        return b.apply(compare, place(), place());
      case 2:
        return this.#read(this.#tensors.at(-1)!, scope);
      case 3:
        return b.apply("not", b.apply(compare, this.#leaf(scope), this.#leaf(scope)));
      default: {
        const other = this.#read(this.#tensors.at(-1)!, scope);
        return b.apply(this.#choose(2) ? "and" : "or", b.apply(compare, place(), b.lit(1)), other);
      }
    }
  }
}
