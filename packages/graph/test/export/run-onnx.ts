// The operations of ONNX that exports use, by plain loops in float64: what a file computes without a
// runtime. The fixtures, which ONNX Runtime computed, hold it to the standard.

import type { OnnxGraph, OnnxModel, OnnxNode, OnnxPort } from "@hamlet/graph";

interface Entries {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const truth = (value: boolean): number => (value ? 1 : 0);

/** Every point of a grid, row-major. */
function points(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((point) => Array.from({ length: n }, (_, i) => [...point, i])),
    [[]],
  );
}

function at({ shape, data }: Entries, point: readonly number[]): number {
  const own = point.slice(point.length - shape.length);
  return data[shape.reduce((offset, n, axis) => offset * n + (n === 1 ? 0 : own[axis]), 0)];
}

function broadcast(parts: readonly Entries[], f: (...values: number[]) => number): Entries {
  const rank = Math.max(...parts.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(...parts.map((part) => part.shape[axis - rank + part.shape.length] ?? 1)),
  );
  return { shape, data: points(shape).map((point) => f(...parts.map((part) => at(part, point)))) };
}

const ENTRYWISE: Readonly<Record<string, (...values: number[]) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Abs: Math.abs,
  Sign: Math.sign,
  Relu: (x) => Math.max(x, 0),
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
  Sin: Math.sin,
  Cos: Math.cos,
  Ceil: Math.ceil,
  Equal: (a, b) => truth(a === b),
  Less: (a, b) => truth(a < b),
  LessOrEqual: (a, b) => truth(a <= b),
  Greater: (a, b) => truth(a > b),
  Not: (a) => truth(a === 0),
  And: (a, b) => truth(a !== 0 && b !== 0),
  Or: (a, b) => truth(a !== 0 || b !== 0),
  Where: (condition, yes, no) => (condition === 0 ? no : yes),
  Identity: (x) => x,
};

const JOINS: Readonly<Record<string, [number, (a: number, b: number) => number]>> = {
  ReduceSum: [0, (a, b) => a + b],
  ReduceProd: [1, (a, b) => a * b],
  ReduceMax: [-Infinity, Math.max],
  ReduceMin: [Infinity, Math.min],
};

function reduced(node: OnnxNode, [x, axesInput]: readonly Entries[]): Entries {
  const [empty, join] = JOINS[node.op];
  const axes = (node.attributes["axes"] as number[] | undefined) ?? axesInput.data;
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const totals = new Map<string, number>();
  for (const point of points(x.shape)) {
    const key = point.map((place, axis) => (kept[axis] === 1 ? 0 : place)).join();
    totals.set(key, join(totals.get(key) ?? empty, at(x, point)));
  }
  const data = points(kept).map((point) => totals.get(point.join()) ?? empty);
  const shape = kept.filter((_, axis) => node.attributes["keepdims"] === 1 || !axes.includes(axis));
  return { shape, data };
}

function einsum(node: OnnxNode, inputs: readonly Entries[]): Entries {
  const [left, result] = (node.attributes["equation"] as string).split("->");
  const words = left.split(",");
  const sizes = new Map<string, number>();
  words.forEach((word, k) =>
    word.split("").forEach((letter, i) => sizes.set(letter, inputs[k].shape[i])),
  );
  const letters = [...sizes.keys()];
  const lengths = [...sizes.values()];
  const strides = (word: string) => {
    const places = letters.map((letter) => word.indexOf(letter));
    return places.map((place) =>
      place < 0
        ? 0
        : count(
            word
              .slice(place + 1)
              .split("")
              .map((letter) => sizes.get(letter) ?? 1),
          ),
    );
  };
  const shape = result.split("").map((letter) => sizes.get(letter)!);
  const data = Array.from({ length: count(shape) }, () => 0);
  const steps = [...words, result].map(strides);
  const walk = (axis: number, offsets: readonly number[]): void => {
    if (axis === letters.length) {
      data[offsets[words.length]] += inputs.reduce((x, part, k) => x * part.data[offsets[k]], 1);
      return;
    }
    for (let n = 0; n < lengths[axis]; n++) {
      walk(
        axis + 1,
        offsets.map((offset, k) => offset + n * steps[k][axis]),
      );
    }
  };
  walk(
    0,
    steps.map(() => 0),
  );
  return { shape, data };
}

function run(node: OnnxNode, inputs: readonly Entries[]): Entries {
  const [x, second] = inputs;
  const entrywise = ENTRYWISE[node.op];
  if (entrywise !== undefined) return broadcast(inputs, entrywise);
  if (node.op in JOINS) return reduced(node, inputs);
  switch (node.op) {
    case "Cast":
      return node.attributes["to"] === 9 ? broadcast([x], (value) => truth(value !== 0)) : x;
    case "Reshape":
      return { shape: filled(second.data, x.data.length), data: x.data };
    case "Shape":
      return vector(
        x.shape.slice(node.attributes["start"] as number, node.attributes["end"] as number),
      );
    case "Concat":
      return vector(inputs.flatMap(({ data }) => data));
    case "Expand":
      return broadcast(
        [x, { shape: second.data, data: Array.from({ length: count(second.data) }, () => 0) }],
        (a) => a,
      );
    case "Gather":
      return gathered(node, x, second);
    case "Transpose": {
      const perm = node.attributes["perm"] as number[];
      const shape = perm.map((axis) => x.shape[axis]);
      const back = perm.map((_, axis) => perm.indexOf(axis));
      return {
        shape,
        data: points(shape).map((point) =>
          at(
            x,
            back.map((axis) => point[axis]),
          ),
        ),
      };
    }
    case "Einsum":
      return einsum(node, inputs);
    default:
      throw new Error(`no ${node.op}`);
  }
}

const vector = (data: readonly number[]): Entries => ({ shape: [data.length], data });

/** A shape with its one open size, −1, found from the number of entries. */
function filled(shape: readonly number[], entries: number): readonly number[] {
  const known = count(shape.filter((size) => size !== -1));
  return shape.map((size) => (size === -1 ? entries / known : size));
}

function gathered({ attributes }: OnnxNode, x: Entries, places: Entries): Entries {
  if ((attributes["axis"] ?? 0) === 0) {
    return { shape: places.shape, data: places.data.map((place) => x.data[place]) };
  }
  const [rows, width] = x.shape;
  const data = Array.from({ length: rows }, (_, row) =>
    places.data.map((place) => x.data[row * width + place]),
  );
  return { shape: [rows, ...places.shape], data: data.flat() };
}

type Known = Map<string, Entries>;

function loop({ inputs, outputs, attributes }: OnnxNode, known: Known): void {
  const body = attributes["body"] as OnnxGraph;
  const [most, first, ...carried] = inputs.map((name) => known.get(name)!);
  let state = carried;
  let goesOn = first.data[0];
  for (let step = 0; step < most.data[0] && goesOn !== 0; step++) {
    const inside: Known = new Map(known);
    const given = [{ shape: [], data: [step] }, { shape: [], data: [goesOn] }, ...state];
    body.inputs.forEach(({ name }, k) => inside.set(name, given[k]));
    runNodes(body.nodes, inside);
    const [condition, ...next] = body.outputs.map(({ name }) => inside.get(name)!);
    goesOn = condition.data[0];
    state = next;
  }
  outputs.forEach((name, k) => known.set(name, state[k]));
}

function runNodes(nodes: readonly OnnxNode[], known: Known): void {
  for (const node of nodes) {
    if (node.op === "Loop") loop(node, known);
    else {
      const inputs = node.inputs.map((input) => known.get(input)!);
      known.set(node.outputs[0], run(node, inputs));
    }
  }
}

function shapeOf({ shape }: OnnxPort, entries: number): readonly number[] {
  return filled(
    shape.map((size) => (typeof size === "string" ? -1 : size)),
    entries,
  );
}

/** Every output of a model by its name. */
export function runOnnx(
  { inputs, constants, nodes, outputs }: OnnxModel,
  given: ReadonlyMap<string, readonly number[]>,
): Map<string, readonly number[]> {
  const known: Known = new Map();
  for (const { name, shape, values } of constants) known.set(name, { shape, data: values });
  for (const port of inputs) {
    const data = given.get(port.name);
    if (data !== undefined) known.set(port.name, { shape: shapeOf(port, data.length), data });
    else if (!known.has(port.name)) throw new Error(`no input ${port.name}`);
  }
  runNodes(nodes, known);
  for (const port of outputs) {
    const { shape, data } = known.get(port.name)!;
    if (shapeOf(port, data.length).join() !== shape.join())
      throw new Error(`shape of ${port.name}`);
  }
  return new Map(outputs.map(({ name }) => [name, known.get(name)!.data]));
}
