// An energy as a function of few numbers that are cheap to keep up to date.
//
// When one unit of a layer flips, a sum such as Σ_i ξ_mi v_i moves by ξ_mi times the jump: nothing
// has to be summed again. So sums that are affine in the layers become *overlaps*, tensors of their
// own, and products of several layer entries are nested until their inner sums are affine:
//
//     Σ_ij T_ij v_i v_j   →   Σ_i v_i h_i,   h_i = Σ_j T_ij v_j
//
// What depends on no layer is set aside too, so that it is computed once. Anything of another
// form stays as it is: right, only slower.

import { contains, dependsOn } from "./depends.ts";
import { makeIndex } from "./dim.ts";
import { add, apply, get, lit, mul, position, reduce, select, softmax, sum } from "./expr.ts";
import { type Monomial, monomials, product } from "./monomials.ts";
import { substituteIndices } from "./substitute.ts";
import { makeTensor } from "./tensor.ts";
import type { Expr, Get, Index, Reduce, Tensor } from "./types.ts";

/** A tensor that stands for an expression over `indices`. */
export interface Named {
  readonly tensor: Tensor;
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** A sum that is affine in the layers. */
export interface Overlap extends Named {
  /** How it moves with one unit of a layer: ∂ value / ∂ layer[at], free of all layers. */
  readonly slopes: readonly {
    readonly layer: Tensor;
    readonly at: readonly Index[];
    readonly value: Expr;
  }[];
}

/** An energy over overlaps and layers. */
export interface OverlapForm {
  /** Values that no layer changes, in the order in which they can be computed. */
  readonly constants: readonly Named[];
  readonly overlaps: readonly Overlap[];
  readonly energy: Expr;
}

/** Activations that jump between two values: which, and the lower and the upper value. */
export type BinaryLayers = ReadonlyMap<Tensor, readonly [low: number, high: number]>;

/** Rewrites an energy over layers of which single entries will change. */
export function overlapForm(energy: Expr, layers: BinaryLayers): OverlapForm {
  const rewriting = new Rewriting(layers);
  const rewritten = rewriting.energy(energy);
  return { ...rewriting.found, energy: rewritten };
}

class Rewriting {
  readonly found: { constants: Named[]; overlaps: Overlap[] } = { constants: [], overlaps: [] };
  readonly #values: BinaryLayers;
  readonly #layers: ReadonlySet<Tensor>;
  readonly #constants = new Map<Expr, Expr>();
  readonly #done = new Map<Expr, Expr>();

  constructor(values: BinaryLayers) {
    this.#values = values;
    this.#layers = new Set(values.keys());
  }

  energy(expr: Expr): Expr {
    let result = this.#done.get(expr);
    if (result === undefined) {
      result = this.#rewrite(expr);
      this.#done.set(expr, result);
    }
    return result;
  }

  #rewrite(expr: Expr): Expr {
    if (!dependsOn(expr, this.#layers)) return this.#constant(expr);
    switch (expr.kind) {
      case "apply":
        return apply(expr.op, ...expr.args.map((arg) => this.energy(arg)));
      case "select":
        return select(
          this.energy(expr.condition),
          this.energy(expr.whenTrue),
          this.energy(expr.whenFalse),
        );
      case "reduce":
        return expr.op === "sum" ? this.#sum(expr) : this.#other(expr);
      case "softmax":
        return softmax(
          expr.over,
          this.energy(expr.body),
          expr.where === null ? null : this.energy(expr.where),
        );
      default:
        return expr;
    }
  }

  #other({ op, over, body, where }: Reduce): Expr {
    return reduce(op, over, this.energy(body), where === null ? null : this.energy(where));
  }

  #sum(expr: Reduce): Expr {
    const guarded = expr.where !== null && dependsOn(expr.where, this.#layers);
    const products = guarded ? null : monomials(expr.body, this.#layers);
    if (products === null) return this.#other(expr);
    return add(...products.map((one) => this.#sumOf(expr, reducePowers(one, this.#values))));
  }

  /** `Σ_over` of one product. */
  #sumOf({ over, where }: Reduce, one: Monomial): Expr {
    const [entry] = one.entries;
    if (entry === undefined) return this.#constant(sum(over, product(one), where));
    if (one.entries.length === 1)
      return this.#overlap({ over, factors: one.factors, entry, where });
    const inner = innerSum(over, one.entries);
    if (inner === null) return this.#constantParts(sum(over, product(one), where));
    const walks = (part: Expr) => part.free.some((index) => inner.indices.includes(index));
    const guardInside = where !== null && walks(where);
    const field = this.#overlap({
      over: inner.indices,
      factors: one.factors.filter(walks),
      entry: inner.entry,
      where: guardInside ? where : null,
    });
    return this.#constantParts(
      sum(
        over.filter((index) => !inner.indices.includes(index)),
        mul(
          ...one.factors.filter((factor) => !walks(factor)),
          ...one.entries.filter((other) => other !== inner.entry),
          field,
        ),
        guardInside ? null : where,
      ),
    );
  }

  /** A tensor in place of a sum that is affine in the layers; what it does not sum stays outside. */
  #overlap(affine: AffineSum): Expr {
    const { over, entry, where } = affine;
    const walks = (part: Expr) => part.free.some((index) => over.includes(index));
    const factors = affine.factors.filter(walks);
    const outside = affine.factors.filter((factor) => !walks(factor));
    const value = sum(over, mul(...factors, entry), where);
    const changing = contains(value, (node) => node.kind === "time");
    if (changing) return this.#constantParts(mul(...outside, value));
    const indices = value.free;
    const tensor = nameless("overlap", indices);
    const at = entry.tensor.axes.map((dim) => makeIndex("unit", dim));
    const slope = slopeOf({ over, factors, entry, where }, at);
    this.found.overlaps.push({
      tensor,
      indices,
      value: this.#constantParts(value),
      slopes: [{ layer: entry.tensor, at, value: this.#constant(slope) }],
    });
    return mul(...outside.map((factor) => this.#constant(factor)), get(tensor, indices));
  }

  /** `expr` with its parts that no layer changes set aside. */
  #constantParts(expr: Expr): Expr {
    if (!dependsOn(expr, this.#layers)) return this.#constant(expr);
    switch (expr.kind) {
      case "apply":
        return apply(expr.op, ...expr.args.map((arg) => this.#constantParts(arg)));
      case "select":
        return select(
          this.#constantParts(expr.condition),
          this.#constantParts(expr.whenTrue),
          this.#constantParts(expr.whenFalse),
        );
      case "reduce":
        return reduce(
          expr.op,
          expr.over,
          this.#constantParts(expr.body),
          expr.where === null ? null : this.#constantParts(expr.where),
        );
      default:
        return expr;
    }
  }

  /** Sets aside what needs a loop; single reads and arithmetic are as cheap as a read. */
  #constant(expr: Expr): Expr {
    const loops = contains(expr, (node) => node.kind === "reduce" || node.kind === "softmax");
    if (!loops) return expr;
    if (contains(expr, (node) => node.kind === "time")) return expr;
    if (expr.kind === "apply" && !expr.args.every((arg) => arg.free.length === expr.free.length)) {
      // A product of a long table and a short one stays a product of two tables.
      return apply(expr.op, ...expr.args.map((arg) => this.#constant(arg)));
    }
    const known = this.#constants.get(expr);
    if (known !== undefined) return known;
    // An overlap may stand inside: it is no constant.
    const overlaps = new Set(this.found.overlaps.map(({ tensor }) => tensor));
    if (dependsOn(expr, overlaps)) return expr;
    const tensor = nameless("constant", expr.free);
    this.found.constants.push({ tensor, indices: expr.free, value: expr });
    const read = get(tensor, expr.free);
    this.#constants.set(expr, read);
    return read;
  }
}

function nameless(name: string, indices: readonly Index[]): Tensor {
  return makeTensor(
    name,
    "const",
    indices.map((index) => index.dim),
  );
}

/** `Σ_over Π factors · entry`, restricted to where `where` holds; the factors know no layer. */
interface AffineSum {
  readonly over: readonly Index[];
  readonly factors: readonly Expr[];
  readonly entry: Get;
  readonly where: Expr | null;
}

/** How an affine sum moves with the unit `at` of its layer: the summands that read that unit. */
function slopeOf({ over, factors, entry, where }: AffineSum, at: readonly Index[]): Expr {
  const rename = new Map<Index, Index>();
  const conditions: Expr[] = [];
  entry.at.forEach((index, axis) => {
    const here = position(at[axis]);
    if (typeof index === "number") conditions.push(apply("eq", here, lit(index)));
    else if (rename.has(index)) conditions.push(apply("eq", here, position(rename.get(index)!)));
    else if (over.includes(index)) rename.set(index, at[axis]);
    else conditions.push(apply("eq", here, position(index)));
  });
  const rest = over.filter((index) => !rename.has(index));
  const body = substituteIndices(mul(...factors), rename);
  const guard = where === null ? null : substituteIndices(where, rename);
  const total =
    rest.length > 0 || guard === null ? sum(rest, body, guard) : select(guard, body, lit(0));
  return conditions.reduce((value, condition) => select(condition, value, lit(0)), total);
}

/** Powers of an entry that is −1 or +1, or 0 or 1, are short. */
function reducePowers(one: Monomial, values: BinaryLayers): Monomial {
  const counts: { entry: Get; count: number }[] = [];
  for (const entry of one.entries) {
    const known = counts.find((other) => sameEntry(other.entry, entry));
    if (known === undefined) counts.push({ entry, count: 1 });
    else known.count++;
  }
  const entries = counts.flatMap(({ entry, count }) => {
    const [low, high] = values.get(entry.tensor)!;
    if (high !== 1 || (low !== -1 && low !== 0)) return Array<Get>(count).fill(entry);
    return low === -1 && count % 2 === 0 ? [] : [entry];
  });
  return { factors: one.factors, entries };
}

function sameEntry(a: Get, b: Get): boolean {
  return a.tensor === b.tensor && a.at.every((index, axis) => index === b.at[axis]);
}

/** An entry that alone walks some of the indices: the sum over those can be done first. */
function innerSum(
  over: readonly Index[],
  entries: readonly Get[],
): { entry: Get; indices: readonly Index[] } | null {
  for (const entry of entries.toReversed()) {
    const indices = over.filter(
      (index) =>
        entry.free.includes(index) &&
        entries.every((other) => other === entry || !other.free.includes(index)),
    );
    if (indices.length > 0) return { entry, indices };
  }
  return null;
}
