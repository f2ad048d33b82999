// A loop nest for a chain of operations: what is read once is never stored, four numbers at a time
// along the last axis, and at its end, if at all, a sum, product, maximum or minimum.

import {
  bits,
  type Code,
  f32x4,
  f64x2,
  get,
  i32,
  inOrder,
  load,
  loadDouble,
  loadLane,
  loadOne,
  loadSplat,
  type Local,
  procedure,
  type Procedure,
  set,
  shuffle,
  store,
  storeDouble,
  storeOne,
  whileBelow,
} from "../../wasm/assembler.ts";
import { product } from "../../plan/axis-moves.ts";
import type { RunOp } from "../kernels.ts";
import { FUNCTIONS, Lanes } from "./lanes.ts";
import { LANES, NUMBER, VECTOR } from "./sizes.ts";

/** Sizes and steps are counts of numbers; a negative one is to be multiplied by the batch. */
export type Count = number;

/** A number that lies in memory: which array, and the steps of its entries along the axes. */
export interface Access {
  readonly array: number;
  readonly strides: readonly Count[];
}

/** What a loop computes at every point, one after the other. */
export type Step =
  | { readonly kind: "load"; readonly access: Access }
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "apply"; readonly op: RunOp; readonly args: readonly number[] }
  | { readonly kind: "store"; readonly access: Access; readonly step: number };

/** A loop nest over axes of the given sizes. */
export interface Loop {
  readonly sizes: readonly Count[];
  /** Steps refer to earlier ones by their places. */
  readonly steps: readonly Step[];
  readonly reduction?: {
    readonly op: "sum" | "prod" | "max" | "min";
    readonly axes: readonly number[];
    readonly step: number;
    readonly access: Access;
    /**
     * Whether it goes on with what is there: a sum with float64 numbers, whose steps count double,
     * and the others with the result.
     */
    readonly goesOn?: boolean;
  };
  /** The axis of which some rows are walked, if any: how many is told when it runs. */
  readonly cut?: number;
  /** The same for one of the axes that are walked as one. */
  readonly rowAxis?: number;
  /** The number of arrays, whose addresses the function takes behind the batch. */
  readonly arrays: number;
}

/** The accesses of a loop, in order, that of its reduction last. */
export const accessesOf = ({ steps, reduction }: Loop): Access[] => [
  ...steps.flatMap((step) => ("access" in step ? [step.access] : [])),
  ...(reduction === undefined ? [] : [reduction.access]),
];

/** Row-major steps of an array of that shape. */
export function stepsOf(sizes: readonly Count[]): Count[] {
  return sizes.map((n, axis) => (n === 1 ? 0 : product(sizes.slice(axis + 1))));
}

/** The size of an axis of which some rows are walked. */
const ROWS = "rows";

/** An axis that a loop walks. */
export interface Axis {
  readonly size: Count | typeof ROWS;
  /** Of every access, in order. */
  readonly strides: readonly Count[];
  readonly reduced: boolean;
}

/** The axes that have more than one entry; neighbours that every access walks as one are one. */
export function axesOf(loop: Loop, accesses: readonly Access[]): Axis[] {
  const axes: Axis[] = [];
  loop.sizes.forEach((size, axis) => {
    if (size === 1 && axis !== loop.cut) return;
    const strides = accesses.map((access) => access.strides[axis]);
    const reduced = loop.reduction?.axes.includes(axis) ?? false;
    const last = axes.at(-1);
    if (axis === loop.cut) {
      axes.push({ size: ROWS, strides, reduced });
      return;
    }
    const joins =
      last !== undefined &&
      last.size !== ROWS &&
      last.reduced === reduced &&
      !(size < 0 && last.size < 0) &&
      strides.every((stride, k) => last.strides[k] === product([stride, size]));
    if (joins) axes.pop();
    axes.push({ size: joins ? product([last.size, size]) : size, strides, reduced });
  });
  return axes;
}

/** Points of a loop, for a batch of one, from which on it may be cut. */
const MANY = 2 ** 12;
/** Products of two numbers that take about as long as a step of a loop. */
export const STEP = 4;

/** A loop of many points, of which some rows are walked at a time. */
export interface RowLoop {
  /** Its arrays are those of `places`. */
  readonly loop: Loop;
  readonly rows: Count;
  /** Rows that are not torn apart: several vectors, where a row is a number. */
  readonly unit: number;
  /** The array of the whole loop, and the step from row to row. */
  readonly places: readonly { readonly array: number; readonly step: Count }[];
}

/** The rows of a loop, along an axis that nothing is summed over; null for a small one. */
export function rowsOf(loop: Loop): RowLoop | null {
  const { sizes, steps, reduction } = loop;
  if (Math.abs(product(sizes)) < MANY) return null;
  const axes = axesOf(loop, accessesOf(loop));
  const kept = axes.filter(({ reduced }) => !reduced);
  const isLong = ({ size }: Axis) => Math.abs(size as Count) >= 4 * LANES;
  const along = kept.find(isLong) ?? kept[0];
  if (along === undefined) return null;
  const { size, strides } = along;
  const rowAxis = axes.indexOf(along);
  const places: { readonly array: number; readonly step: Count }[] = [];
  let next = 0;
  const placed = (access: Access): Access => {
    const place = { array: access.array, step: strides[next++] };
    const known = places.findIndex(
      ({ array, step }) => array === place.array && step === place.step,
    );
    return { ...access, array: known < 0 ? places.push(place) - 1 : known };
  };
  const own = steps.map((step) =>
    "access" in step ? { ...step, access: placed(step.access) } : step,
  );
  const last = reduction && { ...reduction, access: placed(reduction.access) };
  return {
    loop: { sizes, steps: own, arrays: places.length, ...(last && { reduction: last }), rowAxis },
    rows: size as Count,
    unit: rowAxis === axes.length - 1 ? 4 * LANES : 1,
    places,
  };
}

/** The function of a loop: `name(batch, …addresses)`, or `name(batch, rows, …addresses)`. */
export function loopProcedure(name: string, whole: Loop, isFused: boolean): Procedure {
  const cut = rowsOf(whole);
  if (cut === null) {
    return procedure(name, 1 + whole.arrays, ([batch, ...arrays], local) =>
      loopCode(whole, { isFused, batch, arrays, local }),
    );
  }
  return procedure(name, 2 + cut.loop.arrays, ([batch, rows, ...arrays], local) =>
    loopCode(cut.loop, { isFused, batch, arrays, local, rows }),
  );
}

/** What a loop finds around it: addresses of its arrays, and `rows` where it is cut. */
export interface Surroundings {
  readonly isFused: boolean;
  readonly batch: Local;
  readonly arrays: readonly Local[];
  readonly local: (type: Local["type"]) => Local;
  readonly rows?: Local;
}

/** The statements of a loop. */
export function loopCode(loop: Loop, surroundings: Surroundings): Code[] {
  return new Writer(loop, surroundings).write();
}

/** A count times a known number. */
export function countCode(batch: Local, count: Count, times = 1): Code {
  if (count >= 0) return i32.of(count * times);
  return count * times === -1 ? get(batch) : i32.mul(get(batch), i32.of(-count * times));
}

/** A running total of a reduction, in one or two locals. */
interface Total {
  readonly begin: Code;
  readonly add: (x: Local, isOne: boolean) => Code;
  /** The totals of four columns, and that of all lanes. */
  readonly columns: Code;
  readonly all: Code;
  /** Joins them with what is at a place; of four columns or one, and of all lanes. */
  readonly goOn: (at: Local, which: "columns" | "column" | "all") => Code;
}

class Writer {
  readonly #loop: Loop;
  readonly #isFused: boolean;
  readonly #batch: Local;
  readonly #rows: Local | undefined;
  readonly #local: (type: Local["type"]) => Local;
  readonly #accesses: readonly Access[];
  readonly #bases: readonly Local[];
  readonly #axes: readonly Axis[];

  constructor(loop: Loop, { isFused, batch, arrays, local, rows }: Surroundings) {
    this.#loop = loop;
    this.#isFused = isFused;
    this.#batch = batch;
    this.#rows = rows;
    this.#local = local;
    this.#accesses = accessesOf(loop);
    this.#bases = this.#accesses.map(({ array }) => arrays[array]);
    this.#axes = axesOf(loop, this.#accesses).map((axis, n) =>
      n === loop.rowAxis ? { ...axis, size: ROWS } : axis,
    );
  }

  write(): Code[] {
    const { reduction } = this.#loop;
    const alone: Axis = { size: 1, strides: this.#accesses.map(() => 0), reduced: false };
    const axes = this.#axes;
    const last = axes.at(-1) ?? alone;
    const kept = axes.filter((axis) => !axis.reduced && axis !== last);
    const reduced = axes.filter((axis) => axis.reduced && axis !== last);
    const outer = (inner: (pointers: readonly Local[]) => Code) =>
      this.#nest(kept, this.#bases, inner);
    if (reduction === undefined) {
      return [
        outer((own) =>
          this.#lanes(last, own, (at, ready, isOne) => inOrder(this.#body(at, last, ready, isOne))),
        ),
      ];
    }
    const total = this.#total(reduction.op);
    const result = this.#accesses.length - 1;
    const entry = (at: readonly Local[], along: Axis, ready: Ready, isOne: boolean): Code => {
      const values: Local[] = [];
      const code = this.#body(at, along, ready, isOne, values);
      return inOrder(code) + total.add(values[reduction.step], isOne && last.reduced);
    };
    if (last.reduced) {
      return [
        outer(
          (own) =>
            total.begin +
            this.#nest(reduced, own, (at) =>
              this.#lanes(last, at, (here, ready, isOne) => entry(here, last, ready, isOne)),
            ) +
            (reduction.goesOn
              ? total.goOn(own[result], "all")
              : storeOne(get(own[result]), total.all)),
        ),
      ];
    }
    // Four columns at a time, down all that is reduced.
    return [
      outer((own) =>
        this.#lanes(
          last,
          own,
          (here, ready, isOne) =>
            total.begin +
            this.#nest(reduced, here, (at) =>
              entry(at, last, reduced.length > 0 ? new Map() : ready, isOne),
            ) +
            (reduction.goesOn
              ? total.goOn(here[result], isOne ? "column" : "columns")
              : isOne
                ? storeOne(get(here[result]), total.columns)
                : store(get(here[result]), total.columns)),
        ),
      ),
    ];
  }

  /** Loops over axes; `inner` gets pointers that have moved along them. */
  #nest(
    [axis, ...rest]: readonly Axis[],
    pointers: readonly Local[],
    inner: (pointers: readonly Local[]) => Code,
  ): Code {
    if (axis === undefined) return inner(pointers);
    const count = this.#local("i32");
    const own = this.#movable(axis, pointers);
    return (
      this.#copied(own, pointers) +
      set(count, i32.of(0)) +
      whileBelow(get(count), this.#count(axis.size), [
        this.#nest(rest, own, inner),
        this.#moved(axis, own, pointers, 1),
        set(count, i32.add(get(count), i32.of(1))),
      ])
    );
  }

  /** Goes along an axis four by four, and one by one what is left over. */
  #lanes(
    axis: Axis,
    pointers: readonly Local[],
    inner: (pointers: readonly Local[], ready: Ready, isOne: boolean) => Code,
  ): Code {
    const own = this.#movable(axis, pointers);
    // What is the same for all entries is read once before.
    const ready = new Map<number, Local>();
    const before: Code[] = [];
    const steps = this.#loop.steps.filter((step) => "access" in step);
    steps.forEach(({ kind }, access) => {
      if (kind !== "load" || axis.strides[access] !== 0) return;
      if (this.#axes.some(({ reduced, strides }) => reduced && strides[access] !== 0)) return;
      const value = this.#local("v128");
      before.push(set(value, loadSplat(get(pointers[access]))));
      ready.set(access, value);
    });
    const count = this.#local("i32");
    const step = (by: number): Code[] => [
      this.#moved(axis, own, pointers, by),
      set(count, i32.add(get(count), i32.of(by))),
    ];
    const size = this.#count(axis.size);
    const known = axis.size === ROWS || axis.size < 0 ? null : axis.size;
    const fours = known === null ? i32.and(size, i32.of(-LANES)) : i32.of(known & -LANES);
    const isOften = known === null || known >= LANES;
    const isEven = axis.size !== ROWS && axis.size % LANES === 0;
    return inOrder([
      this.#copied(own, pointers),
      ...before,
      set(count, i32.of(0)),
      isOften ? whileBelow(get(count), fours, [inner(own, ready, false), ...step(LANES)]) : "",
      isEven ? "" : whileBelow(get(count), size, [inner(own, ready, true), ...step(1)]),
    ]);
  }

  /** Computes one point, or four; `values` gets what every step is. */
  #body(
    pointers: readonly Local[],
    along: Axis,
    ready: Ready,
    isOne: boolean,
    values: Local[] = [],
  ): Code[] {
    const lanes = new Lanes(() => this.#local("v128"), this.#isFused);
    let access = -1;
    for (const step of this.#loop.steps) {
      if ("access" in step) access++;
      switch (step.kind) {
        case "load":
          values.push(
            ready.get(access) ??
              this.#loaded(lanes, pointers[access], along.strides[access], isOne),
          );
          break;
        case "literal":
          values.push(lanes.keep(f32x4.of(step.value)));
          break;
        case "apply":
          values.push(
            lanes.keep(FUNCTIONS[step.op]!(lanes, ...step.args.map((arg) => values[arg]))),
          );
          break;
        case "store": {
          const value = get(values[step.step]);
          const at = get(pointers[access]);
          lanes.code.push(isOne ? storeOne(at, value) : store(at, value));
          values.push(values[step.step]);
        }
      }
    }
    return lanes.code;
  }

  #loaded(lanes: Lanes, pointer: Local, stride: Count, isOne: boolean): Local {
    if (isOne || stride === 0) return lanes.keep(loadSplat(get(pointer)));
    if (stride === 1) return lanes.keep(load(get(pointer)));
    const value = lanes.keep(loadSplat(get(pointer)));
    const at = this.#local("i32");
    lanes.code.push(set(at, get(pointer)));
    for (const lane of [1, 2, 3]) {
      lanes.code.push(set(at, i32.add(get(at), this.#count(stride, NUMBER))));
      lanes.code.push(set(value, loadLane(get(at), get(value), lane)));
    }
    return value;
  }

  #total(op: "sum" | "prod" | "max" | "min"): Total {
    const first = bits.of(-1, 0, 0, 0);
    if (op === "sum") {
      // In float64: a long sum of float32 numbers would lose what it adds bit by bit.
      const [low, high, pair] = [this.#local("v128"), this.#local("v128"), this.#local("v128")];
      const half = (x: Local, upper: boolean) =>
        f64x2.ofSingles(upper ? shuffle(x, [2, 3, 2, 3]) : get(x));
      const demoted = (total: Local) => set(total, f32x4.ofDoubles(get(total)));
      const joined = set(pair, f64x2.add(get(low), get(high)));
      const whole = f64x2.add(get(pair), shuffle(pair, [2, 3, 0, 1]));
      return {
        begin: set(low, f64x2.of(0)) + set(high, f64x2.of(0)),
        add: (x, isOne) =>
          isOne
            ? set(low, f64x2.add(get(low), f64x2.ofSingles(bits.and(get(x), first))))
            : set(low, f64x2.add(get(low), half(x, false))) +
              set(high, f64x2.add(get(high), half(x, true))),
        columns: demoted(low) + demoted(high) + shuffle(low, [0, 1, 4, 5], high),
        all: joined + f32x4.ofDoubles(whole),
        goOn: (at, which) => {
          const one = (sum: Code) => storeDouble(get(at), f64x2.add(loadDouble(get(at)), sum));
          if (which === "column") return one(get(low));
          if (which === "columns") {
            const withOwn = (own: Local, n: number) =>
              store(get(at), f64x2.add(load(get(at), VECTOR * n), get(own)), VECTOR * n);
            return withOwn(low, 0) + withOwn(high, 1);
          }
          return joined + one(whole);
        },
      };
    }
    const [join, neutral] = {
      prod: [f32x4.mul, 1] as const,
      max: [f32x4.max, -Infinity] as const,
      min: [f32x4.min, Infinity] as const,
    }[op];
    const [total, pair, broken] = Array.from({ length: 3 }, () => this.#local("v128"));
    // Of extremes, one instruction that passes over NaN, and NaN by itself.
    const passing = { prod: null, max: f32x4.atLeast, min: f32x4.atMost }[op];
    const found = passing === null ? get(total) : bits.or(get(total), get(broken));
    const all =
      set(total, found) +
      set(pair, join(get(total), shuffle(total, [2, 3, 0, 1]))) +
      join(get(pair), shuffle(pair, [1, 0, 3, 2]));
    return {
      begin: set(total, f32x4.of(neutral)) + set(broken, f32x4.of(0)),
      add: (x, isOne) => {
        const entry = isOne ? bits.select(get(x), f32x4.of(neutral), first) : get(x);
        if (passing === null) return set(total, join(get(total), entry));
        return (
          set(total, passing(get(total), entry)) +
          set(broken, bits.or(get(broken), f32x4.ne(entry, entry)))
        );
      },
      columns: found,
      all,
      goOn: (at, which) =>
        which === "columns"
          ? store(get(at), join(load(get(at)), found))
          : storeOne(get(at), join(loadOne(get(at)), which === "all" ? all : found)),
    };
  }

  #movable(axis: Axis, pointers: readonly Local[]): Local[] {
    return pointers.map((pointer, k) => (axis.strides[k] === 0 ? pointer : this.#local("i32")));
  }

  #copied(own: readonly Local[], pointers: readonly Local[]): Code {
    return inOrder(
      own.map((pointer, k) => (pointer === pointers[k] ? "" : set(pointer, get(pointers[k])))),
    );
  }

  #moved(axis: Axis, own: readonly Local[], pointers: readonly Local[], by: number): Code {
    return inOrder(
      own.map((pointer, k) =>
        pointer === pointers[k]
          ? ""
          : set(pointer, i32.add(get(pointer), this.#count(axis.strides[k], by * NUMBER))),
      ),
    );
  }

  /** A count times a known number. */
  #count(count: Count | typeof ROWS, times = 1): Code {
    return count === ROWS ? get(this.#rows!) : countCode(this.#batch, count, times);
  }
}

/** What was read before a loop, by the place of its access. */
type Ready = ReadonlyMap<number, Local>;
