// Expressions of the graph, entry by entry.

import {
  type Dim,
  type EnergyGraph,
  type Expr,
  type Index,
  type Recall,
  type Reduce,
  sizeOfDim,
  type Softmax,
  type Tensor,
} from "@hamlet/graph";
import { at, middle } from "./bounds.ts";
import { holds, pieces, truth } from "./pieces.ts";
import {
  add,
  call,
  COMPOSED,
  constant,
  FUNCTIONS,
  mul,
  ONE,
  pow,
  Undecided,
  value,
  type Value,
  ZERO,
} from "./values.ts";

/** Everything that an energy reads beside the units, for one example. */
export interface Space {
  readonly graph: EnergyGraph;
  readonly recall: Recall;
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
}

interface Exponentials {
  readonly top: number;
  readonly powers: ReadonlyMap<Value, Value>;
  readonly total: Value;
}

export class Calculation {
  readonly #space: Space;
  readonly #layers: ReadonlyMap<Tensor, readonly Value[]>;
  readonly #place = new Map<Index, number>();
  readonly #known = new Map<Expr, Map<number, Value>>();
  readonly #groups = new Map<Expr, Map<number, Exponentials>>();

  constructor(space: Space, layers: ReadonlyMap<Tensor, readonly Value[]> = new Map()) {
    this.#space = space;
    this.#layers = layers;
  }

  /** An expression at every place of some indices, row-major. */
  all(expr: Expr, indices: readonly Index[]): Value[] {
    const values: Value[] = [];
    this.#each(indices, () => values.push(this.#value(expr)));
    return values;
  }

  #each(indices: readonly Index[], visit: () => void): void {
    const [first, ...rest] = indices;
    if (first === undefined) return visit();
    const count = sizeOfDim(first.dim, this.#space);
    // A sum inside of another may walk the very same index.
    const before = this.#place.get(first);
    for (let i = 0; i < count; i++) {
      this.#place.set(first, i);
      this.#each(rest, visit);
    }
    if (before !== undefined) this.#place.set(first, before);
  }

  #value(expr: Expr): Value {
    let places = this.#known.get(expr);
    if (places === undefined) this.#known.set(expr, (places = new Map<number, Value>()));
    const key = this.#key(expr.free);
    let known = places.get(key);
    if (known === undefined) places.set(key, (known = this.#compute(expr)));
    return known;
  }

  #key(indices: readonly Index[]): number {
    const size = (index: Index) => sizeOfDim(index.dim, this.#space);
    return indices.reduce((sum, index) => sum * size(index) + this.#place.get(index)!, 0);
  }

  #compute(expr: Expr): Value {
    switch (expr.kind) {
      case "lit":
        return constant(at(expr.value));
      case "size":
        return constant(at(sizeOfDim(expr.dim, this.#space)));
      case "time":
        throw new Undecided("the energy changes with the time of the recall");
      case "position":
        return constant(at(this.#place.get(expr.index)!));
      case "get":
        return this.#entry(expr.tensor, expr.at);
      case "select":
        return this.#value(this.#is(expr.condition) ? expr.whenTrue : expr.whenFalse);
      case "reduce":
        return this.#reduce(expr);
      case "softmax": {
        if (expr.where !== null && !this.#is(expr.where)) return ZERO;
        const own = this.#value(expr.body);
        const { total, powers } = this.#exponentials(expr);
        return mul(powers.get(own)!, pow(total, -1));
      }
      case "apply":
        return this.#apply(
          expr.op,
          expr.args.map((arg) => this.#value(arg)),
        );
    }
  }

  #entry(tensor: Tensor, places: readonly (Index | number)[]): Value {
    const offset = places.reduce<number>((sum, place, axis) => {
      const own = typeof place === "number" ? place : this.#place.get(place)!;
      return sum * sizeOfDim(tensor.axes[axis], this.#space) + own;
    }, 0);
    const layer = this.#layers.get(tensor);
    if (layer !== undefined) return layer[offset];
    if (this.#space.recall.schedules.some((schedule) => schedule.tensor === tensor)) {
      throw new Undecided(`"${tensor.name}" changes with the time of the recall`);
    }
    const entry = this.#space.tensors.get(tensor)?.[offset];
    if (entry === undefined) throw new Undecided(`there is no value for "${tensor.name}"`);
    const { source } = tensor;
    if (tensor.kind === "const" && source?.from === "value" && source.value.free.length === 0) {
      // A const is what its formula says; that it was rounded to run does not change the model.
      const exact = this.#value(source.value);
      if (Math.abs(entry - middle(exact.bounds)) <= 1e-6 * Math.abs(entry)) return exact;
    }
    return constant(at(entry));
  }

  #is(condition: Expr): boolean {
    const is = truth(this.#value(condition));
    if (is === null) throw new Undecided("a condition holds in one part of the box only");
    return is === 1;
  }

  /** The entries of a reduction that count. */
  #entries({ over, where, body }: Reduce | Softmax): Value[] {
    const entries: Value[] = [];
    this.#each(over, () => {
      if (where === null || this.#is(where)) entries.push(this.#value(body));
    });
    return entries;
  }

  /** `exp(x − top)` and their sum, where top is any number: one near the largest x keeps all in range. */
  #exponentials(expr: Reduce | Softmax): Exponentials {
    const outer = expr.free.filter((index) => !expr.over.includes(index));
    const key = this.#key(outer);
    const known = this.#groups.get(expr)?.get(key);
    if (known !== undefined) return known;
    const entries = this.#entries(expr);
    const top = entries.reduce((most, { bounds }) => Math.max(most, middle(bounds)), -Infinity);
    if (!Number.isFinite(top)) throw new Undecided("there is nothing to take a softmax of");
    const powers = new Map(
      entries.map((entry) => [entry, call("exp", add([entry, constant(at(-top))]))]),
    );
    const total = add(entries.map((entry) => powers.get(entry)!));
    const group = { top, powers, total };
    this.#groups.set(
      expr,
      (this.#groups.get(expr) ?? new Map<number, Exponentials>()).set(key, group),
    );
    return group;
  }

  #reduce(expr: Reduce): Value {
    switch (expr.op) {
      case "sum":
        return add(this.#entries(expr));
      case "prod":
        return this.#entries(expr).reduce(mul, ONE);
      case "logsumexp": {
        const { total, top } = this.#exponentials(expr);
        return add([call("log", total), constant(at(top))]);
      }
      default:
        return this.#entries(expr).reduce((x, y) => pieces(expr.op, x, y));
    }
  }

  #apply(op: string, args: readonly Value[]): Value {
    const [x, y = x] = args;
    if (op === "add") return add(args);
    if (op === "mul") return args.reduce(mul, ONE);
    if (op === "pow") {
      const [p, q] = y.bounds;
      return !y.moves && p === q ? pow(x, p) : call("exp", mul(y, call("log", x)));
    }
    if (op in FUNCTIONS) return call(op, x);
    if (op in COMPOSED) return COMPOSED[op](x);
    const opposite = op === "ne" ? holds("eq", x, y) : op === "not" ? truth(x) : undefined;
    if (opposite !== undefined) return decided(opposite === null ? null : opposite === 1 ? 0 : 1);
    if (["eq", "lt", "le", "and", "or"].includes(op)) return decided(holds(op, x, y));
    return pieces(op, x, y);
  }
}
const decided = (is: 0 | 1 | null): Value =>
  is === null ? value("kink", [], [0, 1], 0, true) : is === 1 ? ONE : ZERO;
