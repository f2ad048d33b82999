// Turns expressions into instructions.
//
// Here and nowhere else the batch axis comes in: it is one more index, first on everything that
// differs per example. Sums of products become matrix products in a cost-chosen order; constants
// are transposed once, at load, so that no step transposes; a difference that would join two
// tensors inside a sum is multiplied out instead (|v − ξ|² never becomes a K × D array).

import {
  type Apply,
  apply,
  contains,
  type Expr,
  type Index,
  isCondition,
  isLit,
  lit,
  mul,
  add,
  type Reduce,
  type ReduceOp,
  sizeOfDim,
  type Softmax,
  substituteIndices,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { AxisMoves, grid, NEUTRAL, product } from "./axis-moves.ts";
import { contract } from "./contract.ts";
import { type Centred, findCentred } from "./centre.ts";
import { Known } from "./known.ts";
import { findShifts, shifted } from "./shift.ts";
import { BATCH, BATCH_INDEX, type Plan, type PlanOptions, type Value } from "./instruction.ts";

/** What stands below every number when the entries of a `logsumexp` are left out. */
const EXCLUDED = -1e30;

/** The largest number of float32. */
const LARGEST = 3.4028234663852886e38;

/** Whole powers up to this one are products; their rounding errors add up, at most one a factor. */
const LARGEST_POWER = 32;

/**
 * `expr` as a condition that is exactly 0 or 1. The graph counts everything but 0 as true, where
 * backends that cast to a boolean drop the fraction, and a factor must not scale what it guards.
 */
function truth(expr: Expr): Expr {
  const certain =
    expr.kind === "get"
      ? expr.tensor.elem === "bool" || expr.tensor.elem === "bit"
      : expr.kind === "apply" && (isCondition(expr.op) || expr.op === "step");
  return certain ? expr : apply("ne", expr, lit(0));
}

/** One result of a plan: its axes come in the order of `indices`, after the batch axis. */
export interface Output {
  readonly name: string;
  readonly value: Expr;
  readonly indices: readonly Index[];
  /** Whether the result must have the batch axis even if it does not depend on the example. */
  readonly batched: boolean;
  /** Whether the result is the sum over the examples, without a batch axis; default false. */
  readonly summed?: boolean;
}

/** Plans expressions for a backend; see the head of this file. */
export function plan(outputs: readonly Output[], options: PlanOptions): Plan {
  const planner = new Planner(options);
  const slots = new Map(outputs.map((output) => [output.name, planner.output(output)]));
  const summed = outputs.some((output) => output.summed === true);
  return { instructions: planner.moves.builder.instructions, outputs: slots, summed };
}

/** Chooses, for every expression, the operations that compute it. */
class Planner {
  readonly moves: AxisMoves;
  readonly #known: Known;
  readonly #options: PlanOptions;
  readonly #values = new Map<Expr, Value>();

  constructor(options: PlanOptions) {
    this.#options = options;
    this.moves = new AxisMoves(options);
    this.#known = new Known(options);
  }

  output({ value, indices, batched, summed }: Output): number {
    if (summed) return this.moves.exactly(this.#overExamples(value), indices);
    const result = this.value(value);
    const wantsBatch = batched || result.axes.includes(BATCH_INDEX);
    return this.moves.exactly(result, wantsBatch ? [BATCH_INDEX, ...indices] : indices);
  }

  /**
   * Σ over the examples. Terms are summed by themselves, so that sums of products become matrix
   * products; unless every term has a factor as large as itself, where that would gain nothing.
   */
  #overExamples(expr: Expr): Value {
    if (expr.kind === "apply" && expr.op === "add") {
      if (expr.args.every((term) => this.#isWide(term))) {
        return this.moves.collapse("sum", this.value(expr), [BATCH_INDEX]);
      }
      const terms = expr.args.map((term) => this.#overExamples(term));
      return terms.reduce((a, b) => this.moves.combine("add", a, b));
    }
    const { over, factors } = productOf(expr);
    const parts = factors.map((factor) => this.value(factor));
    return contract(
      this.moves,
      [BATCH_INDEX, ...over],
      this.moves.covered(parts, [BATCH_INDEX, ...over]),
    );
  }

  value(expr: Expr): Value {
    let result = this.#values.get(expr);
    if (result === undefined) {
      result = this.#plan(expr);
      this.#values.set(expr, result);
    }
    return result;
  }

  #plan(expr: Expr): Value {
    switch (expr.kind) {
      case "lit":
        return this.moves.constant(expr.value);
      case "size":
        return this.moves.constant(sizeOfDim(expr.dim, this.#options));
      case "time":
        return { slot: this.moves.builder.emit("time", [], [], []), axes: [] };
      case "position": {
        const count = this.moves.size(expr.index);
        return { slot: this.moves.builder.emit("range", [], [count], [count]), axes: [expr.index] };
      }
      case "get":
        return this.#read(expr.tensor, expr.at);
      case "apply":
        return this.#apply(expr);
      case "select":
        return this.#select(expr.condition, expr.whenTrue, expr.whenFalse);
      case "reduce":
        return this.#reduce(expr);
      case "softmax":
        return this.#softmax(expr);
    }
  }

  #softmax(expr: Softmax): Value {
    const { over, where, body } = expr;
    const { moves } = this;
    const { weights, total } = this.#exponentials(expr);
    if (where === null) return moves.combine("div", weights, total);
    if (this.#known.isFinite(body)) {
      // A total is at least 1, unless every entry was left out: then all weights are 0.
      return moves.combine("div", weights, moves.combine("maximum", total, moves.constant(0.5)));
    }
    // Entries that are all −∞ have no weights, 0/0; what is left out has the weight 0 all the same.
    const among = this.value(truth(where));
    const any = moves.collapse("max", moves.covering(among, over), over);
    const none = moves.combine("sub", moves.constant(1), any);
    const share = moves.combine("div", weights, moves.combine("add", total, none));
    return this.#chosen([among, share, moves.constant(0)]);
  }

  /** A tensor read at indices: positions are picked and repeated indices read the diagonal. */
  #read(tensor: Tensor, at: readonly (Index | number)[]): Value {
    const { stage, batched } = this.#options.leaf(tensor);
    const dims = tensor.axes.map((dim) => sizeOfDim(dim, this.#options));
    const lead = batched ? [BATCH] : [];
    const input = this.moves.builder.input(tensor, stage, [...lead, ...dims]);
    const leadAxes = batched ? [BATCH_INDEX] : [];
    const plain = at.every(
      (index, axis) => typeof index !== "number" && at.indexOf(index) === axis,
    );
    if (plain) return { slot: input, axes: [...leadAxes, ...(at as Index[])] };

    const free = [...new Set(at.filter((index) => typeof index !== "number"))];
    const sizes = this.moves.shapeOf(free);
    const offsets = grid(sizes).map((point) =>
      at.reduce<number>((offset, index, axis) => {
        const place = typeof index === "number" ? index : point[free.indexOf(index)];
        return offset * dims[axis] + place;
      }, 0),
    );
    const all = dims.reduce((a, b) => a * b, 1);
    const flat = this.moves.builder.emit("reshape", [input], [...lead, all], [...lead, all]);
    const picked = this.moves.builder.emit("gather", [flat], offsets, [...lead, offsets.length]);
    const shape = [...lead, ...sizes];
    return {
      slot: this.moves.builder.emit("reshape", [picked], shape, shape),
      axes: [...leadAxes, ...free],
    };
  }

  #apply(expr: Apply): Value {
    const { op, args } = expr;
    switch (op) {
      case "add":
        return this.#sum(args);
      case "mul":
        return contract(
          this.moves,
          [],
          args.map((arg) => this.value(arg)),
        );
      case "pow":
        return this.#power(args[0], args[1]);
      case "max":
        return this.moves.combine("maximum", this.value(args[0]), this.value(args[1]));
      case "min":
        return this.moves.combine("minimum", this.value(args[0]), this.value(args[1]));
      case "not":
        return this.moves.map(op, this.value(truth(args[0])));
      case "and":
      case "or":
        return this.moves.combine(op, this.value(truth(args[0])), this.value(truth(args[1])));
      default: {
        const parts = args.map((arg) => this.value(arg));
        return parts.length === 1
          ? this.moves.map(op, parts[0])
          : this.moves.combine(op, parts[0], parts[1]);
      }
    }
  }

  #sum(terms: readonly Expr[]): Value {
    const centred = findCentred(terms, (dim) => sizeOfDim(dim, this.#options));
    if (centred === null) return this.#total(terms);
    const { entry, mean } = centred;
    const rest = terms.filter((term) => term !== entry && term !== mean);
    return this.#total(rest, [this.#centred(centred)]);
  }

  /** `x − mean x`, and less the mean that rounding has left; see centre.ts. */
  #centred({ entry, mean, over, where, share }: Centred): Value {
    const difference = this.#total([entry, mean]);
    const parts = [difference];
    if (where !== null) {
      const own = new Map(where.over.map((index, axis) => [index, over[axis]]));
      parts.push(this.value(truth(substituteIndices(where.condition, own))));
    }
    const left = contract(this.moves, over, parts);
    const known = typeof share === "number";
    const off = known
      ? this.moves.map("mul", left, share)
      : this.moves.combine("mul", left, this.value(share));
    return this.moves.combine("sub", difference, off);
  }

  /** `a + b − c`: small terms first, and a factor −1 becomes a subtraction. */
  #total(terms: readonly Expr[], done: readonly Value[] = []): Value {
    const parts = terms.map((term) => {
      const minus =
        term.kind === "apply" && term.op === "mul" && isLit(term.args[0]) && term.args[0].value < 0;
      return { minus, value: this.value(minus ? mul(lit(-1), term) : term) };
    });
    parts.push(...done.map((value) => ({ minus: false, value })));
    parts.sort((a, b) => this.moves.count(a.value) - this.moves.count(b.value));
    const first = parts.findIndex((part) => !part.minus);
    if (first > 0) parts.unshift(...parts.splice(first, 1));
    const start = parts[0].minus ? this.moves.map("mul", parts[0].value, -1) : parts[0].value;
    return parts
      .slice(1)
      .reduce(
        (total, part) => this.moves.combine(part.minus ? "sub" : "add", total, part.value),
        start,
      );
  }

  #power(base: Expr, exponent: Expr): Value {
    const value = this.value(base);
    if (!isLit(exponent)) return this.moves.combine("pow", value, this.value(exponent));
    const whole = Number.isInteger(exponent.value);
    if (whole && exponent.value >= 2 && exponent.value <= LARGEST_POWER) {
      return this.#wholePower(value, exponent.value);
    }
    switch (exponent.value) {
      case -1:
        return this.moves.map("reciprocal", value);
      case 0.5:
        return this.moves.map("sqrt", value);
      case -0.5:
        return this.moves.map("rsqrt", value);
      default:
        return this.moves.combine("pow", value, this.moves.constant(exponent.value));
    }
  }

  /** `xⁿ` by squaring: a few products, which on wasm take a fraction of the time of a power. */
  #wholePower(value: Value, exponent: number): Value {
    if (exponent === 1) return value;
    const half = this.moves.map("square", this.#wholePower(value, Math.floor(exponent / 2)));
    return exponent % 2 === 0 ? half : this.moves.combine("mul", half, value);
  }

  #select(condition: Expr, whenTrue: Expr, whenFalse: Expr): Value {
    if (isLit(whenFalse) && whenFalse.value === 0 && this.#known.isFinite(whenTrue)) {
      // The condition may be a factor, which needs not be repeated along the other axes.
      return this.value(mul(truth(condition), whenTrue));
    }
    return this.#chosen([truth(condition), whenTrue, whenFalse].map((part) => this.value(part)));
  }

  /** The second of three where the first is 1, and else the third. */
  #chosen(parts: readonly Value[]): Value {
    const axes = this.moves.union(parts.map((part) => part.axes));
    // All three have the same shape, and more than four axes are too many for WebGL.
    const shape = this.moves.shapeOf(axes);
    const flat = axes.length > 4 ? [product(shape)] : shape;
    const slots = parts.map((part) => this.moves.reshaped(this.moves.exactly(part, axes), flat));
    return {
      slot: this.moves.reshaped(this.moves.builder.emit("select", slots, [], flat), shape),
      axes,
    };
  }

  #reduce(expr: Reduce): Value {
    const { op, over, where, body } = expr;
    if (op === "logsumexp") {
      const { total, top } = this.#exponentials(expr);
      return this.moves.combine("add", this.moves.map("log", total), top);
    }
    if (op === "sum" && where === null) {
      const expanded = this.#multipliedOut(over, body);
      if (expanded !== null) return this.value(expanded);
      const parts = this.#opened(factorsOf(body)).map((factor) => this.value(factor));
      // A factor may turn out not to walk an index that it names.
      return contract(this.moves, over, this.moves.covered(parts, over));
    }
    const neutral = NEUTRAL[op];
    const tied = this.#tiedReduce(op, expr, neutral);
    if (tied !== null) return tied;
    if (op === "sum" && where !== null && this.#known.isFinite(body)) {
      // Nothing can become NaN or infinite here, so the guard may be a factor.
      return this.value(sum(over, mul(truth(where), body)));
    }
    const entries = where === null ? this.value(body) : this.#select(where, body, lit(neutral));
    return this.moves.collapse(op, this.moves.covering(entries, over), over);
  }

  /** A reduction whose guard ties indices to each other; null when that does not apply. */
  #tiedReduce(op: Exclude<ReduceOp, "logsumexp">, expr: Reduce, neutral: number): Value | null {
    const { over, body } = expr;
    const found = findShifts(expr, (index) => this.moves.size(index), this.#options.sizes);
    if (found === null) return null;
    const { ties, rest } = found;
    const left = over.filter((index) => !ties.some((tie) => tie.index === index));
    if (op === "sum" && this.#known.isFinite(body)) {
      const factors = [...this.#opened(factorsOf(body)), ...rest.map((part) => truth(part))];
      const parts = factors.map((factor) => shifted(this.moves, this.value(factor), ties, neutral));
      return contract(this.moves, left, this.moves.covered(parts, left));
    }
    if (rest.length > 0) return null;
    const entries = shifted(this.moves, this.value(body), ties, neutral);
    return this.moves.collapse(op, this.moves.covering(entries, left), left);
  }

  /**
   * The parts of a stable softmax: `top = max body`, `weights = exp(body − top)` and
   * `total = Σ weights`. `logsumexp` and `softmax` of the same body share them.
   */
  #exponentials({
    over,
    where,
    body,
  }: Reduce | Softmax): Record<"top" | "weights" | "total", Value> {
    const { scale, scores } = this.#scaled(body, over);
    const entries = where === null ? this.value(scores) : this.#among(where, scores);
    const all = this.moves.covering(entries, over);
    const top = this.#known.isFinite(body)
      ? this.moves.collapse("max", all, over)
      : this.#finiteTop(all, over);
    const below = this.moves.combine("sub", all, top);
    const powers = this.moves.map("exp", this.#times(scale, below));
    // Where every entry is left out, `top` is one of them and its power 1.
    const weights =
      where === null ? powers : this.moves.combine("mul", powers, this.value(truth(where)));
    return {
      top: this.#times(scale, top),
      weights,
      total: this.moves.collapse("sum", weights, over),
    };
  }

  /** The largest score, as a finite number: what is infinite stays so when it is taken off. */
  #finiteTop(all: Value, over: readonly Index[]): Value {
    const top = this.moves.collapse("max", all, over);
    const least = this.moves.combine("maximum", top, this.moves.constant(-LARGEST));
    return this.moves.combine("minimum", least, this.moves.constant(LARGEST));
  }

  /**
   * Exponents as a positive factor and the scores that it scales: the largest score is taken off
   * before they are scaled, which would round large scores that are near to each other. Where the
   * scores are sums, the factor stays inside: there it may cost less.
   */
  #scaled(body: Expr, over: readonly Index[]): { scale: readonly Expr[]; scores: Expr } {
    const factors = factorsOf(body);
    const walks = (factor: Expr) => factor.free.some((index) => over.includes(index));
    const scale = factors.filter((factor) => !walks(factor) && this.#known.isPositive(factor));
    const plain = !contains(body, (part) => part.kind === "reduce");
    if (!plain || scale.length === factors.length) return { scale: [], scores: body };
    return { scale, scores: mul(...factors.filter((factor) => !scale.includes(factor))) };
  }

  #times(scale: readonly Expr[], value: Value): Value {
    if (scale.length === 0) return value;
    return contract(this.moves, [], [...scale.map((factor) => this.value(factor)), value]);
  }

  /** `body`, and below every number where `where` is false: a mask added where nothing is infinite. */
  #among(where: Expr, body: Expr): Value {
    if (!this.#known.isFinite(body)) return this.#select(where, body, lit(EXCLUDED));
    const mask = mul(lit(EXCLUDED), apply("not", where));
    return this.moves.combine("add", this.value(body), this.value(mask));
  }

  /**
   * Σ (a + b)·c with the sum multiplied out, or null when there is nothing to gain: it pays when
   * a + b has more axes than either of its terms.
   */
  #multipliedOut(over: readonly Index[], body: Expr): Expr | null {
    const factors = factorsOf(body);
    for (const [i, factor] of factors.entries()) {
      const squared = factor.kind === "apply" && factor.op === "pow" && isSquare(factor);
      const inner = squared ? factor.args[0] : factor;
      if (inner.kind !== "apply" || inner.op !== "add" || !this.#joins(inner)) continue;
      const others = factors.filter((_, j) => j !== i);
      const terms = squared
        ? inner.args.flatMap((a, j) =>
            inner.args.slice(j).map((b, k) => mul(lit(k === 0 ? 1 : 2), a, b)),
          )
        : inner.args;
      return add(...terms.map((term) => sum(over, mul(...others, term))));
    }
    return null;
  }

  /** Products among factors are opened where they have more axes than any factor of theirs. */
  #opened(factors: readonly Expr[]): readonly Expr[] {
    return factors.flatMap((factor) => {
      const isProduct = factor.kind === "apply" && factor.op === "mul";
      return isProduct && this.#joins(factor) ? this.#opened(factor.args) : factor;
    });
  }

  #joins(total: Apply): boolean {
    return total.args.every((term) => this.#known.rank(term) < this.#known.rank(total));
  }

  /** Whether one factor alone differs per example and walks every index of the product. */
  #isWide(expr: Expr): boolean {
    const all = expr.free.length + 1;
    return factorsOf(expr).some(
      (factor) => this.#known.isBatched(factor) && this.#known.rank(factor) === all,
    );
  }
}

function factorsOf(expr: Expr): readonly Expr[] {
  return expr.kind === "apply" && expr.op === "mul" ? expr.args : [expr];
}

/** An expression as a sum of products, where one of its factors is a plain sum. */
function productOf(expr: Expr): { over: readonly Index[]; factors: readonly Expr[] } {
  const factors = factorsOf(expr);
  const inner = factors.find((factor) => factor.kind === "reduce");
  const opens =
    inner !== undefined &&
    inner.op === "sum" &&
    inner.where === null &&
    !inner.over.some((index) => expr.free.includes(index));
  if (!opens) return { over: [], factors };
  const others = factors.filter((factor) => factor !== inner);
  return { over: inner.over, factors: [...others, ...factorsOf(inner.body)] };
}

function isSquare(expr: Apply): boolean {
  return isLit(expr.args[1]) && expr.args[1].value === 2;
}
