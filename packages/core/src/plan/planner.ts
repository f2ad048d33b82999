// Turns expressions into instructions.
//
// Here and nowhere else the batch axis comes in: it is one more index, first on everything that
// differs per example. Sums of products become matrix products in a cost-chosen order; constants
// are transposed once, at load, so that no step transposes; a difference that would join two
// tensors inside a sum is multiplied out instead (|v − ξ|² never becomes a K × D array).

import {
  type Apply,
  apply,
  children,
  contains,
  type Dim,
  type Expr,
  HamError,
  type Index,
  invariant,
  isCondition,
  isLit,
  isPositive,
  lit,
  makeRanges,
  mul,
  add,
  type Reduce,
  type ReduceOp,
  type ScalarFunction,
  sizeOfDim,
  type Softmax,
  substituteIndices,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { Builder } from "./builder.ts";
import { type AxisMoves, contract } from "./contract.ts";
import { type Centred, findCentred } from "./centre.ts";
import { findShifts, shifted } from "./shift.ts";
import { BATCH, BATCH_INDEX, type Op, type Plan, type Stage, type Value } from "./instruction.ts";

/** What stands below every number when the entries of a `logsumexp` are left out. */
const EXCLUDED = -1e30;

/** The largest number of float32. */
const LARGEST = 3.4028234663852886e38;

/** Whole powers up to this one are products; their rounding errors add up, at most one a factor. */
const LARGEST_POWER = 32;

/** What a reduction of no entries is. */
const NEUTRAL = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

/** Functions that are finite wherever their arguments are moderate numbers. */
const TOTAL: ReadonlySet<ScalarFunction> = new Set([
  ...(["add", "mul", "abs", "sign", "relu", "step", "softplus", "sigmoid", "logcosh"] as const),
  ...(["tanh", "sin", "cos", "max", "min", "eq", "ne", "lt", "le", "and", "or", "not"] as const),
]);

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

/** How a tensor reaches the plan. */
export interface Leaf {
  readonly stage: Stage;
  /** Whether it has a leading batch axis. */
  readonly batched: boolean;
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

export interface PlanOptions {
  readonly sizes?: ReadonlyMap<Dim, number>;
  readonly leaf: (tensor: Tensor) => Leaf;
}

/** Plans expressions for a backend; see the head of this file. */
export function plan(outputs: readonly Output[], options: PlanOptions): Plan {
  const planner = new Planner(options);
  const slots = new Map(outputs.map((output) => [output.name, planner.output(output)]));
  const summed = outputs.some((output) => output.summed === true);
  return { instructions: planner.builder.instructions, outputs: slots, summed };
}

/** The planner at work; `contract.ts` uses it to combine and move axes. */
class Planner implements AxisMoves {
  readonly builder = new Builder();
  readonly #options: PlanOptions;
  readonly #values = new Map<Expr, Value>();
  readonly #batched = new Map<Expr, boolean>();
  readonly #finite = new Map<Expr, boolean>();
  readonly #ranges = makeRanges();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  size(index: Index): number {
    return index === BATCH_INDEX ? BATCH : sizeOfDim(index.dim, this.#options);
  }

  shapeOf(axes: readonly Index[]): number[] {
    return axes.map((index) => this.size(index));
  }

  output({ value, indices, batched, summed }: Output): number {
    if (summed) return this.exactly(this.#overExamples(value), indices);
    const result = this.value(value);
    const wantsBatch = batched || result.axes.includes(BATCH_INDEX);
    return this.exactly(result, wantsBatch ? [BATCH_INDEX, ...indices] : indices);
  }

  /**
   * Σ over the examples. Terms are summed by themselves, so that sums of products become matrix
   * products; unless every term has a factor as large as itself, where that would gain nothing.
   */
  #overExamples(expr: Expr): Value {
    if (expr.kind === "apply" && expr.op === "add") {
      if (expr.args.every((term) => this.#isWide(term))) {
        return this.collapse("sum", this.value(expr), [BATCH_INDEX]);
      }
      const terms = expr.args.map((term) => this.#overExamples(term));
      return terms.reduce((a, b) => this.combine("add", a, b));
    }
    const { over, factors } = productOf(expr);
    const parts = factors.map((factor) => this.value(factor));
    return contract(this, [BATCH_INDEX, ...over], this.#covered(parts, [BATCH_INDEX, ...over]));
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
        return this.constant(expr.value);
      case "size":
        return this.constant(sizeOfDim(expr.dim, this.#options));
      case "time":
        return { slot: this.builder.emit("time", [], [], []), axes: [] };
      case "position": {
        const count = this.size(expr.index);
        return { slot: this.builder.emit("range", [], [count], [count]), axes: [expr.index] };
      }
      case "get":
        return this.#read(expr.tensor, expr.at);
      case "apply":
        return this.#apply(expr);
      case "select":
        return this.#select(expr.condition, expr.whenTrue, expr.whenFalse);
      case "reduce":
        return this.#reduce(expr);
      case "softmax": {
        const { weights, total } = this.#exponentials(expr);
        if (expr.where === null) return this.combine("div", weights, total);
        // A total is at least 1, unless every entry was left out: then all weights are 0.
        return this.combine("div", weights, this.combine("maximum", total, this.constant(0.5)));
      }
    }
  }

  constant(value: number): Value {
    return { slot: this.builder.emit("constant", [], [value], []), axes: [] };
  }

  /** A tensor read at indices: positions are picked and repeated indices read the diagonal. */
  #read(tensor: Tensor, at: readonly (Index | number)[]): Value {
    const { stage, batched } = this.#options.leaf(tensor);
    const dims = tensor.axes.map((dim) => sizeOfDim(dim, this.#options));
    const lead = batched ? [BATCH] : [];
    const input = this.builder.input(tensor, stage, [...lead, ...dims]);
    const leadAxes = batched ? [BATCH_INDEX] : [];
    const plain = at.every(
      (index, axis) => typeof index !== "number" && at.indexOf(index) === axis,
    );
    if (plain) return { slot: input, axes: [...leadAxes, ...(at as Index[])] };

    const free = [...new Set(at.filter((index) => typeof index !== "number"))];
    const sizes = this.shapeOf(free);
    const offsets = positions(sizes).map((point) =>
      at.reduce<number>((offset, index, axis) => {
        const place = typeof index === "number" ? index : point[free.indexOf(index)];
        return offset * dims[axis] + place;
      }, 0),
    );
    const all = dims.reduce((a, b) => a * b, 1);
    const flat = this.builder.emit("reshape", [input], [...lead, all], [...lead, all]);
    const picked = this.builder.emit("gather", [flat], offsets, [...lead, offsets.length]);
    const shape = [...lead, ...sizes];
    return {
      slot: this.builder.emit("reshape", [picked], shape, shape),
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
          this,
          [],
          args.map((arg) => this.value(arg)),
        );
      case "pow":
        return this.#power(args[0], args[1]);
      case "max":
        return this.combine("maximum", this.value(args[0]), this.value(args[1]));
      case "min":
        return this.combine("minimum", this.value(args[0]), this.value(args[1]));
      case "not":
        return this.map(op, this.value(truth(args[0])));
      case "and":
      case "or":
        return this.combine(op, this.value(truth(args[0])), this.value(truth(args[1])));
      default: {
        const parts = args.map((arg) => this.value(arg));
        return parts.length === 1 ? this.map(op, parts[0]) : this.combine(op, parts[0], parts[1]);
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
    const left = contract(this, over, parts);
    const known = typeof share === "number";
    const off = known ? this.map("mul", left, share) : this.combine("mul", left, this.value(share));
    return this.combine("sub", difference, off);
  }

  /** `a + b − c`: small terms first, and a factor −1 becomes a subtraction. */
  #total(terms: readonly Expr[], done: readonly Value[] = []): Value {
    const parts = terms.map((term) => {
      const minus =
        term.kind === "apply" && term.op === "mul" && isLit(term.args[0]) && term.args[0].value < 0;
      return { minus, value: this.value(minus ? mul(lit(-1), term) : term) };
    });
    parts.push(...done.map((value) => ({ minus: false, value })));
    parts.sort((a, b) => this.#count(a.value) - this.#count(b.value));
    const first = parts.findIndex((part) => !part.minus);
    if (first > 0) parts.unshift(...parts.splice(first, 1));
    const start = parts[0].minus ? this.map("mul", parts[0].value, -1) : parts[0].value;
    return parts
      .slice(1)
      .reduce((total, part) => this.combine(part.minus ? "sub" : "add", total, part.value), start);
  }

  #power(base: Expr, exponent: Expr): Value {
    const value = this.value(base);
    if (!isLit(exponent)) return this.combine("pow", value, this.value(exponent));
    const whole = Number.isInteger(exponent.value);
    if (whole && exponent.value >= 2 && exponent.value <= LARGEST_POWER) {
      return this.#wholePower(value, exponent.value);
    }
    switch (exponent.value) {
      case -1:
        return this.map("reciprocal", value);
      case 0.5:
        return this.map("sqrt", value);
      case -0.5:
        return this.map("rsqrt", value);
      default:
        return this.combine("pow", value, this.constant(exponent.value));
    }
  }

  /** `xⁿ` by squaring: a few products, which on wasm take a fraction of the time of a power. */
  #wholePower(value: Value, exponent: number): Value {
    if (exponent === 1) return value;
    const half = this.map("square", this.#wholePower(value, Math.floor(exponent / 2)));
    return exponent % 2 === 0 ? half : this.combine("mul", half, value);
  }

  #select(condition: Expr, whenTrue: Expr, whenFalse: Expr): Value {
    if (isLit(whenFalse) && whenFalse.value === 0 && this.#isFinite(whenTrue)) {
      // The condition may be a factor, which needs not be repeated along the other axes.
      return this.value(mul(truth(condition), whenTrue));
    }
    const parts = [truth(condition), whenTrue, whenFalse].map((part) => this.value(part));
    const axes = this.#union(parts.map((part) => part.axes));
    // All three have the same shape, and more than four axes are too many for WebGL.
    const shape = this.shapeOf(axes);
    const flat = axes.length > 4 ? [product(shape)] : shape;
    const slots = parts.map((part) => this.#reshaped(this.exactly(part, axes), flat));
    return { slot: this.#reshaped(this.builder.emit("select", slots, [], flat), shape), axes };
  }

  #reduce(expr: Reduce): Value {
    const { op, over, where, body } = expr;
    if (op === "logsumexp") {
      const { total, top } = this.#exponentials(expr);
      return this.combine("add", this.map("log", total), top);
    }
    if (op === "sum" && where === null) {
      const expanded = this.#multipliedOut(over, body);
      if (expanded !== null) return this.value(expanded);
      return contract(
        this,
        over,
        this.#opened(factorsOf(body)).map((factor) => this.value(factor)),
      );
    }
    const neutral = NEUTRAL[op];
    const tied = this.#tiedReduce(op, expr, neutral);
    if (tied !== null) return tied;
    if (op === "sum" && where !== null && this.#isFinite(body)) {
      // Nothing can become NaN or infinite here, so the guard may be a factor.
      return this.value(sum(over, mul(truth(where), body)));
    }
    const entries = where === null ? this.value(body) : this.#select(where, body, lit(neutral));
    return this.collapse(op, this.#covering(entries, over), over);
  }

  /** A reduction whose guard ties indices to each other; null when that does not apply. */
  #tiedReduce(op: Exclude<ReduceOp, "logsumexp">, expr: Reduce, neutral: number): Value | null {
    const { over, body } = expr;
    const found = findShifts(expr, (index) => this.size(index), this.#options.sizes);
    if (found === null) return null;
    const { ties, rest } = found;
    const left = over.filter((index) => !ties.some((tie) => tie.index === index));
    if (op === "sum" && this.#isFinite(body)) {
      const factors = [...this.#opened(factorsOf(body)), ...rest.map((part) => truth(part))];
      const parts = factors.map((factor) => shifted(this, this.value(factor), ties, neutral));
      return contract(this, left, this.#covered(parts, left));
    }
    if (rest.length > 0) return null;
    const entries = shifted(this, this.value(body), ties, neutral);
    return this.collapse(op, this.#covering(entries, left), left);
  }

  /** Factors that between them have the axes `over`. */
  #covered(parts: readonly Value[], over: readonly Index[]): Value[] {
    const missing = over.filter((index) => !parts.some(({ axes }) => axes.includes(index)));
    if (missing.length === 0) return [...parts];
    return [...parts, { slot: this.exactly(this.constant(1), missing), axes: missing }];
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
    const all = this.#covering(entries, over);
    const top = this.#isFinite(body) ? this.collapse("max", all, over) : this.#finiteTop(all, over);
    const below = this.combine("sub", all, top);
    const powers = this.map("exp", this.#times(scale, below));
    // Where every entry is left out, `top` is one of them and its power 1.
    const weights = where === null ? powers : this.combine("mul", powers, this.value(truth(where)));
    return {
      top: this.#times(scale, top),
      weights,
      total: this.collapse("sum", weights, over),
    };
  }

  /** The largest score, as a finite number: what is infinite stays so when it is taken off. */
  #finiteTop(all: Value, over: readonly Index[]): Value {
    const top = this.collapse("max", all, over);
    const least = this.combine("maximum", top, this.constant(-LARGEST));
    return this.combine("minimum", least, this.constant(LARGEST));
  }

  /**
   * Exponents as a positive factor and the scores that it scales: the largest score is taken off
   * before they are scaled, which would round large scores that are near to each other. Where the
   * scores are sums, the factor stays inside: there it may cost less.
   */
  #scaled(body: Expr, over: readonly Index[]): { scale: readonly Expr[]; scores: Expr } {
    const factors = factorsOf(body);
    const walks = (factor: Expr) => factor.free.some((index) => over.includes(index));
    const scale = factors.filter((factor) => !walks(factor) && this.#isPositive(factor));
    const plain = !contains(body, (part) => part.kind === "reduce");
    if (!plain || scale.length === factors.length) return { scale: [], scores: body };
    return { scale, scores: mul(...factors.filter((factor) => !scale.includes(factor))) };
  }

  #times(scale: readonly Expr[], value: Value): Value {
    if (scale.length === 0) return value;
    return contract(this, [], [...scale.map((factor) => this.value(factor)), value]);
  }

  /** `body`, and below every number where `where` is false: a mask added where nothing is infinite. */
  #among(where: Expr, body: Expr): Value {
    if (!this.#isFinite(body)) return this.#select(where, body, lit(EXCLUDED));
    const mask = mul(lit(EXCLUDED), apply("not", where));
    return this.combine("add", this.value(body), this.value(mask));
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
    return total.args.every((term) => this.#axes(term) < this.#axes(total));
  }

  /** Whether one factor alone differs per example and walks every index of the product. */
  #isWide(expr: Expr): boolean {
    const all = expr.free.length + 1;
    return factorsOf(expr).some((factor) => this.#isBatched(factor) && this.#axes(factor) === all);
  }

  #axes(expr: Expr): number {
    return expr.free.length + Number(this.#isBatched(expr));
  }

  #isBatched(expr: Expr): boolean {
    let result = this.#batched.get(expr);
    if (result === undefined) {
      result =
        expr.kind === "get"
          ? this.#options.leaf(expr.tensor).batched
          : children(expr).some((child) => this.#isBatched(child));
      this.#batched.set(expr, result);
    }
    return result;
  }

  /** True where finite inputs cannot give an infinite or undefined value. */
  #isFinite(expr: Expr): boolean {
    let result = this.#finite.get(expr);
    if (result === undefined) this.#finite.set(expr, (result = this.#findFinite(expr)));
    return result;
  }

  #findFinite(expr: Expr): boolean {
    if (expr.kind === "apply" && expr.op === "pow") {
      const [base, exponent] = expr.args;
      const whole = isLit(exponent) && exponent.value > 0 && Number.isInteger(exponent.value);
      const safe = whole || (isLit(exponent) && this.#isPositive(base));
      return safe && this.#isFinite(base);
    }
    if (expr.kind === "apply" && expr.op === "sqrt") {
      return this.#isPositive(expr.args[0]) && this.#isFinite(expr.args[0]);
    }
    // A maximum of nothing is infinite.
    if (expr.kind === "reduce" && expr.where !== null && expr.op !== "sum" && expr.op !== "prod") {
      return false;
    }
    if (expr.kind === "apply" && !TOTAL.has(expr.op)) return false;
    return children(expr).every((child) => this.#isFinite(child));
  }

  /** True where an expression is above 0 whatever its tensors hold, as a variance + ε is. */
  #isPositive(expr: Expr): boolean {
    if (expr.kind === "size") return sizeOfDim(expr.dim, this.#options) > 0;
    return isPositive(this.#ranges(expr));
  }

  // ---- moving axes ----

  /** A function of one value, entry by entry; `constant` is its second argument, if any. */
  map(op: Op, value: Value, constant?: number): Value {
    const shape = this.builder.shape(value.slot);
    const inputs = [value.slot];
    if (constant !== undefined) inputs.push(this.constant(constant).slot);
    return { slot: this.builder.emit(op, inputs, [], shape), axes: value.axes };
  }

  /** A function of two values, entry by entry, over the union of their axes. */
  combine(op: Op, a: Value, b: Value): Value {
    const axes = this.#union([a.axes, b.axes]);
    const groups = mergeable(axes, [a.axes, b.axes]);
    const [left, right] = [a, b].map((part) => this.#broadcastable(part, axes, groups));
    const shape = groups.map((group) => product(this.shapeOf(group)));
    const slot = this.builder.emit(op, [left, right], [], shape);
    return { slot: this.#reshaped(slot, this.shapeOf(axes)), axes };
  }

  /** Reduces the axes `over` away. */
  collapse(op: "sum" | "prod" | "max" | "min", value: Value, over: readonly Index[]): Value {
    const numbers = over.map((index) => value.axes.indexOf(index)).sort((x, y) => x - y);
    const axes = value.axes.filter((index) => !over.includes(index));
    if (numbers.length === 0) return value;
    if (over.some((index) => this.size(index) === 0)) {
      // Backends leave a reduction of nothing undefined, down to whatever the memory held.
      return { slot: this.exactly(this.constant(NEUTRAL[op]), axes), axes };
    }
    return { slot: this.builder.emit(op, [value.slot], numbers, this.shapeOf(axes)), axes };
  }

  /** The slot of `value` with exactly the axes `order`: transposed and repeated as needed. */
  exactly(value: Value, order: readonly Index[]): number {
    const missing = order.filter((index) => !value.axes.includes(index));
    invariant(
      value.axes.every((index) => order.includes(index)),
      `no axis is lost: [${value.axes.map((i) => i.name).join()}] into [${order.map((i) => i.name).join()}]`,
    );
    const own = this.#transposed(
      value,
      order.filter((index) => value.axes.includes(index)),
    );
    if (missing.length === 0) return own;
    const groups = mergeable(order, [value.axes]);
    const sizes = groups.map((group) => product(this.shapeOf(group)));
    const isNew = groups.map((group) => missing.includes(group[0]));
    const shaped = this.#reshaped(
      own,
      sizes.map((n, g) => (isNew[g] ? 1 : n)),
    );
    const repeats = sizes.map((n, g) => (isNew[g] ? n : 1));
    return this.#reshaped(this.builder.emit("tile", [shaped], repeats, sizes), this.shapeOf(order));
  }

  /** The slot of `value` with its axes in `order`, as a matrix of the given groups of axes. */
  grouped(value: Value, groups: readonly (readonly Index[])[]): number {
    const slot = this.#transposed(value, groups.flat());
    return this.#reshaped(
      slot,
      groups.map((group) => product(this.shapeOf(group))),
    );
  }

  /** Splits grouped axes again. */
  ungrouped(slot: number, axes: readonly Index[]): Value {
    return { slot: this.#reshaped(slot, this.shapeOf(axes)), axes };
  }

  /** Makes sure that `value` has the axes `over`. */
  #covering(value: Value, over: readonly Index[]): Value {
    const missing = over.filter((index) => !value.axes.includes(index));
    if (missing.length === 0) return value;
    const axes = [...value.axes, ...missing];
    return { slot: this.exactly(value, axes), axes };
  }

  #count({ axes }: Value): number {
    return axes.reduce((n, index) => n * (index === BATCH_INDEX ? 64 : this.size(index)), 1);
  }

  /** The union of axes, batch first, in the order of the largest part where possible. */
  #union(parts: readonly (readonly Index[])[]): readonly Index[] {
    const longest = parts.reduce((a, b) => (b.length > a.length ? b : a), []);
    if (parts.every((part) => part.every((index) => longest.includes(index)))) return longest;
    const all = new Set([...longest, ...parts.flat()]);
    return all.delete(BATCH_INDEX) ? [BATCH_INDEX, ...all] : [...all];
  }

  #broadcastable(
    value: Value,
    axes: readonly Index[],
    groups: readonly (readonly Index[])[],
  ): number {
    if (value.axes.length === 0) return value.slot;
    const slot = this.#transposed(
      value,
      axes.filter((index) => value.axes.includes(index)),
    );
    const shape = groups.map((group) =>
      value.axes.includes(group[0]) ? product(this.shapeOf(group)) : 1,
    );
    const firstOwn = shape.findIndex((_, g) => value.axes.includes(groups[g][0]));
    return this.#reshaped(slot, shape.slice(firstOwn));
  }

  #transposed(value: Value, order: readonly Index[]): number {
    const permutation = order.map((index) => value.axes.indexOf(index));
    if (permutation.every((axis, i) => axis === i)) return value.slot;
    if (order.length > 6) {
      throw new HamError(
        "core/too-many-axes",
        `A value with ${order.length} axes cannot be reordered.`,
      );
    }
    return this.builder.emit("transpose", [value.slot], permutation, this.shapeOf(order));
  }

  #reshaped(slot: number, shape: readonly number[]): number {
    const known = this.builder.shape(slot);
    if (known.length === shape.length && known.every((n, i) => n === shape[i])) return slot;
    return this.builder.emit("reshape", [slot], shape, shape);
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

/** The product of sizes; the batch axis times 12 is −12, see {@link BATCH}. */
function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** Neighbouring axes that every part has, or every part lacks, can be walked as one. */
function mergeable(
  axes: readonly Index[],
  parts: readonly (readonly Index[])[],
): readonly (readonly Index[])[] {
  if (axes.length <= 4) return axes.map((index) => [index]);
  const groups: Index[][] = [];
  for (const index of axes) {
    const last = groups.at(-1);
    const same =
      last !== undefined && parts.every((part) => part.includes(last[0]) === part.includes(index));
    if (same) last.push(index);
    else groups.push([index]);
  }
  return groups;
}

/** Every point of a grid, row-major. */
function positions(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (points, n) => points.flatMap((point) => Array.from({ length: n }, (_, i) => [...point, i])),
    [[]],
  );
}
