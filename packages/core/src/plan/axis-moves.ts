// Values and their axes: how values are combined entry by entry, reduced, repeated and laid out.
//
// A value knows which index walks each of its axes, so a function of two values runs over the union
// of their axes, whatever order they come in. What moves data is written down here only, and only
// where the order really differs.

import { HamError, type Index, invariant, sizeOfDim } from "@hamlet/graph";
import { Builder } from "./builder.ts";
import { BATCH, BATCH_INDEX, type Op, type PlanOptions, type Value } from "./instruction.ts";

/** What a reduction of no entries is. */
export const NEUTRAL = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

/** Writes the instructions that combine values and move their axes. */
export class AxisMoves {
  readonly builder = new Builder();
  readonly #sizes: Pick<PlanOptions, "sizes">;

  /** `sizes` are those of the dims that an expression does not fix itself. */
  constructor(sizes: Pick<PlanOptions, "sizes">) {
    this.#sizes = sizes;
  }

  size(index: Index): number {
    return index === BATCH_INDEX ? BATCH : sizeOfDim(index.dim, this.#sizes);
  }

  shapeOf(axes: readonly Index[]): number[] {
    return axes.map((index) => this.size(index));
  }

  constant(value: number): Value {
    return { slot: this.builder.emit("constant", [], [value], []), axes: [] };
  }

  /** A function of one value, entry by entry; `constant` is its second argument, if any. */
  map(op: Op, value: Value, constant?: number): Value {
    const shape = this.builder.shape(value.slot);
    const inputs = [value.slot];
    if (constant !== undefined) inputs.push(this.constant(constant).slot);
    return { slot: this.builder.emit(op, inputs, [], shape), axes: value.axes };
  }

  /** A function of two values, entry by entry, over the union of their axes. */
  combine(op: Op, a: Value, b: Value): Value {
    const axes = this.union([a.axes, b.axes]);
    const groups = mergeable(axes, [a.axes, b.axes]);
    const [left, right] = [a, b].map((part) => this.#broadcastable(part, axes, groups));
    const shape = groups.map((group) => product(this.shapeOf(group)));
    const slot = this.builder.emit(op, [left, right], [], shape);
    return { slot: this.reshaped(slot, this.shapeOf(axes)), axes };
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
    const shaped = this.reshaped(
      own,
      sizes.map((n, g) => (isNew[g] ? 1 : n)),
    );
    const repeats = sizes.map((n, g) => (isNew[g] ? n : 1));
    return this.reshaped(this.builder.emit("tile", [shaped], repeats, sizes), this.shapeOf(order));
  }

  /** The slot of `value` with its axes in `order`, as a matrix of the given groups of axes. */
  grouped(value: Value, groups: readonly (readonly Index[])[]): number {
    const slot = this.#transposed(value, groups.flat());
    return this.reshaped(
      slot,
      groups.map((group) => product(this.shapeOf(group))),
    );
  }

  /** Splits grouped axes again. */
  ungrouped(slot: number, axes: readonly Index[]): Value {
    return { slot: this.reshaped(slot, this.shapeOf(axes)), axes };
  }

  /** Makes sure that `value` has the axes `over`. */
  covering(value: Value, over: readonly Index[]): Value {
    const missing = over.filter((index) => !value.axes.includes(index));
    if (missing.length === 0) return value;
    const axes = [...value.axes, ...missing];
    return { slot: this.exactly(value, axes), axes };
  }

  count({ axes }: Value): number {
    return axes.reduce((n, index) => n * (index === BATCH_INDEX ? 64 : this.size(index)), 1);
  }

  /** The union of axes, batch first, in the order of the largest part where possible. */
  union(parts: readonly (readonly Index[])[]): readonly Index[] {
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
    return this.reshaped(slot, shape.slice(firstOwn));
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

  reshaped(slot: number, shape: readonly number[]): number {
    const known = this.builder.shape(slot);
    if (known.length === shape.length && known.every((n, i) => n === shape[i])) return slot;
    return this.builder.emit("reshape", [slot], shape, shape);
  }
  /** Factors that between them have the axes `over`. */
  covered(parts: readonly Value[], over: readonly Index[]): Value[] {
    const missing = over.filter((index) => !parts.some(({ axes }) => axes.includes(index)));
    if (missing.length === 0) return [...parts];
    return [...parts, { slot: this.exactly(this.constant(1), missing), axes: missing }];
  }
}

/** The product of sizes; the batch axis times 12 is −12, see {@link BATCH}. */
export function product(sizes: readonly number[]): number {
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
export function grid(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (points, n) => points.flatMap((point) => Array.from({ length: n }, (_, i) => [...point, i])),
    [[]],
  );
}
