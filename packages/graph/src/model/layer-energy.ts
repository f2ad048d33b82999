// The own energy of a layer, `⟨x, x̂⟩ − L(x)`, in a form that keeps its digits.
//
// Scores of ten million that differ by one are ordinary, and for a softmax only their differences
// count. Written as it is defined, the energy is then a small difference of two large numbers. So
// where L moves evenly with its argument, `L(x + c) = L(x) + c·q`, the activations of a group add up
// to q, and both parts are taken from the largest entry on: `⟨x − r, x̂⟩ − L(x − r)`.

import { isPositive } from "../analyse/interval.ts";
import { makeRanges } from "../analyse/range.ts";
import { exprKey } from "../rewrite/canonical.ts";
import { dependsOn } from "../expr/depends.ts";
import { indicesOf } from "../expr/dim.ts";
import { type EnergyGraph, type Neuron, neuronEnergy } from "./energy-graph.ts";
import {
  add,
  apply,
  get,
  isValue,
  lit,
  mul,
  neg,
  pow,
  reduce,
  select,
  sub,
  sum,
} from "../expr/expr.ts";
import { freshIndex, replaceGets, replaceParts } from "../rewrite/substitute.ts";
import type { Apply, Expr, Get, Index, Tensor } from "../expr/types.ts";

/**
 * The total energy of states whose activations are `∂L/∂x`: as `totalEnergy`, where those are
 * written out, with every digit that the states have.
 */
export function energyOfStates(graph: EnergyGraph): Expr {
  return add(
    ...graph.neurons.filter((neuron) => neuron.leak).map(layerEnergy),
    ...graph.terms.map((term) => term.energy),
  );
}

/**
 * The layer's own energy `⟨x, x̂⟩ − L(x)` as an expression of its state x and activation x̂, for x̂ =
 * ∂L/∂x and no other.
 */
export function layerEnergy(neuron: Neuron): Expr {
  const { state, activation, lagrangian, axes } = neuron;
  const indices = indicesOf(axes);
  const entry = get(activation, indices);
  const groups = groupsOf(lagrangian, state);
  if (groups === null) return neuronEnergy(neuron);
  const { outer, factors, core, places } = groups;
  const isSoftplus = core.kind === "apply" && core.op === "softplus";
  const inner = isSoftplus ? core.args[0] : core;
  const slopes = new Slopes(state);
  const slope = slopes.of(inner);
  if (slope === null) return neuronEnergy(neuron);

  const tops: { readonly at: readonly (Index | number | null)[]; readonly value: Expr }[] = [];
  /** The largest entry of the group of a unit; 0 if that is larger, where 0 counts as an entry. */
  const top = (at: readonly (Index | number)[]): Expr => {
    const group = at.map((index, axis) => (places[axis] === null ? null : index));
    const same = tops.find((other) => other.at.every((index, axis) => index === group[axis]));
    if (same !== undefined) return same.value;
    const own = group.map((index, axis) => index ?? freshIndex(indices[axis]));
    const over = own.filter((_, axis) => group[axis] === null) as Index[];
    const largest = reduce("max", over, get(state, own));
    const value = isSoftplus ? apply("relu", largest) : largest;
    tops.push({ at: group, value });
    return value;
  };
  const below = (node: Get) => sub(node, top(node.at));
  const range = makeRanges();
  const moved = replaceParts(inner, (node) => {
    // What does not move needs no moving, and was computed for the activation already.
    const own = slopes.of(node);
    if (own !== null && isValue(own, 0)) return node;
    if (node.kind === "get") return below(node);
    const scores = node.kind === "reduce" && node.op === "logsumexp" && node.where === null;
    const scaled = scores ? scaledEntry(node.body, state) : null;
    if (!scores || scaled === null || !isPositive(range(scaled.factor))) return null;
    // The largest exponent is 0. These are the exponentials that a softmax of the scores takes.
    const exponent = mul(scaled.factor, below(scaled.entry));
    return apply("log", sum(node.over, apply("exp", exponent)));
  });
  const product = sum(indices, mul(sub(get(state, indices), top(indices)), entry));
  let rest = moved;
  if (isSoftplus) {
    // softplus(m) − r q σ(m), with m = m′ + r q: what is left of r is as small as σ(−m).
    const shift = top(places.map((place) => place ?? 0));
    const beyond = apply("softplus", neg(inner));
    const left = mul(shift, slope, apply("sigmoid", neg(inner)));
    const far = add(moved, beyond, left);
    rest = select(apply("lt", lit(0), shift), far, core);
  }
  return sub(product, sum(outer, mul(...factors, rest)));
}

/** `factor · entry` of `state`, where the factor does not read it; null for anything else. */
function scaledEntry(expr: Expr, state: Tensor): { factor: Expr; entry: Get } | null {
  const parts = expr.kind === "apply" && expr.op === "mul" ? expr.args : [expr];
  const reads = new Set([state]);
  const [entry, ...more] = parts.filter((part) => dependsOn(part, reads));
  if (entry?.kind !== "get" || more.length > 0) return null;
  return { factor: mul(...parts.filter((part) => part !== entry)), entry };
}

/** A Lagrangian as `Σ_outer factors · core`, where every group of `outer` stands for itself. */
interface Groups {
  readonly outer: readonly Index[];
  /** What does not read the state. */
  readonly factors: readonly Expr[];
  readonly core: Expr;
  /** For every axis of the state the outer index that walks it; null where it is mixed. */
  readonly places: readonly (Index | null)[];
}

function groupsOf(lagrangian: Expr, state: Tensor): Groups | null {
  const reads = new Set([state]);
  const factors: Expr[] = [];
  /** The one factor that reads the state. */
  const alone = (expr: Expr): Expr => {
    if (expr.kind !== "apply" || expr.op !== "mul") return expr;
    const varying = expr.args.filter((part) => dependsOn(part, reads));
    if (varying.length !== 1) return expr;
    factors.push(...expr.args.filter((part) => part !== varying[0]));
    return varying[0];
  };
  const whole = alone(lagrangian);
  const isSum = whole.kind === "reduce" && whole.op === "sum" && whole.where === null;
  // The sum over a layer of one group is its Lagrangian's own.
  for (const outer of isSum ? [whole.over, []] : [[]]) {
    const kept = factors.length;
    const core = isSum && outer.length > 0 ? alone(whole.body) : whole;
    const places = placesOf(core, state, outer);
    const fits = places?.includes(null) && outer.every((index) => places.includes(index));
    if (places !== null && fits) return { outer, factors, core, places };
    factors.length = kept;
  }
  return null;
}

function placesOf(core: Expr, state: Tensor, outer: readonly Index[]): (Index | null)[] | null {
  let places: (Index | null)[] | null = null;
  let agree = true;
  replaceGets(core, (node) => {
    if (node.tensor !== state) return null;
    const own = node.at.map((index) =>
      typeof index !== "number" && outer.includes(index) ? index : null,
    );
    if (node.at.some((index) => typeof index === "number")) agree = false;
    if (places !== null && own.some((index, axis) => index !== places![axis])) agree = false;
    places ??= own;
    return null;
  });
  return agree ? places : null;
}

/**
 * How fast expressions grow when every entry of `state` does: `f(x + c) = f(x) + c·q`. Null where
 * that is not so, or not seen.
 */
class Slopes {
  readonly #states: ReadonlySet<Tensor>;
  readonly #done = new Map<Expr, Expr | null>();
  /** One object for expressions that are equal, so that they cancel. */
  readonly #same = new Map<string, Expr>();
  /** Free indices: many of them have the same name. */
  readonly #indices: Index[] = [];

  constructor(state: Tensor) {
    this.#states = new Set([state]);
  }

  of(expr: Expr): Expr | null {
    let slope = this.#done.get(expr);
    if (slope === undefined) {
      slope = dependsOn(expr, this.#states) ? this.#slope(expr) : lit(0);
      this.#done.set(expr, slope);
    }
    return slope;
  }

  #isEven(...parts: readonly (Expr | null)[]): boolean {
    return parts.every((part) => {
      if (part === null) return true;
      const slope = this.of(part);
      return slope !== null && isValue(slope, 0);
    });
  }

  #slope(expr: Expr): Expr | null {
    switch (expr.kind) {
      case "get":
        return lit(1);
      case "apply":
        return this.#slopeOfFunction(expr);
      case "select":
        return this.#isEven(expr.condition, expr.whenTrue, expr.whenFalse) ? lit(0) : null;
      case "reduce": {
        const { op, over, where, body } = expr;
        const inside = this.of(body);
        if (inside === null || !this.#isEven(where)) return null;
        if (isValue(inside, 0)) return inside;
        if (op === "sum") return this.#collected(sum(over, inside, where));
        if (op === "prod" || over.some((index) => inside.free.includes(index))) return null;
        // Of nothing there is no largest entry that could move.
        return where === null ? inside : null;
      }
      case "softmax": {
        const inside = this.of(expr.body);
        const isLevel = inside !== null && !expr.over.some((index) => inside.free.includes(index));
        return isLevel && this.#isEven(expr.where) ? lit(0) : null;
      }
      default:
        return lit(0);
    }
  }

  #slopeOfFunction({ op, args }: Apply): Expr | null {
    if (this.#isEven(...args)) return lit(0);
    const slopes = args.map((arg) => this.of(arg));
    if (slopes.includes(null)) return null;
    if (op === "add") return this.#collected(add(...(slopes as Expr[])));
    if (op !== "mul") return null;
    const moving = args.filter((_, i) => !isValue(slopes[i]!, 0));
    if (moving.length > 1) return null;
    const others = args.filter((arg) => arg !== moving[0]);
    return this.#collected(mul(...others, this.of(moving[0])!));
  }

  /** A slope with its equal parts as one object, so that `k · k⁻¹` and `β − β` go away. */
  #collected(slope: Expr): Expr {
    const terms = slope.kind === "apply" && slope.op === "add" ? slope.args : [slope];
    const byKey = new Map<string, { factor: Expr; count: number }>();
    for (const term of terms) {
      const factors = term.kind === "apply" && term.op === "mul" ? term.args : [term];
      const whole = mul(...factors.map((factor) => this.#one(factor)));
      const parts = whole.kind === "apply" && whole.op === "mul" ? whole.args : [whole];
      const count = parts.reduce((n, part) => (part.kind === "lit" ? n * part.value : n), 1);
      const factor = mul(...parts.filter((part) => part.kind !== "lit"));
      const key = this.#keyOf(factor);
      const known = byKey.get(key);
      byKey.set(key, { factor, count: (known?.count ?? 0) + count });
    }
    const left = [...byKey.values()].filter(({ count }) => Math.abs(count) > 1e-12);
    return add(...left.map(({ factor, count }) => mul(lit(count), factor)));
  }

  #one(factor: Expr): Expr {
    if (factor.kind === "apply" && factor.op === "pow") {
      return pow(this.#one(factor.args[0]), factor.args[1]);
    }
    const key = this.#keyOf(factor);
    const known = this.#same.get(key);
    if (known === undefined) this.#same.set(key, factor);
    return known ?? factor;
  }

  #keyOf(expr: Expr): string {
    this.#indices.push(...expr.free.filter((index) => !this.#indices.includes(index)));
    return exprKey(expr, this.#indices);
  }
}
