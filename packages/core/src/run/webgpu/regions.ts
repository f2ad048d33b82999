// What a workgroup does with one example, in the language of shaders: loops, products and moves.
//
// A region is a function of a table of addresses, the example and the thread. Its text knows the
// sizes of one example and no address, so that the same loop over other arrays is the same text.
// Sums and extrema are those of teams of threads: each thread goes on alone along its part of what is
// reduced, and then a tree joins what they found.

import { product } from "../../plan/axis-moves.ts";
import { boundShape, type Instruction } from "../../plan/instruction.ts";
import type { Action, View } from "../simd/actions.ts";
import { accessesOf, type Axis, axesOf, type Loop, stepsOf } from "../simd/loops.ts";
import { literal, OPERATIONS } from "./functions.ts";

/** Threads of a workgroup. */
export const THREADS = 256;
/** Numbers that one thread adds up before it begins anew, so that a long sum loses few bits. */
const RUN = 128;
/** Numbers that a thread adds up alone, where others could help. */
const ALONE = 8;
/** Neighbours that read one row together. */
const NEIGHBOURS = 8;

/** Statements that a workgroup runs, and the arrays that its table names, with numbers behind them. */
export interface Region {
  readonly text: string;
  readonly arrays: readonly number[];
  readonly numbers: readonly number[];
}

/** The numbers of a table for one array: where it begins, and how far the next example is. */
const PER_ARRAY = 2;

/** The region of an action; `shapes` are those of all slots. */
export function regionOf(action: Action, shapes: readonly (readonly number[])[]): Region {
  switch (action.kind) {
    case "loop":
      return { text: loopText(action.loop), arrays: action.arrays, numbers: [] };
    case "product": {
      const { a, b, writes } = action;
      const shape = shapes[writes[0]];
      return {
        text: loopText(productLoop(a, b, shape)),
        arrays: [a.base, b.base, ...writes],
        numbers: [],
      };
    }
    case "move":
      return moveRegion(action.task.instruction, [...action.reads, ...action.writes], shapes);
    case "band":
    case "check":
      throw new TypeError(`shaders have no ${action.kind}`);
  }
}

/** A copy of as many numbers of every example as the table says behind its addresses. */
export const COPY = `${addresses(2)}
for (var q = thread; q < script[table + ${2 * PER_ARRAY}u]; q += ${THREADS}u) { memory[p1 + q] = memory[p0 + q]; }`;

/** A copy of numbers with steps of their own. */
export function copyText(sizes: readonly number[], strides: readonly number[]): string {
  return loopText({
    sizes,
    steps: [
      { kind: "load", access: { array: 0, strides } },
      { kind: "store", access: { array: 1, strides: stepsOf(sizes) }, step: 0 },
    ],
    arrays: 2,
  });
}

/** A product of matrices, or of two stacks of them, as a sum. */
function productLoop(a: View, b: View, shape: readonly number[]): Loop {
  const lead = shape.length - 2;
  const strides = ({ sizes, strides: steps }: View, rows: boolean) => {
    const own = sizes.length - 2;
    const step = (axis: number) => (axis < 0 || sizes[axis] === 1 ? 0 : steps[axis]);
    const stack = Array.from({ length: lead }, (_, axis) => step(axis - lead + own));
    return rows ? [...stack, step(own), 0, step(own + 1)] : [...stack, 0, step(own + 1), step(own)];
  };
  return {
    sizes: [...shape, a.sizes.at(-1)!],
    steps: [
      { kind: "load", access: { array: 0, strides: strides(a, true) } },
      { kind: "load", access: { array: 1, strides: strides(b, false) } },
      { kind: "apply", op: "mul", args: [0, 1] },
    ],
    arrays: 3,
    reduction: {
      op: "sum",
      axes: [shape.length],
      step: 2,
      access: { array: 2, strides: [...stepsOf(shape), 0] },
    },
  };
}

/** A loop over one example. */
function ofOne(loop: Loop): Loop {
  const one = (counts: readonly number[]) => boundShape(counts, 1);
  const { sizes, steps, reduction } = loop;
  const access = (given: { readonly array: number; readonly strides: readonly number[] }) => ({
    ...given,
    strides: one(given.strides),
  });
  return {
    ...loop,
    sizes: one(sizes),
    steps: steps.map((step) =>
      "access" in step ? { ...step, access: access(step.access) } : step,
    ),
    ...(reduction && { reduction: { ...reduction, access: access(reduction.access) } }),
  };
}

const entries = (axes: readonly Axis[]): number => product(axes.map(({ size }) => Number(size)));

/** The places along axes of a count of entries, as statements; `names` are those of the places. */
function placesOf(axes: readonly Axis[], count: string, names: readonly string[]): string {
  if (axes.length === 0) return "";
  const lines: string[] = [];
  let rest = count;
  for (let axis = axes.length - 1; axis > 0; axis--) {
    lines.push(`let ${names[axis]} = ${rest} % ${axes[axis].size}u;`);
    lines.push(`let ${names[axis]}r = ${rest} / ${axes[axis].size}u;`);
    rest = `${names[axis]}r`;
  }
  return [...lines, `let ${names[0]} = ${rest};`].join(" ");
}

/** The statements of a loop. */
export function loopText(given: Loop): string {
  const loop = ofOne(given);
  const accesses = accessesOf(loop);
  const axes = axesOf(loop, accesses);
  const names = axes.map((_, axis) => `i${axis}`);
  const place = (access: number) =>
    [
      `p${accesses[access].array}`,
      ...axes.flatMap(({ strides }, axis) => {
        const step = strides[access];
        return step === 0 ? [] : [step === 1 ? names[axis] : `${names[axis]} * ${step}u`];
      }),
    ].join(" + ");
  const point = (): string => {
    let access = -1;
    const lines = loop.steps.map((step, n) => {
      if ("access" in step) access++;
      switch (step.kind) {
        case "load":
          return `let v${n} = memory[${place(access)}];`;
        case "literal":
          return `let v${n} = ${literal(step.value)};`;
        case "apply":
          return `let v${n} = ${OPERATIONS[step.op]!(...step.args.map((arg) => `v${arg}`))};`;
        case "store":
          return `let v${n} = v${step.step}; memory[${place(access)}] = v${n};`;
      }
    });
    return lines.join("\n");
  };
  const own = (reduced: boolean) =>
    axes
      .map((axis, n) => ({ axis, name: names[n] }))
      .filter(({ axis }) => axis.reduced === reduced);
  const placesIn = (reduced: boolean, count: string) =>
    placesOf(
      own(reduced).map(({ axis }) => axis),
      count,
      own(reduced).map(({ name }) => name),
    );
  const before = addresses(loop.arrays);
  const all = entries(axes.filter(({ reduced }) => !reduced));
  const { reduction } = loop;
  if (loop.sizes.includes(0) && reduction === undefined) return before;
  if (reduction === undefined) {
    return `${before}
for (var q = thread; q < ${all}u; q += ${THREADS}u) {
${placesIn(false, "q")}
${point()}
}`;
  }
  if (reduction.axes.every((axis) => loop.sizes[axis] > 0) && loop.sizes.includes(0)) return before;
  const reduced = axes.filter((axis) => axis.reduced);
  const many = entries(reduced);
  const { neutral, join } = TOTALS[reduction.op];
  const result = place(accesses.length - 1);
  const isLong = reduction.op === "sum" && many > RUN;
  const { team, isRow } = teamFor(all, many, reduced.at(-1), accesses.length - 1);
  const teams = THREADS / team;
  const [lane, mine] = isRow
    ? [`thread % ${team}u`, `thread / ${team}u`]
    : [`thread / ${teams}u`, `thread % ${teams}u`];
  const sums = `var total = ${neutral};
${isLong ? `var run = ${neutral}; var ran = 0u;` : ""}
${
  many === 0
    ? ""
    : `for (var r = ${team === 1 ? "0u" : "lane"}; r < ${many}u; r += ${team}u) {
${placesIn(true, "r")}
${point()}
${
  isLong
    ? `run = run + v${reduction.step};
ran++;
if (ran == ${RUN}u) { total = total + run; run = 0f; ran = 0u; }`
    : `total = ${join("total", `v${reduction.step}`)};`
}
}`
}
${isLong ? "total = total + run;" : ""}`;
  if (team === 1) {
    return `${before}
for (var q = thread; q < ${all}u; q += ${THREADS}u) {
${placesIn(false, "q")}
${sums}
memory[${result}] = total;
}`;
  }
  const step = isRow ? 1 : teams;
  const tree: string[] = [];
  for (let half = team / 2; half >= 1; half /= 2) {
    tree.push(
      `if (lane < ${half}u) { partials[thread] = ${join("partials[thread]", `partials[thread + ${half * step}u]`)}; }`,
      "workgroupBarrier();",
    );
  }
  return `${before}
let lane = ${lane};
for (var first = 0u; first < ${all}u; first += ${teams}u) {
let q = first + ${mine};
if (q < ${all}u) {
${placesIn(false, "q")}
${sums}
partials[thread] = total;
}
workgroupBarrier();
${tree.join("\n")}
if (lane == 0u && q < ${all}u) {
${placesIn(false, "q")}
memory[${result}] = partials[thread];
}
${all > teams ? "workgroupBarrier();" : ""}
}`;
}

const TOTALS = {
  sum: { neutral: "0f", join: (a: string, b: string) => `${a} + ${b}` },
  prod: { neutral: "1f", join: (a: string, b: string) => `${a} * ${b}` },
  max: { neutral: "-infinity()", join: (a: string, b: string) => `larger(${a}, ${b})` },
  min: { neutral: "infinity()", join: (a: string, b: string) => `smaller(${a}, ${b})` },
};

/**
 * How many threads share a total, and whether they are neighbours: so that neighbours read
 * neighbours, along a row that is reduced or across totals.
 */
function teamFor(
  all: number,
  many: number,
  last: Axis | undefined,
  loads: number,
): { readonly team: number; readonly isRow: boolean } {
  const isRow = last?.strides.slice(0, loads).some((stride) => stride === 1) ?? false;
  let team = 1;
  // A tree costs as much as some steps of a thread.
  while (team < THREADS && team * ALONE < many) {
    const isIdle = all * team < THREADS;
    if (!isIdle && !(isRow && team < NEIGHBOURS)) break;
    team *= 2;
  }
  return { team, isRow };
}

/** The addresses of the arrays of a table. */
function addresses(count: number): string {
  return Array.from(
    { length: count },
    (_, n) =>
      `let p${n} = script[table + ${PER_ARRAY * n}u] + example * script[table + ${PER_ARRAY * n + 1}u];`,
  ).join("\n");
}

/** Numbers that move to places known one by one; the places stand behind the addresses of a table. */
function moveRegion(
  { op, inputs, numbers }: Instruction,
  arrays: readonly number[],
  shapes: readonly (readonly number[])[],
): Region {
  const shape = boundShape(shapes[arrays.at(-1)!], 1);
  const from = inputs.length > 0 ? boundShape(shapes[inputs[0]], 1) : [];
  const all = product(shape);
  const to = `p${arrays.length - 1}`;
  const listed = `script[table + ${PER_ARRAY * arrays.length}u`;
  const filled = (value: string, those: readonly number[] = []): Region => ({
    text: `${addresses(arrays.length)}
for (var q = thread; q < ${all}u; q += ${THREADS}u) {
${value}
}`,
    arrays,
    numbers: those,
  });
  if (all === 0) return { text: "", arrays, numbers: [] };
  switch (op) {
    case "constant":
      return filled(`memory[${to} + q] = ${literal(numbers[0])};`);
    case "range":
      return filled(`memory[${to} + q] = f32(q);`);
    case "indices":
      return filled(`memory[${to} + q] = f32(${listed} + q]);`, numbers);
    case "gather": {
      const count = `${numbers.length}u`;
      return filled(
        `memory[${to} + q] = memory[p0 + (q / ${count}) * ${from.at(-1)!}u + ${listed} + q % ${count}]];`,
        numbers,
      );
    }
    case "take": {
      const [, n, c] = from;
      const places = shape[1];
      return filled(`let at = u32(memory[p1 + (q / ${c}u) % ${places}u]);
memory[${to} + q] = memory[p0 + ((q / ${c * places}u) * ${n}u + at) * ${c}u + q % ${c}u];`);
    }
    case "pad": {
      const [, n, c] = from;
      return filled(`let row = (q / ${c}u) % ${n + 1}u;
if (row == ${n}u) { memory[${to} + q] = ${literal(numbers[0])}; }
else { memory[${to} + q] = memory[p0 + ((q / ${c * (n + 1)}u) * ${n}u + row) * ${c}u + q % ${c}u]; }`);
    }
    default:
      throw new TypeError(`there is no way to run ${op} in a shader`);
  }
}
