// Names for what a formula would write more than once.
//
// An expression is a graph whose parts are shared; written out it is a tree, and a chain of
// definitions that each read the one before twice doubles with every one. So parts that are long
// and read more than once get a name, as a reader of the papers would give them.

import { makePartKeys } from "./canonical.ts";
import { children, get } from "../expr/expr.ts";
import { freshIndex, substituteIndices } from "./substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Expr, Index, Tensor } from "../expr/types.ts";

/** A part with its name: what stands left and right of its equals sign. */
export interface SharedPart {
  readonly name: Tensor;
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** Which parts are worth a name, and which names are left for them. */
export interface SharedPartsOptions {
  /** Names that are not free. */
  readonly taken: Iterable<string>;
  /**
   * Which parts get a name: `reads` is how often the formula that reads a part most reads it,
   * `length` how many operations, reads and numbers it is, with names for what has one.
   */
  readonly isNamed: (part: Expr, reads: number, length: number) => boolean;
}

/** What is known about a part, and about all that are equal to it but for their indices. */
interface Known {
  readonly node: Expr;
  /** How often the formula that reads it most reads it. */
  reads: number;
  /** How long it is, with names for what has one; 0 until it is counted. */
  length: number;
  name: Tensor | null;
}

/**
 * Formulas with names for what they share. A named part is a `const` over its free indices; parts
 * follow those that read them.
 */
export function nameSharedParts(
  formulas: readonly Expr[],
  { taken, isNamed: wanted }: SharedPartsOptions,
): { readonly formulas: readonly Expr[]; readonly parts: readonly SharedPart[] } {
  const keyOf = makePartKeys();
  const known = new Map<string, Known>();
  const knownOf = (node: Expr): Known => {
    const key = keyOf(node);
    let part = known.get(key);
    // Of equal parts only the first is looked into; those of another may have their indices in
    // another order.
    if (part === undefined) known.set(key, (part = { node, reads: 0, length: 0, name: null }));
    return part;
  };

  for (const formula of formulas) {
    const reads = new Map<string, number>();
    const visit = (node: Expr): void => {
      const key = keyOf(node);
      const before = reads.get(key) ?? 0;
      reads.set(key, before + 1);
      knownOf(node);
      if (before === 0) children(node).forEach(visit);
    };
    visit(formula);
    for (const [key, count] of reads) {
      const part = known.get(key)!;
      part.reads = Math.max(part.reads, count);
    }
  }

  const isNamed = (part: Known): boolean =>
    children(part.node).length > 0 && wanted(part.node, part.reads, lengthOf(part));
  const lengthOf = (part: Known): number => {
    if (part.length === 0) {
      const parts = children(part.node).map(knownOf);
      part.length = parts.reduce((sum, child) => sum + (isNamed(child) ? 1 : lengthOf(child)), 1);
    }
    return part.length;
  };

  const nextName = namesBut(taken);
  const parts: SharedPart[] = [];
  const done = new Map<Expr, Expr>();
  const rewritten = (node: Expr): Expr => {
    let result = done.get(node);
    if (result === undefined) {
      const part = knownOf(node);
      result = isNamed(part) ? get(nameOf(part), node.free) : withParts(node);
      done.set(node, result);
    }
    return result;
  };
  const withParts = (node: Expr): Expr => {
    const before = children(node);
    const after = before.map(rewritten);
    return after.every((child, i) => child === before[i]) ? node : rebuilt(node, after);
  };
  const nameOf = (part: Known): Tensor => {
    if (part.name === null) {
      const { node } = part;
      const axes = node.free.map((index) => index.dim);
      part.name = makeTensor(nextName(), "const", axes);
      const indices = node.free.map(freshIndex);
      const renamed = new Map(node.free.map((index, axis) => [index, indices[axis]]));
      const place = parts.length;
      parts.length++;
      const value = substituteIndices(withParts(node), renamed);
      parts[place] = { name: part.name, indices, value };
    }
    return part.name;
  };
  return { formulas: formulas.map(rewritten), parts };
}

/** p, q, … w, then p2, q2, …: none of them taken. */
function namesBut(taken: Iterable<string>): () => string {
  const used = new Set(taken);
  let attempt = 0;
  return () => {
    for (;;) {
      const letter = "pqrstuvw"[attempt % 8];
      const round = Math.floor(attempt++ / 8);
      const name = round === 0 ? letter : `${letter}${round + 1}`;
      if (!used.has(name)) return name;
    }
  };
}

/** The same operation on other parts. */
function rebuilt(expr: Expr, parts: readonly Expr[]): Expr {
  switch (expr.kind) {
    case "apply":
      return { ...expr, args: parts };
    case "select":
      return { ...expr, condition: parts[0], whenTrue: parts[1], whenFalse: parts[2] };
    case "reduce":
    case "softmax":
      return { ...expr, body: parts[0], where: expr.where === null ? null : parts[1] };
    default:
      return expr;
  }
}
