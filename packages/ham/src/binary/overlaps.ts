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

import {
  add,
  apply,
  contains,
  dependsOn,
  type Expr,
  freshIndex,
  get,
  type Get,
  type Index,
  lit,
  makeFold,
  makeIndex,
  makeTensor,
  mapChildren,
  mul,
  position,
  type Reduce,
  select,
  substituteIndices,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { type Monomial, monomials, product } from "./monomials.ts";

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
  readonly energy = makeFold((part) => this.#rewrite(part));

  constructor(values: BinaryLayers) {
    this.#values = values;
    this.#layers = new Set(values.keys());
  }

  #rewrite(expr: Expr): Expr {
    if (!dependsOn(expr, this.#layers)) return this.#constant(expr);
    if (expr.kind === "reduce" && expr.op === "sum") return this.#sum(expr);
    return this.#inside(expr);
  }

  #inside(expr: Expr): Expr {
    return mapChildren(expr, (part) => this.energy(part));
  }

  #sum(expr: Reduce): Expr {
    const guarded = expr.where !== null && dependsOn(expr.where, this.#layers);
    const products = guarded ? null : monomials(expr.body, this.#layers);
    if (products === null) return this.#inside(expr);
    return add(
      ...products.map((one) => {
        const short = reducePowers(one, this.#values);
        const { over, factors } = mergeSums(expr.over, short);
        return this.#sumOf({ over, where: expr.where }, { ...short, factors });
      }),
    );
  }

  /** `Σ_over` of one product of entries of layers, and of overlaps that were found before. */
  #sumOf({ over, where }: Range, one: Monomial): Expr {
    if (one.entries.length === 0) return this.#constant(sum(over, product(one), where));
    const movable = one.entries.filter(({ tensor }) => this.#layers.has(tensor));
    const inner = innerSum(over, one.entries, movable);
    if (inner === null) return this.#constantParts(sum(over, product(one), where));
    const walks = (part: Expr) => part.free.some((index) => inner.indices.includes(index));
    const guardInside = where !== null && (walks(where) || one.entries.length === 1);
    const field = this.#overlap({
      over: inner.indices,
      factors: one.factors.filter(walks),
      entry: inner.entry,
      where: guardInside ? where : null,
    });
    const others = one.entries.filter((other) => other !== inner.entry);
    const factors = one.factors.filter((factor) => !walks(factor));
    const rest = {
      over: over.filter((index) => !inner.indices.includes(index)),
      where: guardInside ? null : where,
    };
    if (field.kind === "get") return this.#sumOf(rest, { factors, entries: [...others, field] });
    return this.#constantParts(sum(rest.over, mul(...factors, ...others, field), rest.where));
  }

  /** A tensor in place of a sum that is affine in the layers; the sum itself under a schedule. */
  #overlap(affine: AffineSum): Expr {
    const { over, factors, entry, where } = affine;
    const value = sum(over, mul(...factors, entry), where);
    if (contains(value, (node) => node.kind === "time")) return this.#constantParts(value);
    const indices = value.free;
    const tensor = nameless("overlap", indices);
    const at = entry.tensor.axes.map((dim) => makeIndex("unit", dim));
    this.found.overlaps.push({
      tensor,
      indices,
      value: this.#constantParts(value),
      slopes: [{ layer: entry.tensor, at, value: this.#constant(slopeOf(affine, at)) }],
    });
    return get(tensor, indices);
  }

  /** `expr` with its parts that no layer changes set aside. */
  #constantParts(expr: Expr): Expr {
    if (!dependsOn(expr, this.#layers)) return this.#constant(expr);
    return mapChildren(expr, (part) => this.#constantParts(part));
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

/** The indices of a sum and its guard. */
interface Range {
  readonly over: readonly Index[];
  readonly where: Expr | null;
}

/**
 * Sums among the factors that tie entries together join the sum around them:
 * `Σ_ij (Σ_m ξ_mi ξ_mj) v_i v_j` falls apart into overlaps `Σ_i ξ_mi v_i`, where a table over
 * `i` and `j` would be as long as the square of the layer.
 */
function mergeSums(over: readonly Index[], { factors, entries }: Monomial) {
  const all = { over: [...over], factors: [] as Expr[] };
  for (const factor of factors) {
    const ties = entries.filter((entry) => entry.free.some((index) => factor.free.includes(index)));
    if (
      factor.kind !== "reduce" ||
      factor.op !== "sum" ||
      factor.where !== null ||
      ties.length < 2
    ) {
      all.factors.push(factor);
      continue;
    }
    const fresh = new Map(factor.over.map((index) => [index, freshIndex(index)]));
    const body = substituteIndices(factor.body, fresh);
    all.over.push(...fresh.values());
    all.factors.push(...(body.kind === "apply" && body.op === "mul" ? body.args : [body]));
  }
  return all;
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
  movable: readonly Get[],
): { entry: Get; indices: readonly Index[] } | null {
  if (entries.length === 1 && movable.length === 1) return { entry: entries[0], indices: over };
  for (const entry of movable.toReversed()) {
    const indices = over.filter(
      (index) =>
        entry.free.includes(index) &&
        entries.every((other) => other === entry || !other.free.includes(index)),
    );
    if (indices.length > 0) return { entry, indices };
  }
  return null;
}
