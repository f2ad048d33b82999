// The target of plain arrays of float64 numbers: for what must be exact, such as the place of a saddle.
//
// TensorFlow.js has no float64, and an interpreter that walks expressions is slow. A plan says the
// same in few large operations, each of which is a loop or two here. Loops know their shapes, and write
// where they wrote before: what an operation costs besides its loop counts, since searches look at a few
// points thousands of times.

import { type NumberArray, SCALAR_FUNCTIONS, type ScalarFunction } from "@hamlet/graph";
import { addProduct, DEEP } from "../numbers/product.ts";
import { BATCH, boundShape } from "../plan/instruction.ts";
import { atOnce } from "../turn.ts";
import type { RunOp } from "./kernels.ts";
import { assertCount, type StageWork, type Target } from "./target.ts";

/** What this target computes with. */
export type Numbers = NumberArray<Float64Array>;

/** Writes all of a result, whose entries may be anything before, of at most three arrays. */
type Loop = (out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array) => void;

/** The shapes of what an operation reads and writes, and its constants. */
interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly result: readonly number[];
  readonly numbers: readonly number[];
}

/** Makes the loop of an operation. */
type Prepare = (shapes: Shapes) => Loop;

const count = (shape: readonly number[]): number => shape.reduce((total, n) => total * n, 1);

function stridesOf(shape: readonly number[]): number[] {
  const strides = [...shape];
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/**
 * Axes to walk with their steps through two or three arrays; neighbours that can be are one. The last two,
 * of which there are always as many, are left to loops: `n` entries in each of `m` rows.
 */
interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly m: number;
  readonly n: number;
  /** The steps through each array from entry to entry, and from the end of a row to the next. */
  readonly steps: readonly (readonly [along: number, on: number])[];
}

function merged(shape: readonly number[], strides: readonly (readonly number[])[]): Walk {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  shape.forEach((n, axis) => {
    if (n === 1) return;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((stride, k) => steps[k][last] === stride[axis] * n);
    if (joins) sizes[last] *= n;
    else sizes.push(n);
    strides.forEach((stride, k) => {
      if (joins) steps[k][last] = stride[axis];
      else steps[k].push(stride[axis]);
    });
  });
  const n = sizes.pop() ?? 1;
  const m = sizes.pop() ?? 1;
  const inner = steps.map((own): readonly [number, number] => {
    const along = own.pop() ?? 0;
    return [along, (own.pop() ?? 0) - n * along];
  });
  return { sizes, strides: steps, m, n, steps: inner };
}

/** Calls `block` for every run along the last two axes, with where it begins in each array. */
function walk(
  plan: Walk,
  block: (at: number, from: number, other: number) => void,
  axis = 0,
  at = 0,
  from = 0,
  other = 0,
): void {
  const { sizes, strides } = plan;
  if (axis === sizes.length) {
    block(at, from, other);
    return;
  }
  const [p, q, r] = [strides[0][axis], strides[1][axis], strides[2]?.[axis] ?? 0];
  for (let i = 0; i < sizes[axis]; i++) {
    walk(plan, block, axis + 1, at + i * p, from + i * q, other + i * r);
  }
}

/** Entries at steps from the first, one behind the other. */
function copying(shape: readonly number[], strides: readonly number[]): Loop {
  const plan = merged(shape, [stridesOf(shape), strides]);
  const {
    m,
    n,
    steps: [, [along, on]],
  } = plan;
  return (out, a) =>
    walk(plan, (at, from) => {
      for (let row = 0; row < m; row++, from += on) {
        for (let i = 0; i < n; i++, from += along) out[at++] = a[from];
      }
    });
}

/** Entry by entry. A plain loop takes half the time of `data.map`. */
const one =
  (f: (x: number) => number): Prepare =>
  () =>
  (out, a) => {
    for (let i = 0; i < out.length; i++) out[i] = f(a[i]);
  };
const scalar = (name: ScalarFunction): Prepare => one(SCALAR_FUNCTIONS[name].evaluate);
/** The commonest has a loop of its own. */
const exp: Prepare = () => (out, a) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]);
};

/**
 * Writes `m` rows of `n` numbers from `at` on, of those from `i` in steps of `p` and from `j` in steps of `q`;
 * from the end of a row to the next it is `di` and `dj`.
 */
type RowLoop = (
  m: number,
  n: number,
  out: Float64Array,
  at: number,
  a: Float64Array,
  i: number,
  p: number,
  di: number,
  b: Float64Array,
  j: number,
  q: number,
  dj: number,
) => void;

/** Entry by entry, where axes of one entry are repeated. */
const rows =
  (loop: RowLoop): Prepare =>
  ({ inputs, result }) => {
    const repeated = inputs.map((own) => {
      const padding = result.length - own.length;
      const strides = stridesOf(own);
      return result.map((_, axis) =>
        axis < padding || own[axis - padding] === 1 ? 0 : strides[axis - padding],
      );
    });
    const plan = merged(result, [stridesOf(result), ...repeated]);
    const {
      m,
      n,
      steps: [, [p, di], [q, dj]],
    } = plan;
    return (out, a, b) => walk(plan, (at, i, j) => loop(m, n, out, at, a, i, p, di, b, j, q, dj));
  };

// The commonest have loops of their own: a call for every entry takes several times as long.
const add = rows((m, n, out, at, a, i, p, di, b, j, q, dj) => {
  for (let row = 0; row < m; row++, i += di, j += dj)
    for (let k = 0; k < n; k++, i += p, j += q) out[at++] = a[i] + b[j];
});
const subtract = rows((m, n, out, at, a, i, p, di, b, j, q, dj) => {
  for (let row = 0; row < m; row++, i += di, j += dj)
    for (let k = 0; k < n; k++, i += p, j += q) out[at++] = a[i] - b[j];
});
const multiply = rows((m, n, out, at, a, i, p, di, b, j, q, dj) => {
  for (let row = 0; row < m; row++, i += di, j += dj)
    for (let k = 0; k < n; k++, i += p, j += q) out[at++] = a[i] * b[j];
});
const divide = rows((m, n, out, at, a, i, p, di, b, j, q, dj) => {
  for (let row = 0; row < m; row++, i += di, j += dj)
    for (let k = 0; k < n; k++, i += p, j += q) out[at++] = a[i] / b[j];
});
const pairs = (name: ScalarFunction): Prepare => {
  const { evaluate } = SCALAR_FUNCTIONS[name];
  return rows((m, n, out, at, a, i, p, di, b, j, q, dj) => {
    for (let row = 0; row < m; row++, i += di, j += dj)
      for (let k = 0; k < n; k++, i += p, j += q) out[at++] = evaluate(a[i], b[j]);
  });
};

/** Joins `n` entries from `from` on to one total. */
type Join = (total: number, data: Float64Array, from: number, n: number) => number;

/** Reduces the axes in `numbers` away. */
const reduction =
  (empty: number, join: Join): Prepare =>
  ({ inputs: [shape], result, numbers: axes }) => {
    const kept = stridesOf(result);
    let next = 0;
    const into = shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[next++]));
    const plan = merged(shape, [stridesOf(shape), into]);
    const {
      m,
      n,
      steps: [, [along, on]],
    } = plan;
    return (out, a) => {
      out.fill(empty);
      walk(plan, (from, to) => {
        for (let row = 0; row < m; row++, to += on) {
          if (along === 0) {
            out[to] = join(out[to], a, from, n);
            from += n;
          } else {
            for (let i = 0; i < n; i++, to += along) out[to] = join(out[to], a, from++, 1);
          }
        }
      });
    };
  };

const total: Join = (sum, data, from, n) => {
  for (let i = from; i < from + n; i++) sum += data[i];
  return sum;
};
const product: Join = (all, data, from, n) => {
  for (let i = from; i < from + n; i++) all *= data[i];
  return all;
};
const largest: Join = (most, data, from, n) => {
  for (let i = from; i < from + n; i++) most = Math.max(most, data[i]);
  return most;
};
const smallest: Join = (least, data, from, n) => {
  for (let i = from; i < from + n; i++) least = Math.min(least, data[i]);
  return least;
};

/** A product with fewer rows, columns or multiplications is not worth packing its factors. */
const THIN = 4;
const SMALL_PRODUCT = 2 ** 12;

/**
 * A product of matrices, or of two stacks of them. A sum has the same parts however many rows there
 * are, so that an example has the same bits in every batch.
 */
const matrixProduct: Prepare = ({ inputs: [left, right] }) => {
  const [m, k] = left.slice(-2);
  const n = right.at(-1)!;
  const stack = count(left.slice(0, -2));
  const isSmall = Math.min(m, n) < THIN || m * k * n < SMALL_PRODUCT;
  return (out, a, b) => {
    out.fill(0);
    for (let s = 0; s < stack; s++) {
      if (isSmall) {
        multiplySmall(out, a, b, { s, m, k, n });
        continue;
      }
      const factor = { data: a, offset: s * m * k, row: k, depth: 1 };
      const other = { data: b, offset: s * k * n, row: 1, depth: n };
      const sums = { data: out, offset: s * m * n, row: n };
      atOnce(addProduct(sums, factor, other, { rows: m, columns: n, depth: k }));
    }
  };
};

/** The product `s` of a stack, where the result is 0. */
function multiplySmall(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { s, m, k, n }: { s: number; m: number; k: number; n: number },
): void {
  // Sums of a part from the second on: the first is added up where it goes.
  const part = k > DEEP ? new Float64Array(n) : out;
  for (let row = s * m; row < (s + 1) * m; row++) {
    for (let from = 0; from < k; from += DEEP) {
      const end = Math.min(k, from + DEEP);
      const into = row * n;
      if (n < THIN) {
        // The same sums in the same order, one after the other.
        for (let column = 0; column < n; column++) {
          let sum = 0;
          let at = (s * k + from) * n + column;
          for (let middle = from; middle < end; middle++, at += n)
            sum += a[row * k + middle] * b[at];
          out[into + column] += sum;
        }
        continue;
      }
      const [sums, first] = from === 0 ? [out, into] : [part.fill(0), 0];
      for (let middle = from; middle < end; middle++) {
        const factor = a[row * k + middle];
        const at = (s * k + middle) * n;
        for (let column = 0; column < n; column++) sums[first + column] += factor * b[at + column];
      }
      if (from === 0) continue;
      for (let column = 0; column < n; column++) out[into + column] += part[column];
    }
  }
}

const OPERATIONS: Readonly<Record<Exclude<RunOp, "reshape">, Prepare>> = {
  constant:
    ({ numbers: [value] }) =>
    (out) =>
      out.fill(value),
  range: () => (out) => out.forEach((_, i) => (out[i] = i)),
  indices:
    ({ numbers: positions }) =>
    (out) =>
      out.set(positions),
  add,
  sub: subtract,
  mul: multiply,
  div: divide,
  pow: pairs("pow"),
  maximum: pairs("max"),
  minimum: pairs("min"),
  square: one((x) => x * x),
  reciprocal: one((x) => 1 / x),
  rsqrt: one((x) => 1 / Math.sqrt(x)),
  exp,
  log: scalar("log"),
  sqrt: scalar("sqrt"),
  abs: scalar("abs"),
  sign: scalar("sign"),
  relu: scalar("relu"),
  step: scalar("step"),
  softplus: scalar("softplus"),
  sigmoid: scalar("sigmoid"),
  logcosh: scalar("logcosh"),
  tanh: scalar("tanh"),
  sin: scalar("sin"),
  cos: scalar("cos"),
  ceil: scalar("ceil"),
  eq: pairs("eq"),
  ne: pairs("ne"),
  lt: pairs("lt"),
  le: pairs("le"),
  and: pairs("and"),
  or: pairs("or"),
  not: scalar("not"),
  select: () => (out, condition, yes, no) => {
    for (let i = 0; i < out.length; i++) out[i] = condition[i] === 0 ? no[i] : yes[i];
  },
  sum: reduction(0, total),
  prod: reduction(1, product),
  max: reduction(-Infinity, largest),
  min: reduction(Infinity, smallest),
  matmul: matrixProduct,
  transpose: ({ inputs: [shape], result, numbers: permutation }) => {
    const strides = stridesOf(shape);
    return copying(
      result,
      permutation.map((axis) => strides[axis]),
    );
  },
  tile: ({ inputs: [shape], result }) => {
    const strides = stridesOf(shape);
    return copying(
      shape.flatMap((n, axis) => [n === 0 ? 0 : result[axis] / n, n]),
      strides.flatMap((stride) => [0, stride]),
    );
  },
  gather: ({ inputs: [shape], numbers: positions }) => {
    const n = shape.at(-1)!;
    return (out, a) => {
      for (let i = 0, from = 0; i < out.length; from += n) {
        for (let p = 0; p < positions.length; p++, i++) out[i] = a[from + positions[p]];
      }
    };
  },
  take: ({ inputs: [[a, n, c]] }) => {
    return (out, data, places) => {
      const wanted = places.length;
      for (let i = 0; i < a; i++) {
        for (let p = 0; p < wanted; p++) {
          const from = (i * n + places[p]) * c;
          out.set(data.subarray(from, from + c), (i * wanted + p) * c);
        }
      }
    };
  },
  pad: ({ inputs: [[a, n, c]], numbers: [value] }) => {
    return (out, data) => {
      out.fill(value);
      for (let i = 0; i < a; i++) {
        out.set(data.subarray(i * n * c, (i + 1) * n * c), i * (n + 1) * c);
      }
    };
  },
};

/** Entries of arrays that a stage keeps to be written again: 32 MB. */
const KEPT = 2 ** 22;

/** The work of a stage for one batch. */
interface Bound {
  /** Entries of its arrays. */
  readonly entries: number;
  run(read: (slot: number) => Numbers): ReadonlyMap<number, Numbers>;
}

/** One operation between arrays, which are known by their slots. */
interface Step {
  readonly loop: Loop;
  readonly to: number;
  readonly from: readonly number[];
}

/**
 * Makes the loops for a batch, and the arrays that they write. Those that nobody reads any more are
 * written again by later loops; those that others read are new every time.
 */
function bindWork({ tasks, instructions }: StageWork, batch: number): Bound {
  const own = new Set(tasks.map(({ slot }) => slot));
  /** The slot whose entries a slot has: of a reshape that of what it reads. */
  const source = (slot: number): number => {
    const { op, inputs } = instructions[slot];
    return own.has(slot) && op === "reshape" ? source(inputs[0]) : slot;
  };
  const shapeOf = (slot: number) => boundShape(instructions[slot].shape, batch);
  const over = new Set(tasks.flatMap(({ done }) => done));
  const lasting = [...own].filter((slot) => !over.has(slot));
  const shared = new Set(lasting.map(source));
  const read = new Set([...shared, ...tasks.flatMap(({ instruction }) => instruction.inputs)]);
  const outside = [...read].filter((slot) => !own.has(slot));
  const arrays: Float64Array[] = [];
  const fresh: (readonly [slot: number, length: number])[] = [];
  const steps: Step[] = [];
  const pool = new Pool();
  for (const { slot, instruction, done } of tasks) {
    const { op, inputs, numbers } = instruction;
    if (op !== "reshape") {
      const result = shapeOf(slot);
      const loop = OPERATIONS[op]({ inputs: inputs.map(shapeOf), result, numbers });
      const length = count(result);
      if (inputs.length === 0) {
        arrays[slot] = new Float64Array(length);
        loop(arrays[slot], arrays[slot], arrays[slot], arrays[slot]);
      } else {
        steps.push({ loop, to: slot, from: inputs.map(source) });
        if (shared.has(slot)) fresh.push([slot, length]);
        else arrays[slot] = pool.take(length);
      }
    }
    pool.keep(arrays[source(slot)]);
    for (const ended of done) pool.give(arrays[source(ended)]);
  }
  return {
    entries: pool.entries,
    run(values) {
      for (const slot of outside) arrays[slot] = values(slot).data;
      for (const [slot, length] of fresh) arrays[slot] = new Float64Array(length);
      for (const { loop, to, from } of steps) {
        const a = arrays[from[0]];
        loop(
          arrays[to],
          a,
          from.length > 1 ? arrays[from[1]] : a,
          from.length > 2 ? arrays[from[2]] : a,
        );
      }
      return new Map(
        lasting.map((slot) => [slot, { shape: shapeOf(slot), data: arrays[source(slot)] }]),
      );
    },
  };
}

/** Arrays that are written again when nobody reads them any more. */
class Pool {
  entries = 0;
  /** Arrays that are free, by their length. */
  readonly #free = new Map<number, Float64Array[]>();
  /** How many slots an array of this pool has the entries of. */
  readonly #users = new Map<Float64Array, number>();

  take(length: number): Float64Array {
    let array = this.#free.get(length)?.pop();
    if (array === undefined) {
      array = new Float64Array(length);
      this.entries += length;
    }
    this.#users.set(array, 0);
    return array;
  }

  /** One more slot has the entries of an array, if it is of this pool. */
  keep(array: Float64Array | undefined): void {
    const users = array && this.#users.get(array);
    if (users !== undefined) this.#users.set(array!, users + 1);
  }

  give(array: Float64Array | undefined): void {
    const users = array && this.#users.get(array);
    if (users === undefined) return;
    this.#users.set(array!, users - 1);
    if (users > 1) return;
    this.#users.delete(array!);
    const others = this.#free.get(array!.length);
    if (others === undefined) this.#free.set(array!.length, [array!]);
    else others.push(array!);
  }
}

const entriesOf = (given: ArrayLike<number> | Numbers): ArrayLike<number> =>
  "data" in given ? given.data : given;

/**
 * Runs plans in float64, on no backend: slower than tensors, and right to sixteen digits. Values may
 * share their entries with each other and with what was handed in, and are to be read only; there is
 * nothing to free.
 */
export const float64: Target<Numbers, ArrayLike<number>> = {
  bytes: Float64Array.BYTES_PER_ELEMENT,
  examples: (given, shape) => entriesOf(given).length / count(shape.filter((n) => n !== BATCH)),
  input(given, shape, tensor) {
    const entries = entriesOf(given);
    assertCount(entries.length, shape, tensor);
    return { shape, data: entries instanceof Float64Array ? entries : new Float64Array(entries) };
  },
  time: (time) => ({ shape: [], data: Float64Array.of(time) }),
  prepare(work) {
    const bound = new Map<number, Bound>();
    let kept = 0;
    return (read, batch) => {
      let known = bound.get(batch);
      if (known === undefined) {
        known = bindWork(work, batch);
        kept += known.entries;
        if (kept > KEPT) {
          bound.clear();
          kept = known.entries;
        }
        bound.set(batch, known);
      }
      return known.run(read);
    };
  },
  cut({ shape, data }, axis, { from, count: examples }) {
    const strides = stridesOf(shape);
    const cut = shape.with(axis, examples);
    const start = from * strides[axis];
    if (axis === 0) return { shape: cut, data: data.subarray(start, start + count(cut)) };
    const result = new Float64Array(count(cut));
    copying(cut, strides)(result, data.subarray(start), data, data);
    return { shape: cut, data: result };
  },
  join(parts) {
    const examples = parts.reduce((total, { shape }) => total + shape[0], 0);
    const shape = parts[0].shape.with(0, examples);
    const data = new Float64Array(count(shape));
    let next = 0;
    for (const part of parts) {
      data.set(part.data, next);
      next += part.data.length;
    }
    return { shape, data };
  },
  share: (numbers) => numbers,
  replace: (_, by) => by,
  free: () => undefined,
};
