// Numbers that know what they were made of: their bounds, and from those of their parts their slopes.
//
// Reverse accumulation over numbers. A slope is such a number again, so that it has slopes itself.

import type { Work } from "@hamlet/core";
import type { Bounds } from "../certificate.ts";
import { at, exp, log, middle, minus, plus, power, times, wave } from "./bounds.ts";

/** What cannot be said: a condition that holds in one part of a box and not in another. */
export class Undecided extends Error {}

/** One number of a calculation: its bounds, and how it was made where it moves with the units. */
export interface Value {
  readonly id: number;
  readonly op: string;
  readonly of: readonly Value[];
  readonly power: number;
  readonly bounds: Bounds;
  readonly moves: boolean;
}

let made = 0;
/** Values that were made so far: each is one part of an energy, its slopes or its curvature. */
export const partsMade = (): number => made;
/** The most that one look at an energy may take: what has more is not checked rather than waited for. */
const MOST_PARTS = 1_000_000;
/** The most parts that all slopes of slopes may go through together. */
const MOST_SLOPES = 20_000_000;
let limit = Infinity;
/** Begins a look at an energy: what follows at once, for others may have their turn after it. */
export function beginLook(): void {
  limit = made + MOST_PARTS;
}

export function value(
  op: string,
  of: readonly Value[],
  bounds: Bounds,
  exponent = 0,
  moves = of.some((part) => part.moves),
): Value {
  if (made > limit) throw new Undecided(`the energy has more than ${MOST_PARTS} parts`);
  return { id: made++, op, of: moves ? of : [], power: exponent, bounds, moves };
}
export const constant = (bounds: Bounds): Value => value("constant", [], bounds, 0, false);
export const ZERO = constant(at(0));
export const ONE = constant(at(1));
export const isPoint = ({ moves, bounds }: Value, x: number): boolean =>
  !moves && bounds[0] === x && bounds[1] === x;

export function add(parts: readonly Value[]): Value {
  const rest = parts.filter((part) => !isPoint(part, 0));
  if (rest.length <= 1) return rest[0] ?? ZERO;
  return value(
    "add",
    rest,
    rest.reduce((sum, part) => plus(sum, part.bounds), at(0)),
  );
}
export function mul(x: Value, y: Value): Value {
  if (isPoint(x, 0) || isPoint(y, 0)) return ZERO;
  if (isPoint(x, 1)) return y;
  if (isPoint(y, 1)) return x;
  return x === y ? pow(x, 2) : value("mul", [x, y], times(x.bounds, y.bounds));
}
export const negative = (x: Value): Value => mul(constant(at(-1)), x);
export function pow(x: Value, p: number): Value {
  if (p === 0) return ONE;
  return p === 1 ? x : value("pow", [x], power(x.bounds, p), p);
}
export const call = (op: string, x: Value): Value => value(op, [x], FUNCTIONS[op].bounds(x.bounds));

/** Functions that are made of no others here; the rest is composed of them, and so are its slopes. */
export const FUNCTIONS: Readonly<
  Record<string, { bounds: (x: Bounds) => Bounds; slope: (x: Value, self: Value) => Value }>
> = {
  exp: { bounds: exp, slope: (_, self) => self },
  log: { bounds: log, slope: (x) => pow(x, -1) },
  sin: { bounds: (x) => wave(x, 0), slope: (x) => call("cos", x) },
  cos: { bounds: (x) => wave(x, 1), slope: (x) => negative(call("sin", x)) },
};

/** 1/(1 + e⁻ˣ) and log(1 + eˣ): of two forms that are equal, the one that takes a small exponential. */
function sigmoid(x: Value): Value {
  const small = (y: Value) => pow(add([ONE, call("exp", y)]), -1);
  return middle(x.bounds) < 0 ? add([ONE, negative(small(x))]) : small(negative(x));
}
function softplus(x: Value): Value {
  const small = (y: Value) => call("log", add([ONE, call("exp", y)]));
  return middle(x.bounds) < 0 ? small(x) : add([x, small(negative(x))]);
}
const twice = (x: Value): Value => mul(constant(at(2)), x);
export const COMPOSED: Readonly<Record<string, (x: Value) => Value>> = {
  sigmoid,
  softplus,
  sqrt: (x) => pow(x, 0.5),
  tanh: (x) => add([twice(sigmoid(twice(x))), constant(at(-1))]),
  logcosh: (x) => add([softplus(twice(x)), negative(x), constant(minus(log(at(2))))]),
};

/** What a value gains for each thing that it was made of. */
function partials(self: Value): readonly Value[] {
  const [x, y] = self.of;
  switch (self.op) {
    case "add":
      return self.of.map(() => ONE);
    case "mul":
      return [y, x];
    case "pow": {
      // Not every exponent less 1 is a number of the machine.
      const [low, high] = plus(at(self.power), at(-1));
      const lower = low === high ? pow(x, low) : mul(self, pow(x, -1));
      return [mul(constant(at(self.power)), lower)];
    }
    case "copy":
      return [ONE];
    case "kink":
      throw new Undecided("a unit lies on a kink or a jump of its energy");
    default:
      return self.op in FUNCTIONS ? [FUNCTIONS[self.op].slope(x, self)] : [];
  }
}

/** All that moves and that some values were made of, each after what was made of it. */
function sources(roots: readonly Value[], ends: ReadonlySet<Value>): Value[] {
  const found = new Set<Value>();
  const waiting = roots.filter(({ moves }) => moves);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    if (!ends.has(next)) waiting.push(...next.of.filter(({ moves }) => moves));
  }
  return [...found].sort((a, b) => b.id - a.id);
}

/** The slopes of a number in others that it was made of, as values again. */
export function slopes(root: Value, wanted: readonly Value[]): Value[] {
  const ends = new Set(wanted);
  const shares = new Map<Value, Value[]>([[root, [ONE]]]);
  for (const self of sources([root], ends)) {
    if (ends.has(self)) continue;
    const share = add(shares.get(self) ?? []);
    if (isPoint(share, 0)) continue;
    const each = partials(self);
    self.of.forEach((part, i) => {
      if (!part.moves) return;
      const own = mul(share, each[i]);
      const others = shares.get(part);
      if (others === undefined) shares.set(part, [own]);
      else others.push(own);
    });
  }
  return wanted.map((one) => add(shares.get(one) ?? []));
}

/** Slopes of several values in several others, and whether these are the same wherever units are. */
export interface Jacobian {
  readonly rows: readonly (readonly Bounds[])[];
  readonly isConstant: boolean;
}

/** The bounds of all slopes of several values in several others. */
export function* jacobian(rows: readonly Value[], columns: readonly Value[]): Work<Jacobian> {
  beginLook();
  const ends = new Set(columns);
  const order = sources(rows, ends);
  if (rows.length * order.length > MOST_SLOPES) {
    throw new Undecided(`${rows.length} units of this energy have too many slopes to look at`);
  }
  const place = new Map(order.map((self, i) => [self, i]));
  const edges = order.map((self) => {
    if (ends.has(self)) return [];
    const each = partials(self);
    return self.of.flatMap((part, i) => (part.moves ? [[place.get(part)!, each[i]] as const] : []));
  });
  const jacobian: (readonly Bounds[])[] = [];
  let isConstant = true;
  for (const row of rows) {
    yield;
    const shares: Bounds[] = order.map(() => at(0));
    if (row.moves) shares[place.get(row)!] = at(1);
    order.forEach((_, i) => {
      const share = shares[i];
      if (share[0] === 0 && share[1] === 0) return;
      for (const [to, slope] of edges[i]) {
        shares[to] = plus(shares[to], times(share, slope.bounds));
        isConstant &&= !slope.moves;
      }
    });
    jacobian.push(columns.map((column) => shares[place.get(column) ?? -1] ?? at(0)));
  }
  return { rows: jacobian, isConstant };
}

/** What a number is a rising or falling function of: `x` of `log(x)`, of `2 x + 3` and the like. */
export function innermost(self: Value): Value {
  const moving = self.of.filter((part) => part.moves);
  const isPeel = moving.length === 1 && ["add", "mul", "log", "exp"].includes(self.op);
  return isPeel ? innermost(moving[0]) : self;
}
