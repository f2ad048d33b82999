// When are two expressions the same? Up to the names of their bound indices, the order of
// commutative arguments, and everything that the simplifying constructors tidy.
//
// Every expression gets a key: a hash over its operator and the keys of its parts, in which a
// bound index is the number of binders between it and its own (de Bruijn). Commutative arguments
// are sorted by key. Several indices of one binder are put in an order that the body decides: by
// what the body looks like from each of them, and by trying all orders of those that still tie.
//
// Names count, but a dot in one counts as an underscore: `enc.W`, the weights of a connection, is
// the same as a param `enc_W` of a file that writes the connection out.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { children, isLit, lit, mul, size } from "../expr/expr.ts";
import type { Apply, Dim, Expr, Index, Reduce, Softmax } from "../expr/types.ts";
import { makeFold, withChildren } from "../expr/parts.ts";

const COMMUTATIVE: ReadonlySet<string> = new Set([
  "add",
  "mul",
  "max",
  "min",
  "eq",
  "ne",
  "and",
  "or",
]);

/** What a bound or free index is called inside a key. */
type Names = ReadonlyMap<Index, string>;

/** SHA-256 of a text, in hex. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** A name as keys spell it. */
export function spelled(name: string): string {
  return name.replaceAll(".", "_");
}

/** A dim in a key: its name and, where it has one, its size. */
export function dimKey(dim: Dim): string {
  return keyOfDim(dim, exprKey);
}

function keyOfDim({ name, size: of }: Dim, keyOf: (expr: Expr) => string): string {
  return JSON.stringify(["dim", spelled(name), of === null ? null : keyOf(of)]);
}

/**
 * The key of an expression: equal for equal expressions, see above. Tensors count by name and
 * kind, dims by name and size.
 *
 * @param free - what to call the free indices, by position; others are called by their name.
 */
export function exprKey(expr: Expr, free: readonly Index[] = []): string {
  const names = new Map(expr.free.map((index) => [index, `free ${index.name}`]));
  free.forEach((index, axis) => names.set(index, `axis ${axis}`));
  return new Keys(digest).key(tidy(expr), names, 0);
}

/** Numbers for texts: keys that are compared with each other alone need no hash. */
function numbered(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let number = known.get(text);
    if (number === undefined) known.set(text, (number = String(known.size)));
    return number;
  };
}

/**
 * Keys of many expressions, whose free indices are called by their positions in `free`, which has them all:
 * equal for equal expressions, as those of {@link exprKey} where both are tidy. Shared parts are visited
 * once. Keys are compared with those of the same call alone.
 */
export function makeKeys(): (expr: Expr, free: readonly Index[]) => string {
  const keys = new Keys(numbered());
  return (expr, free) =>
    keys.key(expr, new Map(free.map((index, axis) => [index, `axis ${axis}`])), 0);
}

/**
 * Keys of many parts, each by its own free indices: equal for parts that are equal once those of the
 * one, in the order of `free`, stand for those of the other, over the same dims. Other calls give other
 * keys.
 */
export function makePartKeys(): (part: Expr) => string {
  const keys = new Keys(numbered());
  const dims: Dim[] = [];
  const called = ({ dim }: Index, axis: number) => {
    if (!dims.includes(dim)) dims.push(dim);
    return `axis ${axis} over ${dims.indexOf(dim)}`;
  };
  return (part) => {
    const names = new Map(part.free.map((index, axis) => [index, called(index, axis)]));
    return keys.key(part, names, 0);
  };
}

/** The same expression, built again by the constructors. */
export function tidy(expr: Expr): Expr {
  return makeFold<Expr>((node, visit) =>
    node.kind === "size" ? size(node.dim) : withChildren(node, children(node).map(visit)),
  )(expr);
}

class Keys {
  readonly #done = new Map<Expr, Map<string, string>>();
  readonly #dims = new Map<Dim, string>();
  readonly #hash: (text: string) => string;

  constructor(hash: (text: string) => string) {
    this.#hash = hash;
  }

  /** The key of `node` inside `depth` binders, with its free indices called by `names`. */
  key(node: Expr, names: Names, depth: number): string {
    // The names of bound indices count from the inside, so the key depends on the depth only
    // through them.
    const context = node.free.map((index) => relative(names.get(index)!, depth)).join("|");
    let known = this.#done.get(node);
    if (known === undefined) this.#done.set(node, (known = new Map()));
    let key = known.get(context);
    if (key === undefined) {
      key = this.#hash(JSON.stringify(this.#parts(node, names, depth)));
      known.set(context, key);
    }
    return key;
  }

  #dim(dim: Dim): string {
    let key = this.#dims.get(dim);
    if (key === undefined) {
      key = keyOfDim(dim, (of) => this.key(tidy(of), new Map(), 0));
      this.#dims.set(dim, key);
    }
    return key;
  }

  #parts(node: Expr, names: Names, depth: number): unknown {
    const called = (index: Index) => relative(names.get(index)!, depth);
    switch (node.kind) {
      case "lit":
        return ["lit", Object.is(node.value, -0) ? "0" : String(node.value)];
      case "size":
        return ["size", this.#dim(node.dim)];
      case "time":
        return ["time"];
      case "position":
        return ["position", called(node.index)];
      case "get":
        return [
          "get",
          node.tensor.kind,
          spelled(node.tensor.name),
          node.at.map((index) => (typeof index === "number" ? index : called(index))),
        ];
      case "apply": {
        const { args, constant, times } = opened(node);
        const keys =
          times === null
            ? args.map((arg) => this.key(arg, names, depth))
            : this.#counted(node.op, times, names, depth);
        if (constant !== null) keys.push(this.key(lit(constant), names, depth));
        return [node.op, COMMUTATIVE.has(node.op) ? keys.sort() : keys];
      }
      case "select":
        return [
          "select",
          ...[node.condition, node.whenTrue, node.whenFalse].map((e) => this.key(e, names, depth)),
        ];
      case "reduce":
        return [node.op, this.#bound(node, names, depth)];
      case "softmax": {
        // The indices are bound in the normaliser and also read outside.
        const outside = new Map(node.over.map((index) => [index, called(index)]));
        const over = this.#order(node, names, depth);
        return [
          "softmax",
          over.map((index) => outside.get(index)),
          this.#inside(node, over, names, depth),
        ];
      }
    }
  }

  /** The parts of an opened sum or product, with how often each stands; `3 x` in a sum is x three times. */
  #counted(op: string, times: ReadonlyMap<Expr, number>, names: Names, depth: number): string[] {
    const counts = new Map<string, number>();
    for (const [part, count] of times) {
      const [often, one] = op === "add" ? multiple(part) : [1, part];
      const key = this.key(one, names, depth);
      counts.set(key, (counts.get(key) ?? 0) + count * often);
    }
    return [...counts].map(([key, count]) => (count === 1 ? key : `${count} ${key}`));
  }

  #bound(node: Reduce, names: Names, depth: number): unknown {
    return this.#inside(node, this.#order(node, names, depth), names, depth);
  }

  /** The binder, its guard and its body with `over` in this order. */
  #inside(node: Reduce | Softmax, over: readonly Index[], names: Names, depth: number): unknown {
    const inner = new Map(names);
    over.forEach((index, place) => inner.set(index, `bound ${depth + place}`));
    const deeper = depth + over.length;
    return [
      over.map((index) => this.#dim(index.dim)),
      this.key(node.body, inner, deeper),
      node.where === null ? null : this.key(node.where, inner, deeper),
    ];
  }

  #order(node: Reduce | Softmax, names: Names, depth: number): readonly Index[] {
    if (node.over.length < 2) return node.over;
    const looks = new Map(
      node.over.map((index) => {
        const inner = new Map(names);
        for (const other of node.over) inner.set(other, other === index ? "self" : "other");
        const where = node.where === null ? "" : this.key(node.where, inner, depth);
        // A softmax is also read at its indices, which tells apart what its body does not.
        const outside = node.kind === "softmax" ? relative(names.get(index)!, depth) : "";
        return [index, this.#dim(index.dim) + this.key(node.body, inner, depth) + where + outside];
      }),
    );
    const sorted = node.over.toSorted((a, b) => compare(looks.get(a)!, looks.get(b)!));
    const ties = sorted.reduce<Index[][]>((groups, index) => {
      const last = groups.at(-1);
      if (last !== undefined && looks.get(last[0]) === looks.get(index)) last.push(index);
      else groups.push([index]);
      return groups;
    }, []);
    const orders = ties.reduce<Index[][]>(
      (all, group) => all.flatMap((head) => permutations(group).map((tail) => [...head, ...tail])),
      [[]],
    );
    if (orders.length === 1) return sorted;
    const keyed = orders.map((order) => ({
      order,
      key: JSON.stringify(this.#inside(node, order, names, depth)),
    }));
    return keyed.reduce((best, next) => (next.key < best.key ? next : best)).order;
  }
}

interface Opened {
  readonly args: readonly Expr[];
  /** What numbers among opened parts come to; null where nothing was opened, or it changes nothing. */
  readonly constant: number | null;
  /** How often each part stands; null where nothing was opened. */
  readonly times: ReadonlyMap<Expr, number> | null;
}

/** `c x` as c and x: the constructors merge what a sum has several times. */
function multiple(part: Expr): readonly [number, Expr] {
  if (part.kind !== "apply" || part.op !== "mul") return [1, part];
  const [first, ...rest] = part.args;
  return isLit(first) ? [first.value, mul(...rest)] : [1, part];
}

/** The parts of long sums and products, which the constructors leave nested, as one list. */
function opened(node: Apply): Opened {
  const { op, args } = node;
  const nests = (part: Expr): part is Apply => part.kind === "apply" && part.op === op;
  if ((op !== "add" && op !== "mul") || !args.some(nests)) {
    return { args, constant: null, times: null };
  }
  // What holds a part comes before it, so that the count of each is whole when it is opened.
  const order: Apply[] = [];
  const seen = new Set<Expr>();
  const visit = (part: Apply): void => {
    if (seen.has(part)) return;
    seen.add(part);
    part.args.filter(nests).forEach(visit);
    order.push(part);
  };
  visit(node);
  const counts = new Map<Expr, number>([[node, 1]]);
  const neutral = op === "add" ? 0 : 1;
  let constant = neutral;
  for (const part of order.reverse()) {
    const times = counts.get(part)!;
    for (const arg of part.args) {
      if (!isLit(arg)) counts.set(arg, (counts.get(arg) ?? 0) + times);
      else if (op === "add") constant += times * arg.value;
      else constant *= arg.value ** times;
    }
  }
  const times = new Map([...counts].filter(([part]) => !nests(part)));
  return { args: [...times.keys()], constant: constant === neutral ? null : constant, times };
}

/** `bound 3` seen from depth 5 is the second binder outwards. */
function relative(name: string, depth: number): string {
  return name.startsWith("bound ") ? `up ${depth - Number(name.slice(6))}` : name;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** All orders; of more than five that look alike, one: nobody writes such a binder. */
function permutations(items: readonly Index[]): Index[][] {
  if (items.length < 2 || items.length > 5) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
