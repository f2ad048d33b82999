// Expressions in sixty digits: the reference that bounds of numbers may never exclude.

import { Decimal as Standard } from "decimal.js";
import { type Dim, type Expr, type Index, sizeOfDim, type Tensor } from "@hamlet/graph";

export const Decimal = Standard.clone({ precision: 60 });
type Number60 = Standard;

/** A number of float64 with all its digits, where `new Decimal` takes the few that are printed. */
export function exactly(x: number): Number60 {
  if (x === 0 || !Number.isFinite(x)) return new Decimal(x);
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0];
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const whole = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  const size = new Decimal(whole.toString()).times(
    new Decimal(2).pow(Math.max(exponent, 1) - 1075),
  );
  return x < 0 ? size.neg() : size;
}

const of = (x: number | Number60): Number60 => (typeof x === "number" ? exactly(x) : x);
const truth = (is: boolean): Number60 => of(is ? 1 : 0);

const FUNCTIONS: Readonly<Record<string, (x: Number60, y: Number60) => Number60>> = {
  pow: (x, y) => x.pow(y),
  exp: (x) => x.exp(),
  log: (x) => x.ln(),
  sqrt: (x) => x.sqrt(),
  abs: (x) => x.abs(),
  sign: (x) => of(x.isZero() ? 0 : Decimal.sign(x)),
  relu: (x) => Decimal.max(x, 0),
  step: (x) => truth(x.gt(0)),
  softplus: (x) => x.exp().plus(1).ln(),
  sigmoid: (x) => of(1).div(x.neg().exp().plus(1)),
  logcosh: (x) => x.cosh().ln(),
  tanh: (x) => x.tanh(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  ceil: (x) => x.ceil(),
  max: (x, y) => Decimal.max(x, y),
  min: (x, y) => Decimal.min(x, y),
  eq: (x, y) => truth(x.eq(y)),
  ne: (x, y) => truth(!x.eq(y)),
  lt: (x, y) => truth(x.lt(y)),
  le: (x, y) => truth(x.lte(y)),
  and: (x, y) => truth(!x.isZero() && !y.isZero()),
  or: (x, y) => truth(!x.isZero() || !y.isZero()),
  not: (x) => truth(x.isZero()),
};

/** What expressions read, entry by entry. */
export interface DecimalSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly entry: (tensor: Tensor, offset: number) => number | Number60;
}

/** An expression at every place of some indices, row-major. */
export function inDecimals(expr: Expr, indices: readonly Index[], space: DecimalSpace): Number60[] {
  const place = new Map<Index, number>();
  const known = new Map<Expr, Map<string, Number60>>();
  const each = <T>(over: readonly Index[], visit: () => T): T[] => {
    const [first, ...rest] = over;
    if (first === undefined) return [visit()];
    // A sum inside of another may walk the very same index.
    const before = place.get(first);
    const values = Array.from({ length: sizeOfDim(first.dim, space) }, (_, i) => {
      place.set(first, i);
      return each(rest, visit);
    }).flat();
    if (before !== undefined) place.set(first, before);
    return values;
  };
  const valueOf = (node: Expr): Number60 => {
    const values = known.get(node) ?? new Map<string, Number60>();
    known.set(node, values);
    const key = node.free.map((index) => place.get(index)).join();
    const value = values.get(key) ?? compute(node);
    values.set(key, value);
    return value;
  };
  const compute = (node: Expr): Number60 => {
    switch (node.kind) {
      case "lit":
        return of(node.value);
      case "size":
        return of(sizeOfDim(node.dim, space));
      case "time":
        throw new Error("no time");
      case "position":
        return of(place.get(node.index)!);
      case "get": {
        const offset = node.at.reduce<number>((sum, at, axis) => {
          const own = typeof at === "number" ? at : place.get(at)!;
          return sum * sizeOfDim(node.tensor.axes[axis], space) + own;
        }, 0);
        return of(space.entry(node.tensor, offset));
      }
      case "select":
        return valueOf(valueOf(node.condition).isZero() ? node.whenFalse : node.whenTrue);
      case "apply": {
        const args = node.args.map(valueOf);
        if (node.op === "add") return args.reduce((a, b) => a.plus(b));
        if (node.op === "mul") return args.reduce((a, b) => a.times(b));
        return FUNCTIONS[node.op](args[0], args[1]);
      }
      default: {
        const counts = () => node.where === null || !valueOf(node.where).isZero();
        const entries = each(node.over, () => (counts() ? [valueOf(node.body)] : [])).flat();
        if (node.kind === "softmax") {
          if (!counts()) return of(0);
          const total = entries.map((x) => x.exp()).reduce((a, b) => a.plus(b));
          return valueOf(node.body).exp().div(total);
        }
        return REDUCERS[node.op](entries);
      }
    }
  };
  return each(indices, () => valueOf(expr));
}

const sum = (entries: readonly Number60[]): Number60 => entries.reduce((a, b) => a.plus(b), of(0));
const REDUCERS: Readonly<Record<string, (entries: readonly Number60[]) => Number60>> = {
  sum,
  prod: (entries) => entries.reduce((a, b) => a.times(b), of(1)),
  max: (entries) => entries.reduce((a, b) => Decimal.max(a, b)),
  min: (entries) => entries.reduce((a, b) => Decimal.min(a, b)),
  logsumexp: (entries) => sum(entries.map((x) => x.exp())).ln(),
};
