// What every operation of a plan should give, in float64 and by plain loops.

import type { RunOp } from "@hamlet/core";
import { SCALAR_FUNCTIONS, type ScalarFunction } from "@hamlet/graph";
import type { Operand, OperationCase } from "./case.ts";
import { countOf } from "./values.ts";

type Entrywise = (...args: number[]) => number;

/** Operations of plans that the graph has no function of that name for. */
const ENTRYWISE: Partial<Record<RunOp, Entrywise>> = {
  sub: (a, b) => a - b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  rsqrt: (x) => 1 / Math.sqrt(x),
  select: (condition, yes, no) => (condition === 0 ? no : yes),
};

const REDUCTIONS: Partial<Record<RunOp, readonly [Entrywise, number]>> = {
  sum: [(a, b) => a + b, 0],
  prod: [(a, b) => a * b, 1],
  max: [(a, b) => Math.max(a, b), -Infinity],
  min: [(a, b) => Math.min(a, b), Infinity],
};

/** A function of single entries; undefined for reductions and for what moves data. */
export function entrywise(op: RunOp): Entrywise | undefined {
  if (op in REDUCTIONS) return undefined;
  return ENTRYWISE[op] ?? SCALAR_FUNCTIONS[op as ScalarFunction]?.evaluate;
}

/** The entries that an operation should give, row-major. */
export function expectedOf({ op, inputs, numbers }: OperationCase): number[] {
  const f = entrywise(op);
  if (f !== undefined) return broadcast(f, inputs);
  const reduction = REDUCTIONS[op];
  if (reduction !== undefined) return reduced(reduction, inputs[0], numbers);
  switch (op) {
    case "constant":
      return [numbers[0]];
    case "range":
      return Array.from({ length: numbers[0] }, (_, i) => i);
    case "reshape":
      return [...inputs[0].values];
    case "matmul":
      return product(inputs[0], inputs[1]);
    case "transpose":
      return picked(
        numbers.map((axis) => inputs[0].shape[axis]),
        inputs[0],
        (point) => point.map((_, axis) => point[numbers.indexOf(axis)]),
      );
    case "tile":
      return picked(
        inputs[0].shape.map((n, axis) => n * numbers[axis]),
        inputs[0],
        (point) => point.map((i, axis) => i % inputs[0].shape[axis]),
      );
    case "gather":
      return picked([...inputs[0].shape.slice(0, -1), numbers.length], inputs[0], (point) => [
        ...point.slice(0, -1),
        numbers[point.at(-1)!],
      ]);
    default:
      throw new Error(`there is no reference for ${op}`);
  }
}

/** The arguments that entry `position` of an entrywise result comes from. */
export function argumentsOf(inputs: readonly Operand[], position: number): number[] {
  const shape = jointShape(inputs);
  const point = pointAt(shape, position);
  return inputs.map((input) => {
    const own = point.slice(point.length - input.shape.length);
    return input.values[
      offset(
        input.shape,
        own.map((i, axis) => i % input.shape[axis]),
      )
    ];
  });
}

function broadcast(f: Entrywise, inputs: readonly Operand[]): number[] {
  return Array.from({ length: countOf(jointShape(inputs)) }, (_, position) =>
    f(...argumentsOf(inputs, position)),
  );
}

/** The shape to which shapes are stretched. */
export function jointShape(inputs: readonly Operand[]): number[] {
  const rank = Math.max(...inputs.map((input) => input.shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...inputs.map(({ shape }) => shape.at(axis - rank) ?? 1)),
  );
}

function reduced(
  [combine, neutral]: readonly [Entrywise, number],
  input: Operand,
  axes: readonly number[],
): number[] {
  const kept = input.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const shape = kept.map((axis) => input.shape[axis]);
  const result = Array<number>(countOf(shape)).fill(neutral);
  input.values.forEach((value, position) => {
    const point = pointAt(input.shape, position);
    const place = offset(
      shape,
      kept.map((axis) => point[axis]),
    );
    result[place] = combine(result[place], value);
  });
  return result;
}

function product(a: Operand, b: Operand): number[] {
  const [rows, inner] = a.shape.slice(-2);
  const columns = b.shape.at(-1)!;
  const count = countOf(a.shape.slice(0, -2));
  const result: number[] = [];
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          total += a.values[(n * rows + i) * inner + k] * b.values[(n * inner + k) * columns + j];
        }
        result.push(total);
      }
    }
  }
  return result;
}

function picked(
  shape: readonly number[],
  input: Operand,
  source: (point: number[]) => number[],
): number[] {
  return Array.from(
    { length: countOf(shape) },
    (_, position) => input.values[offset(input.shape, source(pointAt(shape, position)))],
  );
}

function pointAt(shape: readonly number[], position: number): number[] {
  const point = shape.map(() => 0);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    point[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return point;
}

function offset(shape: readonly number[], point: readonly number[]): number {
  return shape.reduce((total, n, axis) => total * n + point[axis], 0);
}
