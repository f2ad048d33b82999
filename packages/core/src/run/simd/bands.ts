// Bands: what several actions do with the rows of one matrix, a block of rows at a time.
//
// A product with a matrix, what follows it entry by entry, and the product with its transpose all
// walk the rows of that matrix. As one band they read it once, and what lies between is as long as a
// block. Sums and products over the rows go on from block to block. A largest entry that exponents
// subtract is that of the rows so far: what was summed is scaled when it grows (the online softmax
// of Milakov and Gimelshein, arXiv:1805.02867).

import { product } from "../../plan/axis-moves.ts";
import { BATCH } from "../../plan/instruction.ts";
import type { Action, Argument, Band, Kernel, Member, Place, View } from "./actions.ts";
import {
  type Access,
  accessesOf,
  type Count,
  type Loop,
  type Step,
  STEP,
  stepsOf,
} from "./loops.ts";
import { TURNED } from "./many-dots.ts";
import { PIECES } from "./parts.ts";
import { isFar, NUMBER } from "./sizes.ts";

/** What is known about the slots of a stage. */
export interface Slots {
  readonly shape: (slot: number) => readonly number[];
  /** A new one, for what only a band knows. */
  readonly add: (shape: readonly number[]) => number;
  /** Gives a slot that no more than a block of is kept another shape. */
  readonly shorten: (slot: number, shape: readonly number[]) => void;
  readonly isWanted: (slot: number) => boolean;
}

/** Bytes of the matrix in a block: they stay in a near cache until the second product. */
const NEAR = 2 ** 17;
const MOST_ROWS = 256;
/** Numbers of a matrix from which on it has a way of its own for many queries. */
const SOME = 2 ** 14;
/** Bytes of the matrix in each part at least. Parts do not depend on the batch. */
const LEAST = 2 ** 17;
/** What exponents subtract at least, so that rows of −∞ give 0 and not NaN. */
const LOWEST = -3.4028234663852886e38;

/** Replaces actions that walk the rows of a matrix by bands. */
export function findBands(actions: readonly Action[], slots: Slots): readonly Action[] {
  const first = actions.findIndex(({ kind }) => kind === "product");
  if (first < 0) return actions;
  const all = actions.filter(({ kind }) => kind === "product").length;
  let found: Finder | null = null;
  for (const seed of seedsOf(actions[first] as Product)) {
    for (const online of [true, false]) {
      // There are no more.
      if (found?.products === all) continue;
      const band = new Finder(actions, first, seed, slots, online);
      const { products, isSound, isWorth } = band;
      if (products > (found?.products ?? 0) && isSound && isWorth) found = band;
    }
  }
  if (found === null) {
    return [...actions.slice(0, first + 1), ...findBands(actions.slice(first + 1), slots)];
  }
  const { before, after } = found;
  const band = found.action();
  const later = new Set([band, ...after].flatMap(({ reads }) => reads));
  const isWanted = (slot: number) => slots.isWanted(slot) || later.has(slot);
  return [...findBands(before, { ...slots, isWanted }), band, ...findBands(after, slots)];
}

type Product = Action & { readonly kind: "product" };
type LoopAction = Action & { readonly kind: "loop" };

/** An axis that may be cut: its size, and its step in arrays that have it. */
interface Seed {
  readonly rows: number;
  readonly alongs: ReadonlyMap<number, Count>;
}

function seedsOf({ a, b }: Product): Seed[] {
  if (a.sizes.length !== 2) return [];
  const seed = (rows: number, ...steps: (readonly [View, number])[]): Seed => ({
    rows,
    alongs: new Map(steps.map(([view, axis]) => [view.base, view.strides[axis]])),
  });
  return [
    seed(b.sizes[1], [b, 1]),
    seed(a.sizes[0], [a, 0]),
    seed(a.sizes[1], [a, 1], [b, 0]),
  ].filter(({ rows }) => rows > 1);
}

/** A sum, product, maximum or minimum over the rows, or a product of matrices. */
interface Total {
  readonly op: "sum" | "prod" | "max" | "min" | "product";
  /** What a maximum was taken of. */
  readonly of?: number;
  /** The maximum that what is summed is scaled by. */
  readonly scale?: number;
}

interface JoinedLoop {
  readonly action: LoopAction;
  readonly axis: number;
}
interface JoinedProduct {
  readonly action: Product;
  /** The axis that is cut: of rows, of columns, or that of the sum. */
  readonly axis: "rows" | "columns" | "depth";
}
type Joined = JoinedLoop | JoinedProduct;

/** Tries to make a band of the rows that a product walks. */
class Finder {
  readonly before: Action[] = [];
  readonly after: Action[] = [];
  products = 0;
  readonly #rows: number;
  readonly #slots: Slots;
  /** Whether exponents may subtract the largest entry so far. */
  readonly #online: boolean;
  readonly #joined: Joined[] = [];
  /** The step from row to row of what has rows. */
  readonly #along: Map<number, Count>;
  readonly #totals = new Map<number, Total>();
  /** What has rows and is scaled by a maximum. */
  readonly #scales = new Map<number, number>();
  readonly #own = new Set<number>();

  constructor(
    actions: readonly Action[],
    first: number,
    { rows, alongs }: Seed,
    slots: Slots,
    online: boolean,
  ) {
    this.#rows = rows;
    this.#slots = slots;
    this.#online = online;
    this.#along = new Map(alongs);
    const later = new Set<number>();
    actions.forEach((action, n) => {
      if (n < first) this.before.push(action);
      else if (action.reads.some((slot) => later.has(slot)) || !this.#join(action)) {
        const isLater = action.reads.some((slot) => later.has(slot) || this.#own.has(slot));
        if (isLater) for (const slot of action.writes) later.add(slot);
        (isLater ? this.after : this.before).push(action);
      }
    });
  }

  /** Whether nothing that is scaled is read by others. */
  get isSound(): boolean {
    return [...this.#scales.keys()].every((slot) => !this.#isStored(slot));
  }

  /**
   * Whether a matrix is read once instead of twice, what one product gives is used by another at once, or
   * nothing that a product gives is kept.
   */
  get isWorth(): boolean {
    const joined = this.#joined.filter(
      (one): one is JoinedProduct => one.action.kind === "product",
    );
    const matrices = joined.map((one) => kernelOf(one)!.m.slot);
    const reads = joined.flatMap(({ action }) => action.reads);
    const writes = joined.flatMap(({ action }) => action.writes);
    return (
      new Set(matrices).size < joined.length ||
      reads.some((slot) => this.#own.has(slot)) ||
      writes.every((slot) => this.#along.has(slot) && !this.#isStored(slot))
    );
  }

  #isStored(slot: number): boolean {
    return this.#slots.isWanted(slot) || this.after.some(({ reads }) => reads.includes(slot));
  }

  #join(action: Action): boolean {
    const joins =
      action.kind === "loop"
        ? this.#joinLoop(action)
        : action.kind === "product" && this.#joinProduct(action);
    if (joins) for (const slot of action.writes) this.#own.add(slot);
    return joins;
  }

  #joinLoop(action: LoopAction): boolean {
    const { loop, arrays } = action;
    const axis = loop.sizes.findIndex((size, n) => {
      const strides = accessesOf(loop).map(
        ({ array, strides: own }) => [this.#along.get(arrays[array]), own[n]] as const,
      );
      return (
        size === this.#rows &&
        strides.some(([along]) => along !== undefined) &&
        strides.every(([along, step]) => along === undefined || along === step)
      );
    });
    if (axis < 0) return false;
    const scales = this.#scalesOf(action, axis);
    if (scales === null) return false;
    const { reduction } = loop;
    loop.steps.forEach((step, n) => {
      if (step.kind !== "store") return;
      const slot = arrays[step.access.array];
      this.#along.set(slot, step.access.strides[axis]);
      if (scales[n] !== undefined) this.#scales.set(slot, scales[n]);
    });
    if (reduction !== undefined) {
      const slot = arrays[reduction.access.array];
      const scale = scales[reduction.step];
      if (reduction.axes.includes(axis)) {
        const of = this.#sourceOf(action, reduction.step);
        this.#totals.set(slot, {
          op: reduction.op,
          ...(of !== undefined && reduction.axes.length === 1 && { of }),
          ...(scale !== undefined && { scale }),
        });
      } else this.#along.set(slot, reduction.access.strides[axis]);
    }
    this.#joined.push({ action, axis });
    return true;
  }

  /** The slot that a step is a number of, in the order of the loop. */
  #sourceOf({ loop, arrays }: LoopAction, place: number): number | undefined {
    const whole = stepsOf(loop.sizes).join();
    for (const [n, step] of loop.steps.entries()) {
      const isIt =
        step.kind === "store" ? step.step === place : step.kind === "load" && n === place;
      if (isIt && "access" in step && step.access.strides.join() === whole)
        return arrays[step.access.array];
    }
    return undefined;
  }

  /**
   * The maximum that each step is scaled by, if any. Null where a total is read that is not known
   * before the last row, or something is done with a scaled number that scales otherwise.
   */
  #scalesOf(action: LoopAction, axis: number): (number | undefined)[] | null {
    const { loop, arrays } = action;
    const scales: (number | undefined)[] = [];
    const isTotal = (n: number): boolean => {
      const step = loop.steps[n];
      return step.kind === "load" && this.#totals.has(arrays[step.access.array]);
    };
    /** The maximum that a step subtracts from what it is the maximum of. */
    const shift = (n: number): number | undefined => {
      const step = loop.steps[n];
      if (step.kind !== "apply" || step.op !== "sub" || !isTotal(step.args[1])) return undefined;
      const load = loop.steps[step.args[1]] as Step & { readonly kind: "load" };
      const slot = arrays[load.access.array];
      const { op, of } = this.#totals.get(slot)!;
      const kept = stepsOf(loop.sizes.filter((_, other) => other !== axis));
      const strides = loop.sizes.map((_, n) => (n === axis ? 0 : kept[n - Number(n > axis)]));
      const isIt = op === "max" && of !== undefined && of === this.#sourceOf(action, step.args[0]);
      return isIt && load.access.strides.join() === strides.join() ? slot : undefined;
    };
    const readers = (n: number) =>
      loop.steps.filter(
        (step) =>
          (step.kind === "apply" && step.args.includes(n)) ||
          (step.kind === "store" && step.step === n),
      );
    for (const [n, step] of loop.steps.entries()) {
      switch (step.kind) {
        case "literal":
          scales.push(undefined);
          break;
        case "load": {
          const slot = arrays[step.access.array];
          if (this.#totals.has(slot)) {
            const users = readers(n);
            const isShift = users.every((user) => shift(loop.steps.indexOf(user)) === slot);
            if (!this.#online || users.length === 0 || !isShift) return null;
            if (loop.reduction?.step === n) return null;
          }
          scales.push(this.#scales.get(slot));
          break;
        }
        case "store":
          scales.push(scales[step.step]);
          break;
        case "apply": {
          const own = step.args.map((arg) => scales[arg]);
          const one = own.find((scale) => scale !== undefined);
          const shifted = shift(n);
          if (shifted !== undefined) {
            const users = readers(n);
            const areExponents = users.every((user) => user.kind === "apply" && user.op === "exp");
            if (own[0] !== undefined || !areExponents || loop.reduction?.step === n) return null;
            scales.push(undefined);
          } else if (step.op === "exp" && shift(step.args[0]) !== undefined) {
            scales.push(shift(step.args[0]));
          } else if (one === undefined) scales.push(undefined);
          else if (step.op === "mul" && own.filter((scale) => scale !== undefined).length === 1) {
            scales.push(one);
          } else if (step.op === "div" && own[1] === undefined) scales.push(one);
          else if (["add", "sub"].includes(step.op) && own[0] === own[1]) scales.push(one);
          else return null;
        }
      }
    }
    const { reduction } = loop;
    const scale = reduction && scales[reduction.step];
    if (reduction === undefined || scale === undefined) return scales;
    // Totals are scaled line by line: they have to lie as the maxima do.
    const kept = stepsOf(loop.sizes.filter((_, other) => other !== axis));
    const isLine = kept.join() === reduction.access.strides.filter((_, n) => n !== axis).join();
    return reduction.op === "sum" && reduction.axes.join() === `${axis}` && isLine ? scales : null;
  }

  #joinProduct(action: Product): boolean {
    const { a, b } = action;
    if (a.sizes.length !== 2) return false;
    if (action.reads.some((slot) => this.#totals.has(slot))) return false;
    const alongOf = (view: View): number | null | undefined => {
      const along = this.#along.get(view.base);
      if (along === undefined) return undefined;
      const axis = view.strides.findIndex(
        (stride, n) => stride === along && view.sizes[n] === this.#rows,
      );
      return axis < 0 ? null : axis;
    };
    const [left, right] = [alongOf(a), alongOf(b)];
    if (left === null || right === null || (left === undefined && right === undefined))
      return false;
    const isDepth = left === 1 || right === 0;
    if (isDepth ? left === 0 || right === 1 : left === 0 && right === 1) return false;
    const axis = isDepth ? "depth" : left === 0 ? "rows" : "columns";
    const slot = action.writes[0];
    const [scale, other] = [this.#scales.get(a.base), this.#scales.get(b.base)];
    if (other !== undefined) return false;
    if (scale !== undefined) {
      // Lines of the product have to lie as the maxima do.
      const isLine = isDepth && a.strides[1] === 1 && this.#isOuter(a.base, a.strides[0]);
      if (!isLine || a.sizes[0] !== product(this.#slots.shape(scale))) return false;
    }
    const joined: Joined = { action, axis };
    if (kernelOf(joined) === null) return false;
    if (isDepth) {
      this.#totals.set(slot, { op: "product", ...(scale !== undefined && { scale }) });
    } else this.#along.set(slot, axis === "columns" ? 1 : b.sizes[1]);
    this.#joined.push(joined);
    this.products++;
    return true;
  }

  /** Whether a step goes from one whole set of rows to another. */
  #isOuter(slot: number, step: Count): boolean {
    return Math.abs(step) >= Math.abs(this.#along.get(slot)!) * this.#rows;
  }

  /** The band itself. */
  action(): Action {
    const block = Math.min(this.#rows, this.#blockRows());
    const part = this.#partRows(block);
    const parts = Math.ceil(this.#rows / part);
    const own = new Map<number, Count>();
    const arrays: number[] = [];
    const arrayOf = (slot: number): number => {
      if (!arrays.includes(slot)) arrays.push(slot);
      return arrays.indexOf(slot);
    };
    const isShort = (slot: number) =>
      this.#own.has(slot) && this.#along.has(slot) && !this.#isStored(slot);
    /** Totals of parts, by slot. */
    const partial = new Map<number, number>();
    const placeOf = (slot: number, step: Count): Place => ({
      array: partial.get(slot) ?? arrayOf(slot),
      step: isShort(slot) ? 0 : step,
    });
    const strideOf = (slot: number, step: Count): Count =>
      isShort(slot) && step !== 0 && this.#isOuter(slot, step) ? (step / this.#rows) * block : step;
    const writes = [...this.#own];
    const reads = new Set(this.#joined.flatMap(({ action }) => action.reads));
    for (const slot of writes) {
      reads.delete(slot);
      if (!isShort(slot)) continue;
      const shape = this.#slots.shape(slot);
      const axis = stepsOf(shape).findIndex(
        (step, n) => step === this.#along.get(slot) && shape[n] === this.#rows,
      );
      const short = shape.with(axis, block);
      this.#slots.shorten(slot, parts === 1 ? short : [parts, ...short]);
      if (parts > 1) own.set(arrayOf(slot), product(short));
    }
    const made = (shape: readonly number[]): number => {
      const slot = this.#slots.add(shape);
      writes.push(slot);
      return arrayOf(slot);
    };
    const madeForParts = (shape: readonly number[]): number => {
      // Of one part examples may be shared, and those of a share have what belongs to none for themselves.
      const most = shape.includes(BATCH) ? parts : PIECES;
      if (most === 1) return made(shape);
      const array = made([most, ...shape]);
      own.set(array, product(shape));
      return array;
    };
    if (parts > 1) {
      for (const [slot, { op }] of this.#totals) {
        if (op !== "sum") partial.set(slot, madeForParts(this.#slots.shape(slot)));
      }
    }
    const lengthOf = (slot: number): Count =>
      own.get(arrayOf(slot)) ?? product(this.#slots.shape(slot));
    const context = { placeOf, strideOf, arrayOf, lengthOf, made, madeForParts, isShort };
    const members = this.#members(context, partial, parts);
    const work = this.#joined.map((joined) => {
      if ("a" in joined.action) return product(Object.values(sizesOf(joined.action)));
      const { sizes, steps } = joined.action.loop;
      return product([...sizes, STEP * steps.length]);
    });
    const band: Band = {
      rows: this.#rows,
      block,
      part,
      parts,
      arrays: arrays.length,
      own,
      work,
      ...members,
    };
    return { kind: "band", band, arrays, reads: [...reads], writes };
  }

  /** Rows of a block: of the matrix with the longest ones. */
  #blockRows(): number {
    const rows = NEAR / NUMBER / this.#longest();
    return Math.max(8, Math.min(MOST_ROWS, Math.floor(rows / 8) * 8));
  }

  /** Rows of a part: whole blocks. */
  #partRows(block: number): number {
    const least = Math.max(this.#rows / PIECES, LEAST / NUMBER / this.#longest());
    return Math.min(this.#rows, Math.ceil(least / block) * block);
  }

  /** Numbers in a row of the matrix with the longest ones. */
  #longest(): number {
    const longest = this.#joined.map((joined) => {
      if (!("a" in joined.action)) return 1;
      const { a, b } = joined.action;
      const across = joined.axis === "depth" ? b.sizes[1] : a.sizes[1];
      return across < 0 ? 1 : across;
    });
    return Math.max(...longest);
  }

  #members(
    { placeOf, strideOf, arrayOf, lengthOf, made, madeForParts, isShort }: Context,
    partial: ReadonlyMap<number, number>,
    parts: number,
  ): Pick<Band, "before" | "begin" | "each" | "clear" | "merge" | "after"> {
    const [before, begin, each, clear, after]: Member[][] = [[], [], [], [], []];
    const [first, second]: Member[][] = [[], []];
    const countOf = (slot: number): Count => product(this.#slots.shape(slot));
    const doubles = (slot: number) => [...this.#slots.shape(slot), 2];
    const sumSlots = [...this.#totals].flatMap(([slot, { op }]) => (op === "sum" ? [slot] : []));
    /** Where totals in float64 go on, by slot: those of a part, and those of all. */
    const sums = new Map(sumSlots.map((slot) => [slot, madeForParts(doubles(slot))]));
    const allSums =
      parts === 1 ? sums : new Map(sumSlots.map((slot) => [slot, made(doubles(slot))]));
    const totalOf = (slot: number, isPart: boolean): number =>
      this.#totals.get(slot)!.op === "sum"
        ? (isPart ? sums : allSums).get(slot)!
        : ((isPart ? partial.get(slot) : undefined) ?? arrayOf(slot));
    /** What a total is before the first row. */
    const empty = (slot: number, isPart: boolean): Member => {
      const { op } = this.#totals.get(slot)!;
      const [array, count] = [totalOf(slot, isPart), countOf(slot)];
      if (op === "sum") return { kind: "clear", array, count: product([count, 2]) };
      if (op === "product") return { kind: "clear", array, count };
      return filled(array, count, { prod: 1, max: -Infinity, min: Infinity }[op]);
    };
    /** The total of a part into that of all. */
    const merged = (slot: number): Member => {
      const { op } = this.#totals.get(slot)!;
      const [all, own, count] = [totalOf(slot, false), totalOf(slot, true), countOf(slot)];
      if (op === "sum") return kernel("addTotals", [whole(all), whole(own), { size: count }]);
      return joined(
        ({ product: "add", prod: "mul", max: "maximum", min: "minimum" } as const)[op],
        all,
        own,
        count,
      );
    };
    /** What is scaled by a maximum. */
    const scaled = (maximum: number, factors: number, isPart: boolean): Member[] =>
      [...this.#totals].flatMap(([slot, { op, scale }]): Member[] => {
        if (scale !== maximum) return [];
        const total = whole(totalOf(slot, isPart));
        const args = [total, whole(factors), { size: countOf(maximum) }];
        if (op === "sum") return [kernel("scaleTotals", args)];
        return [kernel("scale", [...args, { size: this.#slots.shape(slot).at(-1)! }])];
      });
    const maxima = new Set([...this.#totals.values()].flatMap(({ scale }) => scale ?? []));
    const factorsOf = new Map(
      [...maxima].map((slot) => [slot, madeForParts(this.#slots.shape(slot))]),
    );
    for (const [slot, { scale }] of this.#totals) {
      begin.push(empty(slot, true));
      if (parts === 1) continue;
      clear.push(empty(slot, false));
      if (scale === undefined) first.push(merged(slot));
    }
    if (parts > 1) {
      for (const maximum of maxima) {
        const [factors, count] = [factorsOf.get(maximum)!, countOf(maximum)];
        const [own, all] = [totalOf(maximum, true), totalOf(maximum, false)];
        second.push(
          ratio(factors, [own, true], [all, true], count),
          ...scaled(maximum, factors, true),
        );
      }
      for (const [slot, { scale }] of this.#totals) {
        if (scale !== undefined) second.push(merged(slot));
      }
    }
    for (const member of this.#joined) {
      if ("a" in member.action) {
        const slot = member.action.writes[0];
        if (member.axis !== "depth") {
          const cleared: Member = { kind: "clear", array: arrayOf(slot), count: lengthOf(slot) };
          (isShort(slot) ? each : before).push(cleared);
        }
        each.push(this.#product(member as JoinedProduct, { placeOf, strideOf, madeForParts }));
        continue;
      }
      const { action, axis } = member as JoinedLoop;
      const { reduction } = action.loop;
      const total = reduction && action.arrays[reduction.access.array];
      const loop = this.#loop({ action, axis }, placeOf, strideOf, sums);
      if (total === undefined || !maxima.has(total)) {
        each.push(loop);
        continue;
      }
      const [array, factors] = [totalOf(total, true), factorsOf.get(total)!];
      const count = countOf(total);
      const old = madeForParts(this.#slots.shape(total));
      each.push(
        { kind: "copy", to: old, from: array, count },
        loop,
        ratio(factors, [old, true], [array, true], count),
        ...scaled(total, factors, true),
      );
      const all = totalOf(total, false);
      // Nothing where the maximum is finite; NaN, as it has to be, where there is no other.
      after.push(
        ratio(factors, [all, true], [all, false], count),
        ...scaled(total, factors, false),
      );
    }
    for (const slot of sumSlots) {
      const args = [whole(arrayOf(slot)), whole(allSums.get(slot)!), { size: countOf(slot) }];
      after.push(kernel("round", args));
    }
    const merge = [first, second].filter(({ length }) => length > 0);
    return { before, begin, each, clear, merge, after };
  }

  #loop(
    { action: { loop, arrays }, axis }: JoinedLoop,
    placeOf: Context["placeOf"],
    strideOf: Context["strideOf"],
    sums: ReadonlyMap<number, number>,
  ): Member {
    const places: Place[] = [];
    const access = ({ array, strides }: Access): Access => {
      const slot = arrays[array];
      const place = placeOf(slot, strides[axis]);
      const known = places.findIndex(
        (other) => other.array === place.array && other.step === place.step,
      );
      return {
        array: known < 0 ? places.push(place) - 1 : known,
        strides: strides.map((stride) => strideOf(slot, stride)),
      };
    };
    const steps: Step[] = [];
    /** Where steps have gone. */
    const at: number[] = [];
    for (const step of loop.steps) {
      switch (step.kind) {
        case "literal":
          at.push(steps.push(step) - 1);
          break;
        case "apply":
          at.push(steps.push({ ...step, args: step.args.map((arg) => at[arg]) }) - 1);
          break;
        case "store":
          at.push(steps.push({ ...step, access: access(step.access), step: at[step.step] }) - 1);
          break;
        case "load": {
          const load = steps.push({ ...step, access: access(step.access) }) - 1;
          if (this.#totals.has(arrays[step.access.array])) {
            const lowest = steps.push({ kind: "literal", value: LOWEST }) - 1;
            at.push(steps.push({ kind: "apply", op: "maximum", args: [load, lowest] }) - 1);
          } else at.push(load);
        }
      }
    }
    const { reduction } = loop;
    const made: Loop = { sizes: loop.sizes, steps, arrays: 0, cut: axis };
    if (reduction === undefined)
      return { kind: "loop", loop: { ...made, arrays: places.length }, places };
    const step = at[reduction.step];
    const slot = arrays[reduction.access.array];
    const sum = sums.get(slot);
    const goesOn = reduction.axes.includes(axis);
    const own =
      goesOn && sum !== undefined
        ? {
            array: places.push({ array: sum, step: 0 }) - 1,
            strides: reduction.access.strides.map((stride) => 2 * stride),
          }
        : access(reduction.access);
    return {
      kind: "loop",
      loop: {
        ...made,
        arrays: places.length,
        reduction: { ...reduction, step, access: own, goesOn },
      },
      places,
    };
  }

  #product(
    joined: JoinedProduct,
    { placeOf, strideOf, madeForParts }: Pick<Context, "placeOf" | "strideOf" | "madeForParts">,
  ): Member {
    const { kernel: name, y, x, m } = kernelOf(joined)!;
    const { axis } = joined;
    const sizes = sizesOf(joined.action);
    const place = ({ slot, strides }: Factor): Argument => ({
      place: placeOf(slot, strides[axis] ?? 0),
    });
    const step = ({ slot, strides }: Factor, along: ProductAxis): Argument => ({
      step: strideOf(slot, strides[along] ?? 0),
    });
    const size = (along: ProductAxis): Argument => ({
      size: along === axis ? "rows" : sizes[along],
    });
    const { rows, queries, others } = m;
    const [result, factors] = [y, x].map((own) => [place(own), step(own, queries)]);
    const matrix = [place(m), step(m, rows), size(rows)];
    const ends = [size(queries), size(others)];
    if (name === "mix") {
      return kernel(name, [...result, ...factors, step(x, rows), ...matrix, ...ends]);
    }
    const isSideBySide = y.strides[rows] === 1 && sizes[rows] * sizes[others] >= SOME;
    return kernel(isSideBySide ? "manyDots" : "dots", [
      ...result,
      isSideBySide ? whole(madeForParts([sizes[others], TURNED])) : step(y, rows),
      ...matrix,
      ...factors,
      ...ends,
      { value: isFar(sizes[rows], sizes[others]) },
    ]);
  }
}

interface Context {
  readonly placeOf: (slot: number, step: Count) => Place;
  readonly strideOf: (slot: number, step: Count) => Count;
  readonly arrayOf: (slot: number) => number;
  /** The numbers of a slot that a part has. */
  readonly lengthOf: (slot: number) => Count;
  /** An array that only the band knows. */
  readonly made: (shape: readonly number[]) => number;
  /** One of which every part has its own. */
  readonly madeForParts: (shape: readonly number[]) => number;
  readonly isShort: (slot: number) => boolean;
}

const kernel = (name: Kernel, args: readonly Argument[]): Member => ({
  kind: "call",
  kernel: name,
  args,
});
/** An array from its first number on. */
const whole = (array: number): Argument => ({ place: { array, step: 0 } });

/** The same number everywhere. */
function filled(array: number, size: Count, value: number): Member {
  const steps: Step[] = [
    { kind: "literal", value },
    { kind: "store", access: { array: 0, strides: [1] }, step: 0 },
  ];
  return { kind: "loop", loop: { sizes: [size], steps, arrays: 1 }, places: [{ array, step: 0 }] };
}

/** An array joined with another, entry by entry. */
function joined(
  op: "add" | "mul" | "maximum" | "minimum",
  array: number,
  other: number,
  size: Count,
): Member {
  const steps: Step[] = [
    ...[0, 1].map((own) => ({ kind: "load", access: { array: own, strides: [1] } }) as const),
    { kind: "apply", op, args: [0, 1] },
    { kind: "store", access: { array: 0, strides: [1] }, step: 2 },
  ];
  const places = [array, other].map((own) => ({ array: own, step: 0 }));
  return { kind: "loop", loop: { sizes: [size], steps, arrays: 2 }, places };
}

/** exp(a − b) of two arrays of maxima, which are lifted to finite numbers where it says so. */
function ratio(
  array: number,
  a: readonly [array: number, isLifted: boolean],
  b: readonly [array: number, isLifted: boolean],
  size: Count,
): Member {
  const steps: Step[] = [{ kind: "literal", value: LOWEST }];
  const [above, below] = [a, b].map(([, isLifted], n) => {
    const load = steps.push({ kind: "load", access: { array: n, strides: [1] } }) - 1;
    return isLifted ? steps.push({ kind: "apply", op: "maximum", args: [load, 0] }) - 1 : load;
  });
  const gap = steps.push({ kind: "apply", op: "sub", args: [above, below] }) - 1;
  const step = steps.push({ kind: "apply", op: "exp", args: [gap] }) - 1;
  steps.push({ kind: "store", access: { array: 2, strides: [1] }, step });
  const places = [a[0], b[0], array].map((own) => ({ array: own, step: 0 }));
  return { kind: "loop", loop: { sizes: [size], steps, arrays: 3 }, places };
}

type ProductAxis = JoinedProduct["axis"];

/** A matrix of a product: its slot, and its steps along the axes that it has. */
interface Factor {
  readonly slot: number;
  readonly strides: Readonly<Partial<Record<ProductAxis, Count>>>;
}

const sizesOf = ({ a, b }: Product): Record<ProductAxis, Count> => ({
  rows: a.sizes[0],
  depth: a.sizes[1],
  columns: b.sizes[1],
});

/** The kernel that serves a product, with what it takes for its rows and queries; null where none does. */
function kernelOf({ action, axis }: JoinedProduct): {
  readonly kernel: "dots" | "mix";
  readonly y: Factor;
  readonly x: Factor;
  readonly m: Factor & Readonly<Record<"rows" | "queries" | "others", ProductAxis>>;
} | null {
  const { a, b, writes } = action;
  const sizes = sizesOf(action);
  const left: Factor = { slot: a.base, strides: { rows: a.strides[0], depth: a.strides[1] } };
  const right: Factor = { slot: b.base, strides: { depth: b.strides[0], columns: b.strides[1] } };
  const y: Factor = { slot: writes[0], strides: { rows: sizes.columns, columns: 1 } };
  const isAlong = ({ strides }: Factor, along: ProductAxis) =>
    strides[along] === 1 || sizes[along] === 1;
  if (isAlong(left, "depth") && isAlong(right, "depth")) {
    const [rows, queries] =
      axis === "rows" ? (["rows", "columns"] as const) : (["columns", "rows"] as const);
    const [m, x] = axis === "rows" ? [left, right] : [right, left];
    return { kernel: "dots", y, x, m: { ...m, rows, queries, others: "depth" } };
  }
  if (isAlong(right, "columns")) {
    const m = { ...right, rows: "depth", queries: "rows", others: "columns" } as const;
    return { kernel: "mix", y, x: left, m };
  }
  if (isAlong(left, "rows") && sizes.columns === 1) {
    const m = { ...left, rows: "depth", queries: "columns", others: "rows" } as const;
    return { kernel: "mix", y, x: right, m };
  }
  return null;
}
