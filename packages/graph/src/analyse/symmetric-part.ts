// Which tensors act by their symmetric part alone?
//
// The coupling of two units of a layer has one energy, whichever of them is named first: Σ Wᵢⱼ vᵢ vⱼ
// is the same for W and for its transpose. In general an energy sees the symmetric part of W and
// nothing else exactly where ∂E/∂W is symmetric for all values of everything. That is tried at
// random points, with small sizes: the form decides, not who wrote it. A sum over `i < j` takes a
// triangle on purpose, and its slope is not symmetric.

import { contains, moves, readersOf, tensorsIn } from "../expr/depends.ts";
import { gradient } from "../rewrite/differentiate.ts";
import { indicesOf } from "../expr/dim.ts";
import { drivesOf, type EnergyGraph, type Term } from "../model/energy-graph.ts";
import { HamError } from "../error.ts";
import { evaluate, evaluateScalar } from "../expr/evaluate.ts";
import { add, get, mul } from "../expr/expr.ts";
import { eachPart, makeFold, mapChildren } from "../expr/parts.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Dim, Expr, Index, Tensor } from "../expr/types.ts";
import { declaredRange, placeOf, refusalOf } from "./admit.ts";
import { type Draws, makeDraws } from "./draws.ts";
import { isNonNegative } from "./interval.ts";
import { type Facts, factsOf } from "./range.ts";

/** A tensor of which an energy sees only what is the same with some of its axes exchanged. */
export interface SymmetricUse {
  readonly tensor: Tensor;
  /** Axis `i` of the exchanged tensor is axis `order[i]`; `[1, 0]` for a matrix. */
  readonly order: readonly number[];
  /** The terms that read it. */
  readonly terms: readonly Term[];
  /** Whether they write the symmetric part themselves, as `W[i, j] + W[j, i]`. */
  readonly isWritten: boolean;
}

/** Points at which a slope is compared with its mirror image. */
const POINTS = 2;

/** Entries of an axis there, where no formula names a later one. */
const FEW = 3;

/** The consts, params, data and givens of a model that act by their symmetric part alone. */
export function symmetricUses(graph: EnergyGraph): SymmetricUse[] {
  const readers = readersOf(graph.terms, ({ energy }) => energy);
  // A drive sees all of what it reads.
  const driving = tensorsIn(drivesOf(graph).map(({ value }) => value));
  let facts: Facts | null = null;
  return graph.tensors.flatMap((tensor) => {
    const terms = exchanges(tensor.axes).length === 0 ? [] : (readers.get(tensor) ?? []);
    if (terms.length === 0 || driving.has(tensor)) return [];
    facts ??= factsOf(graph);
    const order = mirrorOf(tensor, add(...terms.map(({ energy }) => energy)), facts);
    if (order === undefined) return [];
    return [
      { tensor, order, terms, isWritten: terms.every((term) => isRead(term, tensor, order)) },
    ];
  });
}

/** The exchange of the axes of a tensor that an energy does not notice. */
function mirrorOf(tensor: Tensor, energy: Expr, facts: Facts): SymmetricUse["order"] | undefined {
  const at = indicesOf(tensor.axes);
  const slope = gradient(energy, tensor, at);
  const points = Array.from({ length: POINTS }, (_, seed) => valuesAt(facts, slope, seed));
  const values = points.map((point) => {
    try {
      return evaluate(slope, { ...point, time: 0.375 }, at).data;
    } catch (error) {
      if (HamError.isInstance(error)) return null;
      throw error;
    }
  });
  return exchanges(tensor.axes).find((one) =>
    values.every(
      (value, i) => value !== null && isMirrored(value, shapeOf(tensor, points[i]), one),
    ),
  );
}

/** Couplings that are written as a product, of which an energy sees the symmetric part alone. */
export interface SymmetricProduct {
  /** What is coupled by, such as `M[i, j] * W[i, j]`, over its free indices. */
  readonly couplings: Expr;
  /** As that of a {@link SymmetricUse}, of the free indices. */
  readonly order: readonly number[];
}

/**
 * The same for couplings of several tensors, or of a formula of one: what does not move in a product
 * is one tensor there.
 */
export function symmetricProducts(graph: EnergyGraph): SymmetricProduct[] {
  let facts: Facts | null = null;
  const found: SymmetricProduct[] = [];
  for (const term of graph.terms) {
    const energy = gathered(term.energy);
    eachPart([energy], (product) => {
      if (product.kind !== "apply" || product.op !== "mul" || !moves(product)) return;
      const fixed = product.args.filter((factor) => factor.free.length > 0 && !moves(factor));
      // A triangle that is written as `(i < j) * W[i, j]` is taken on purpose.
      if (fixed.length === 0 || contains(mul(...fixed), ({ kind }) => kind === "position")) return;
      const couplings = mul(...fixed);
      const axes = couplings.free.map(({ dim }) => dim);
      if (couplings.kind === "get" || exchanges(axes).length === 0) return;
      const tensor = makeTensor("couplings", "data", axes);
      const rest = product.args.filter((factor) => !fixed.includes(factor));
      const whole = mul(get(tensor, couplings.free), ...rest);
      const written = makeFold<Expr>((part, of) =>
        part === product ? whole : mapChildren(part, of),
      )(energy);
      facts ??= factsOf(graph);
      const order = mirrorOf(tensor, written, facts);
      if (order !== undefined) found.push({ couplings, order });
    });
  }
  return found;
}

/**
 * The same with what does not move taken into the sum beside it: `g[i] * sum[j] W[i, j] * v[j]`, as
 * simplifying makes of `sum[j] g[i] * W[i, j] * v[j]`, couples by `g[i] * W[i, j]`.
 */
const gathered = makeFold<Expr>((part, of) => mapChildren(withGainInside(part), of));

function withGainInside(part: Expr): Expr {
  if (part.kind !== "apply" || part.op !== "mul") return part;
  const sums = part.args.filter((factor) => factor.kind === "reduce" && factor.op === "sum");
  const [inner] = sums.filter(moves);
  const gains = part.args.filter((factor) => factor.free.length > 0 && !moves(factor));
  if (sums.filter(moves).length !== 1 || gains.length === 0 || inner.kind !== "reduce") return part;
  const gain = mul(...gains);
  if (inner.over.some((index) => gain.free.includes(index))) return part;
  const rest = part.args.filter((factor) => factor !== inner && !gains.includes(factor));
  const body = mul(gain, inner.body);
  const free = [...new Set([...inner.free, ...gain.free])];
  return mul(...rest, { ...inner, body, free });
}

/** Whether a term adds an entry and its mirror image. */
function isRead({ energy }: Term, tensor: Tensor, order: readonly number[]): boolean {
  return contains(energy, (node) => {
    if (node.kind !== "apply" || node.op !== "add") return false;
    const reads = node.args.flatMap((arg) => placesIn(arg, tensor));
    return reads.some((at) =>
      reads.some((other) => other !== at && order.every((axis, i) => other[i] === at[axis])),
    );
  });
}

/** Where a summand, or a factor of it, reads a tensor. */
function placesIn(expr: Expr, tensor: Tensor): (readonly (Index | number)[])[] {
  if (expr.kind === "get") return expr.tensor === tensor ? [expr.at] : [];
  if (expr.kind !== "apply" || expr.op !== "mul") return [];
  return expr.args.flatMap((arg) => placesIn(arg, tensor));
}

/** The first entry that differs from its mirror image, and how far the two are apart at most. */
export interface Asymmetry {
  /** The largest difference. */
  readonly largest: number;
  readonly at: readonly number[];
  readonly mirror: readonly number[];
  /** The two entries there. */
  readonly values: readonly [number, number];
}

/**
 * Where entries are not symmetric; null where they are, up to rounding. `shape` may have leading
 * axes that `order` does not count, such as examples.
 */
export function asymmetryOf(
  data: ArrayLike<number>,
  shape: readonly number[],
  order: readonly number[],
): Asymmetry | null {
  let scale = 0;
  for (let offset = 0; offset < data.length; offset++) {
    scale = Math.max(scale, Math.abs(data[offset]));
  }
  let first: readonly [number, number] | null = null;
  let largest = 0;
  forEachTwin(shape, order, (offset, twin) => {
    const gap = Math.abs(data[offset] - data[twin]);
    if (gap <= ROUNDING * scale) return;
    largest = Math.max(largest, gap);
    first ??= [offset, twin];
  });
  if (first === null) return null;
  const [offset, twin]: readonly [number, number] = first;
  return {
    largest,
    at: placeOf(offset, shape),
    mirror: placeOf(twin, shape),
    values: [data[offset], data[twin]],
  };
}

/** Differences that sums in another order make in float32, relative to the largest entry. */
const ROUNDING = 1e-5;

/** Visits every entry with its mirror image, in row-major order. */
function forEachTwin(
  shape: readonly number[],
  order: readonly number[],
  visit: (offset: number, twin: number) => void,
): void {
  const lead = shape.length - order.length;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  // An exchange is its own inverse, so axis i of the image moves along axis order[i] of the array.
  const steps = shape.map((_, axis) => strides[axis < lead ? axis : lead + order[axis - lead]]);
  const at = shape.map(() => 0);
  const total = shape.reduce((a, b) => a * b, 1);
  for (let offset = 0, twin = 0; offset < total; offset++) {
    visit(offset, twin);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at[axis]++;
      twin += steps[axis];
      if (at[axis] < shape[axis]) break;
      twin -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

/** Exchanges of axes that have the same dims: of two axes, or of two pairs at once. */
function exchanges(axes: readonly Dim[]): number[][] {
  const identity = axes.map((_, axis) => axis);
  const swaps = identity.flatMap((a) =>
    identity.filter((b) => b > a && axes[a] === axes[b]).map((b) => [a, b] as const),
  );
  const made = (pairs: readonly (readonly [number, number])[]) =>
    identity.map((axis) => {
      const pair = pairs.find((one) => one.includes(axis));
      return pair === undefined ? axis : pair[0] + pair[1] - axis;
    });
  const doubles = swaps.flatMap((one, i) =>
    swaps
      .slice(i + 1)
      .filter((other) => !other.some((axis) => one.includes(axis)))
      .map((other) => [one, other]),
  );
  return [...swaps.map((one) => made([one])), ...doubles.map(made)];
}

function isMirrored(
  data: Float64Array,
  shape: readonly number[],
  order: readonly number[],
): boolean {
  const scale = data.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  if (!(scale > 0) || !Number.isFinite(scale)) return false;
  let mirrored = true;
  forEachTwin(shape, order, (offset, twin) => {
    mirrored &&= Math.abs(data[offset] - data[twin]) <= 1e-9 * scale;
  });
  return mirrored;
}

interface Point {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
}

function shapeOf({ axes }: Tensor, { sizes }: Point): number[] {
  return axes.map((dim) => sizes.get(dim)!);
}

/** Small sizes, and random entries that the declarations let in. */
function valuesAt(facts: Facts, expr: Expr, seed: number): Point {
  const draws = makeDraws(seed);
  const { dims, tensors } = readBy(expr);
  const sizes = new Map([...dims].map(([dim, last]) => [dim, Math.max(FEW, last + 1)]));
  const entries = new Map<Tensor, ArrayLike<number>>();
  for (const tensor of tensors) {
    const count = tensor.axes.reduce((total, dim) => total * sizes.get(dim)!, 1);
    const positive = isNonNegative(facts.get(tensor) ?? declaredRange(tensor));
    const known = formulaOf(tensor, sizes);
    const values = Array.from({ length: count }, () => known ?? entry(tensor, positive, draws));
    entries.set(tensor, values);
  }
  return { sizes, tensors: entries };
}

/** The tensors of an expression, and its dims with the last position that it names. */
function readBy(expr: Expr): { dims: Map<Dim, number>; tensors: Set<Tensor> } {
  const dims = new Map<Dim, number>();
  const tensors = new Set<Tensor>();
  const note = (dim: Dim, last = 0) => dims.set(dim, Math.max(dims.get(dim) ?? 0, last));
  contains(expr, (node) => {
    node.free.forEach(({ dim }) => note(dim));
    if (node.kind === "size") note(node.dim);
    if (node.kind === "reduce" || node.kind === "softmax")
      node.over.forEach(({ dim }) => note(dim));
    if (node.kind === "get") {
      tensors.add(node.tensor);
      node.tensor.axes.forEach((dim, axis) => {
        const place = node.at[axis];
        note(dim, typeof place === "number" ? place : 0);
      });
    }
    return false;
  });
  return { dims, tensors };
}

/** The value of a const whose formula needs nothing but sizes. */
function formulaOf({ kind, source }: Tensor, sizes: ReadonlyMap<Dim, number>): number | null {
  if (kind !== "const" || source?.from !== "value") return null;
  try {
    return evaluateScalar(source.value, { sizes });
  } catch (error) {
    if (HamError.isInstance(error)) return null;
    throw error;
  }
}

function entry(tensor: Tensor, positive: boolean, { normal }: Draws): number {
  const { elem, bound } = tensor;
  const z = positive ? Math.abs(normal()) + 0.1 : normal();
  if (elem === "sign") return z < 0 ? -1 : 1;
  if (elem === "bit" || elem === "bool") return z < 0.7 ? 0 : 1;
  const value = elem === "int" ? Math.round(3 * z) : z;
  if (bound === null || refusalOf(tensor, value) === null) return value;
  const side = bound.op.startsWith(">") ? 1 : -1;
  return bound.value + side * (elem === "int" ? 1 + Math.abs(value) : Math.abs(z) + 0.1);
}
