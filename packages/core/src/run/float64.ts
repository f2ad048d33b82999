// The target of plain arrays of float64 numbers: for what must be exact, such as the place of a saddle.
//
// TensorFlow.js has no float64, and an interpreter that walks expressions is slow. A plan says the
// same in few large operations, each of which is a loop or two here.

import { HamError, type NumberArray, SCALAR_FUNCTIONS, type ScalarFunction } from "@hamlet/graph";
import { addProduct } from "../numbers/product.ts";
import { BATCH, boundShape } from "../plan/instruction.ts";
import { atOnce } from "../turn.ts";
import type { RunOp } from "./kernels.ts";
import { oneByOne, type Target } from "./target.ts";

/** What this target computes with. */
export type Numbers = NumberArray<Float64Array>;

type Run = (inputs: readonly Numbers[], numbers: readonly number[], batch: number) => Numbers;

const count = (shape: readonly number[]): number => shape.reduce((total, n) => total * n, 1);

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => count(shape.slice(axis + 1)));
}

/** Axes to walk with their steps through several arrays; neighbours that can be are one. */
interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
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
  return { sizes, strides: steps };
}

/** Calls `row` for every run along the last axis, with where it begins in each array. */
function walk({ sizes, strides }: Walk, row: (offsets: readonly number[]) => void): void {
  if (sizes.includes(0)) return;
  const outer = sizes.length - 1;
  const point = sizes.map(() => 0);
  const offsets = strides.map(() => 0);
  for (;;) {
    row(offsets);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      point[axis]++;
      const isOver = point[axis] === sizes[axis];
      const steps = isOver ? 1 - sizes[axis] : 1;
      for (let k = 0; k < offsets.length; k++) offsets[k] += steps * strides[k][axis];
      if (!isOver) break;
      point[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** The entries of `source` at `start` and steps from it, as an array of that shape. */
function copied(
  source: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  result: readonly number[] = shape,
): Numbers {
  const data = new Float64Array(count(shape));
  const plan = merged(shape, [stridesOf(shape), strides]);
  const length = plan.sizes.at(-1) ?? 1;
  const [to, from] = plan.strides.map((steps) => steps.at(-1) ?? 0);
  walk(plan, ([into, at]) => {
    for (let i = 0; i < length; i++) data[into + i * to] = source[at + i * from];
  });
  return { shape: result, data };
}

/** Entry by entry. A plain loop takes half the time of `data.map`. */
const one =
  (f: (x: number) => number): Run =>
  ([{ shape, data }]) => {
    const result = new Float64Array(data.length);
    for (let i = 0; i < result.length; i++) result[i] = f(data[i]);
    return { shape, data: result };
  };
const scalar = (name: ScalarFunction): Run => one(SCALAR_FUNCTIONS[name].evaluate);

type RowLoop = (
  n: number,
  out: Float64Array,
  at: number,
  a: Float64Array,
  from: readonly [number, number],
  b: Float64Array,
  steps: readonly [number, number],
) => void;

/** Entry by entry, where axes of one entry are repeated. */
const rows =
  (loop: RowLoop): Run =>
  ([a, b]) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const padded = [a, b].map(({ shape }) => [
      ...Array.from({ length: rank - shape.length }, () => 1),
      ...shape,
    ]);
    const shape = padded[0].map((n, axis) => (n === 1 ? padded[1][axis] : n));
    const repeated = padded.map((own) =>
      stridesOf(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride)),
    );
    const data = new Float64Array(count(shape));
    const plan = merged(shape, [stridesOf(shape), ...repeated]);
    const length = plan.sizes.at(-1) ?? 1;
    const [, stepA, stepB] = plan.strides.map((steps) => steps.at(-1) ?? 0);
    walk(plan, ([into, fromA, fromB]) =>
      loop(length, data, into, a.data, [fromA, fromB], b.data, [stepA, stepB]),
    );
    return { shape, data };
  };

// The commonest have loops of their own: a call for every entry takes several times as long.
const add = rows((n, out, at, a, [i, j], b, [p, q]) => {
  for (let k = 0; k < n; k++) out[at + k] = a[i + k * p] + b[j + k * q];
});
const subtract = rows((n, out, at, a, [i, j], b, [p, q]) => {
  for (let k = 0; k < n; k++) out[at + k] = a[i + k * p] - b[j + k * q];
});
const multiply = rows((n, out, at, a, [i, j], b, [p, q]) => {
  for (let k = 0; k < n; k++) out[at + k] = a[i + k * p] * b[j + k * q];
});
const divide = rows((n, out, at, a, [i, j], b, [p, q]) => {
  for (let k = 0; k < n; k++) out[at + k] = a[i + k * p] / b[j + k * q];
});
const pairs = (name: ScalarFunction): Run => {
  const { evaluate } = SCALAR_FUNCTIONS[name];
  return rows((n, out, at, a, [i, j], b, [p, q]) => {
    for (let k = 0; k < n; k++) out[at + k] = evaluate(a[i + k * p], b[j + k * q]);
  });
};

/** Joins `n` entries from `from` on to one total. */
type Join = (total: number, data: Float64Array, from: number, n: number) => number;

/** Reduces the axes in `numbers` away. */
const reduction =
  (empty: number, join: Join): Run =>
  ([{ shape, data }], axes) => {
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    const steps = stridesOf(kept);
    let next = 0;
    const into = shape.map((_, axis) => (axes.includes(axis) ? 0 : steps[next++]));
    const plan = merged(shape, [stridesOf(shape), into]);
    const length = plan.sizes.at(-1) ?? 1;
    const step = plan.strides[1].at(-1) ?? 0;
    const result = new Float64Array(count(kept)).fill(empty);
    walk(plan, ([from, to]) => {
      if (step === 0) {
        result[to] = join(result[to], data, from, length);
      } else {
        for (let i = 0; i < length; i++) {
          const at = to + i * step;
          result[at] = join(result[at], data, from + i, 1);
        }
      }
    });
    return { shape: kept, data: result };
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
const SMALL = 2 ** 12;

/** A product of matrices, or of two stacks of them. */
const matrixProduct: Run = ([a, b]) => {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape.at(-1)!;
  const stack = a.shape.slice(0, -2);
  const data = new Float64Array(count(stack) * m * n);
  const isSmall = Math.min(m, n) < THIN || m * k * n < SMALL;
  for (let s = 0; s < count(stack); s++) {
    if (!isSmall) {
      const left = { data: a.data, offset: s * m * k, row: k, depth: 1 };
      const right = { data: b.data, offset: s * k * n, row: 1, depth: n };
      const sums = { data, offset: s * m * n, row: n };
      atOnce(addProduct(sums, left, right, { rows: m, columns: n, depth: k }));
      continue;
    }
    for (let row = 0; row < m; row++) {
      const into = (s * m + row) * n;
      if (n < THIN) {
        // The same sums in the same order, one after the other.
        const left = (s * m + row) * k;
        for (let column = 0; column < n; column++) {
          let sum = 0;
          let at = s * k * n + column;
          for (let middle = 0; middle < k; middle++, at += n)
            sum += a.data[left + middle] * b.data[at];
          data[into + column] = sum;
        }
        continue;
      }
      for (let middle = 0; middle < k; middle++) {
        const factor = a.data[(s * m + row) * k + middle];
        const from = (s * k + middle) * n;
        for (let column = 0; column < n; column++) {
          data[into + column] += factor * b.data[from + column];
        }
      }
    }
  }
  return { shape: [...stack, m, n], data };
};

const OPERATIONS: Readonly<Record<RunOp, Run>> = {
  constant: (_, [value]) => ({ shape: [], data: Float64Array.of(value) }),
  range: (_, [n]) => ({ shape: [n], data: Float64Array.from({ length: n }, (__, i) => i) }),
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
  exp: one(Math.exp),
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
  select: ([condition, yes, no]) => ({
    shape: yes.shape,
    data: yes.data.map((x, i) => (condition.data[i] === 0 ? no.data[i] : x)),
  }),
  sum: reduction(0, total),
  prod: reduction(1, product),
  max: reduction(-Infinity, largest),
  min: reduction(Infinity, smallest),
  matmul: matrixProduct,
  transpose: ([{ shape, data }], permutation) => {
    const strides = stridesOf(shape);
    return copied(
      data,
      permutation.map((axis) => shape[axis]),
      permutation.map((axis) => strides[axis]),
    );
  },
  reshape: ([{ data }], shape, batch) => ({ shape: boundShape(shape, batch), data }),
  tile: ([{ shape, data }], numbers, batch) => {
    const repeats = boundShape(numbers, batch);
    const strides = stridesOf(shape);
    return copied(
      data,
      shape.flatMap((n, axis) => [repeats[axis], n]),
      strides.flatMap((stride) => [0, stride]),
      shape.map((n, axis) => n * repeats[axis]),
    );
  },
  indices: (_, positions) => ({ shape: [positions.length], data: new Float64Array(positions) }),
  gather: ([{ shape, data }], positions) => {
    const n = shape.at(-1)!;
    const result = new Float64Array((data.length / Math.max(n, 1)) * positions.length);
    for (let i = 0; i < result.length; i++) {
      const row = Math.floor(i / positions.length);
      result[i] = data[row * n + positions[i % positions.length]];
    }
    return { shape: [...shape.slice(0, -1), positions.length], data: result };
  },
  take: ([{ shape, data }, places]) => {
    const [a, n, c] = shape;
    const wanted = places.data.length;
    const result = new Float64Array(a * wanted * c);
    for (let i = 0; i < a; i++) {
      for (let p = 0; p < wanted; p++) {
        const from = (i * n + places.data[p]) * c;
        result.set(data.subarray(from, from + c), (i * wanted + p) * c);
      }
    }
    return { shape: [a, wanted, c], data: result };
  },
  pad: ([{ shape, data }], [value]) => {
    const [a, n, c] = shape;
    const result = new Float64Array(a * (n + 1) * c).fill(value);
    for (let i = 0; i < a; i++) {
      result.set(data.subarray(i * n * c, (i + 1) * n * c), i * (n + 1) * c);
    }
    return { shape: [a, n + 1, c], data: result };
  },
};

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
  input(given, shape, { name }) {
    const entries = entriesOf(given);
    if (entries.length === count(shape)) {
      return { shape, data: entries instanceof Float64Array ? entries : new Float64Array(entries) };
    }
    throw new HamError(
      "core/input-shape",
      `The value for "${name}" has ${entries.length} entries, where [${shape.join(", ")}] was expected.`,
    );
  },
  time: (time) => ({ shape: [], data: Float64Array.of(time) }),
  prepare: (work) =>
    oneByOne(work, {
      run: ({ op, numbers }, inputs, batch) => OPERATIONS[op](inputs, numbers, batch),
      free: () => undefined,
    }),
  cut({ shape, data }, axis, { from, count: examples }) {
    const strides = stridesOf(shape);
    const cut = shape.with(axis, examples);
    const start = from * strides[axis];
    if (axis === 0) return { shape: cut, data: data.subarray(start, start + count(cut)) };
    return copied(data.subarray(start), cut, strides);
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
