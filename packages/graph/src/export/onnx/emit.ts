// Expressions as ONNX nodes: one value for every shared part, with one axis for every free index.
//
// All sizes but the number of examples are known here, so parts are aligned by Transpose and Reshape
// to constant shapes, and reads at fixed places or on diagonals become a Gather on the flat array.
// Conditions are float32 numbers, 0 or 1, as everywhere in the graph.

import { invariant } from "../../error.ts";
import { type Environment, sizeOfDim } from "../../expr/evaluate.ts";
import { children } from "../../expr/expr.ts";
import type { ScalarFunction } from "../../expr/scalar-functions.ts";
import type { Apply, Expr, Get, Index, Reduce, Softmax, Tensor } from "../../expr/types.ts";
import type { Batch } from "./batch.ts";
import type { OnnxConstant, OnnxNode } from "./model.ts";
import { makeFold } from "../../expr/parts.ts";

/** The name of a value and the indices that its axes stand for. */
interface Value {
  readonly name: string;
  readonly axes: readonly Index[];
}

type Attributes = OnnxNode["attributes"];

const FLOAT = 1;
const BOOL = 9;

/** Functions that are one operation. */
const DIRECT: Partial<Record<ScalarFunction, string>> = {
  add: "Add",
  mul: "Mul",
  pow: "Pow",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  abs: "Abs",
  sign: "Sign",
  relu: "Relu",
  softplus: "Softplus",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  sin: "Sin",
  cos: "Cos",
  ceil: "Ceil",
  max: "Max",
  min: "Min",
};

/** Comparisons: an operation that gives a truth value. */
const COMPARISONS: Partial<Record<ScalarFunction, string>> = {
  eq: "Equal",
  lt: "Less",
  le: "LessOrEqual",
};

const EXCLUDED = { sum: 0, prod: 1, max: -Infinity, min: Infinity, logsumexp: -Infinity };

/** Collects the nodes of one graph. The bodies of its loops share its constants. */
export class OnnxBody {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[];
  readonly #prefix: string;
  readonly #known: Map<string, string>;

  constructor(prefix = "", around?: OnnxBody) {
    this.#prefix = prefix;
    this.constants = around?.constants ?? [];
    this.#known = around === undefined ? new Map() : around.#known;
  }

  /** One operation; returns the name of its output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = `${this.#prefix}t${this.nodes.length}`,
  ): string {
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  constant(
    type: OnnxConstant["type"],
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): string {
    const key = `${type} [${shape.join()}] ${values.join()}`;
    let name = this.#known.get(key);
    if (name === undefined) {
      name = `c${this.constants.length}`;
      this.constants.push({ name, type, shape, values });
      this.#known.set(key, name);
    }
    return name;
  }
}

/** Where expressions are evaluated. */
export interface ScopeSetup {
  readonly body: OnnxBody;
  readonly sizes: Environment;
  readonly batch: Batch;
  /** What the tensors are called that can be read here. */
  readonly names: ReadonlyMap<Tensor, string>;
  /** Where parts are evaluated that read nothing of `names`, such as before a loop. */
  readonly around?: OnnxScope;
}

/** Expressions at one moment: equal parts are evaluated once. */
export class OnnxScope {
  readonly #body: OnnxBody;
  readonly #sizes: Environment;
  readonly #batch: Batch;
  readonly #around: OnnxScope | null;
  readonly #names: ReadonlyMap<Tensor, string>;
  readonly #done = new Map<Expr, Value>();

  constructor({ body, sizes, batch, names, around }: ScopeSetup) {
    this.#body = body;
    this.#sizes = sizes;
    this.#batch = batch;
    this.#around = around ?? null;
    this.#names = new Map([...names].map(([tensor, name]) => [batch.tensor(tensor), name]));
  }

  /** Gives the value of `expr` over `indices`, of every example, the name `output`. */
  output(expr: Expr, indices: readonly Index[], output: string): void {
    const name = this.#whole(this.#value(this.#batch.expr(expr)), this.#batch.axes(indices));
    this.#body.node("Identity", [name], {}, output);
  }

  #value(expr: Expr): Value {
    let value = this.#done.get(expr);
    if (value === undefined) {
      const outside = this.#around !== null && !this.#isLocal(expr);
      value = outside ? this.#around.#value(expr) : this.#emit(expr);
      this.#done.set(expr, value);
    }
    return value;
  }

  readonly #isLocal = makeFold<boolean>(
    (expr, isLocal) =>
      (expr.kind === "get" && this.#names.has(expr.tensor)) || children(expr).some(isLocal),
  );

  #nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor);
    if (name !== undefined) return name;
    invariant(this.#around !== null, `"${tensor.name}" has a name in an ONNX file`);
    return this.#around.#nameOf(tensor);
  }

  #node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#body.node(op, inputs, attributes);
  }

  #constant(
    type: OnnxConstant["type"],
    values: readonly number[],
    shape?: readonly number[],
  ): string {
    return this.#body.constant(type, values, shape);
  }

  #number(value: number): string {
    return this.#constant("float", [value], []);
  }

  /** The size of an axis; −1, which leaves it to Reshape, for that of the examples. */
  #size(index: Index): number {
    return index === this.#batch.index ? -1 : sizeOfDim(index.dim, this.#sizes);
  }

  #shape(axes: readonly Index[]): number[] {
    return axes.map((index) => this.#size(index));
  }

  #reshape(name: string, shape: readonly number[]): string {
    return this.#node("Reshape", [name, this.#constant("int64", shape)]);
  }

  /** Transposed to the order of `axes`, with an axis of size 1 for each that is missing. */
  #aligned({ name, axes: own }: Value, axes: readonly Index[]): string {
    invariant(
      own.every((index) => axes.includes(index)),
      "no axis is lost",
    );
    if (own.length === 0) return name;
    const wanted = axes.filter((index) => own.includes(index));
    const perm = wanted.map((index) => own.indexOf(index));
    const turned = perm.some((axis, k) => axis !== k)
      ? this.#node("Transpose", [name], { perm })
      : name;
    if (wanted.length === axes.length) return turned;
    return this.#reshape(
      turned,
      axes.map((index) => (own.includes(index) ? this.#size(index) : 1)),
    );
  }

  /** Aligned and repeated, so that every axis has its full size. */
  #whole(value: Value, axes: readonly Index[]): string {
    const name = this.#aligned(value, axes);
    if (axes.every((index) => value.axes.includes(index))) return name;
    return this.#node("Expand", [name, this.#target(value, axes)]);
  }

  /** The shape to expand a value to: that of the examples stays where the value has it already. */
  #target(value: Value, axes: readonly Index[]): string {
    const { index } = this.#batch;
    const shape = axes.map((axis) =>
      axis === index && value.axes.includes(axis) ? 1 : this.#size(axis),
    );
    const open = shape.indexOf(-1);
    if (open < 0) return this.#constant("int64", shape);
    const [before, after] = [shape.slice(0, open), shape.slice(open + 1)].map((part) =>
      part.length === 0 ? [] : [this.#constant("int64", part)],
    );
    return this.#node("Concat", [...before, this.#batch.size(), ...after], { axis: 0 });
  }

  #emit(expr: Expr): Value {
    switch (expr.kind) {
      case "lit":
        return { name: this.#number(expr.value), axes: [] };
      case "size":
        return { name: this.#number(sizeOfDim(expr.dim, this.#sizes)), axes: [] };
      case "time":
        return { name: this.#number(0), axes: [] };
      case "position": {
        const places = Array.from({ length: this.#size(expr.index) }, (_, i) => i);
        return { name: this.#constant("float", places), axes: [expr.index] };
      }
      case "get":
        return this.#read(expr);
      case "apply": {
        const parts = expr.args.map((arg) => this.#aligned(this.#value(arg), expr.free));
        return { name: this.#function(expr.op, parts), axes: expr.free };
      }
      case "select": {
        const [condition, whenTrue, whenFalse] = [
          expr.condition,
          expr.whenTrue,
          expr.whenFalse,
        ].map((part) => this.#aligned(this.#value(part), expr.free));
        const name = this.#node("Where", [this.#truth(condition), whenTrue, whenFalse]);
        return { name, axes: expr.free };
      }
      case "reduce":
        return this.#reduce(expr);
      case "softmax":
        return this.#softmax(expr);
    }
  }

  #read({ tensor, at, free }: Get): Value {
    const name = this.#nameOf(tensor);
    const plain = at.every((i, axis) => typeof i !== "number" && at.indexOf(i) === axis);
    if (plain) return { name, axes: free };
    // The axis of the examples stays; the others become one.
    const lead = at[0] === this.#batch.index && this.#batch.index !== null ? 1 : 0;
    const dims = tensor.axes.slice(lead).map((dim) => sizeOfDim(dim, this.#sizes));
    const walked = free.slice(lead);
    const sizes = this.#shape(walked);
    const places = pointsOf(sizes).map((point) =>
      at.slice(lead).reduce<number>((offset, index, axis) => {
        const place = typeof index === "number" ? index : point[walked.indexOf(index)];
        return offset * dims[axis] + place;
      }, 0),
    );
    const count = dims.reduce((a, b) => a * b, 1);
    const flat = this.#reshape(name, lead === 1 ? [-1, count] : [count]);
    const inputs = [flat, this.#constant("int64", places, sizes)];
    return { name: this.#node("Gather", inputs, lead === 1 ? { axis: 1 } : {}), axes: free };
  }

  #truth(name: string): string {
    return this.#node("Cast", [name], { to: BOOL });
  }

  #flag(truth: string): string {
    return this.#node("Cast", [truth], { to: FLOAT });
  }

  #function(op: Apply["op"], parts: readonly string[]): string {
    const direct = DIRECT[op];
    if (direct !== undefined) {
      const [first, ...rest] = parts;
      if (rest.length === 0) return this.#node(direct, [first]);
      return rest.reduce((left, right) => this.#node(direct, [left, right]), first);
    }
    const comparison = COMPARISONS[op];
    if (comparison !== undefined) return this.#flag(this.#node(comparison, parts));
    const [x] = parts;
    switch (op) {
      case "step":
        return this.#flag(this.#node("Greater", [x, this.#number(0)]));
      case "not":
        return this.#flag(this.#node("Equal", [x, this.#number(0)]));
      case "ne":
        return this.#flag(this.#node("Not", [this.#node("Equal", parts)]));
      case "and":
      case "or": {
        const truths = parts.map((part) => this.#truth(part));
        return this.#flag(this.#node(op === "and" ? "And" : "Or", truths));
      }
      case "logcosh": {
        // |x| + log(1 + exp(−2|x|)) − log 2
        const size = this.#node("Abs", [x]);
        const tail = this.#node("Softplus", [this.#node("Mul", [size, this.#number(-2)])]);
        const total = this.#node("Add", [size, tail]);
        return this.#node("Sub", [total, this.#number(Math.LN2)]);
      }
      default:
        invariant(false, `${op} has an ONNX form`);
    }
  }

  #reduce(expr: Reduce): Value {
    const { op, over, body, where, free } = expr;
    if (op === "sum" && where === null) {
      const factors = body.kind === "apply" && body.op === "mul" ? body.args : [body];
      const walked = factors.filter((factor) => factor.free.length > 0);
      const all = new Set(walked.flatMap((factor) => factor.free));
      if (walked.length > 1 && over.every((index) => all.has(index))) {
        return this.#contraction(factors, walked, free);
      }
    }
    const axes = [...free, ...over];
    const entries = this.#guarded(body, where, axes, EXCLUDED[op]);
    const numbers = over.map((_, k) => free.length + k);
    if (op === "logsumexp") {
      const { top, total } = this.#exponentials(entries, numbers);
      const logarithm = this.#node("Add", [this.#node("Log", [total]), top]);
      return { name: this.#reshape(logarithm, this.#shape(free)), axes: free };
    }
    return { name: this.#collapse(op, entries, numbers, 0), axes: free };
  }

  #collapse(
    op: "sum" | "prod" | "max" | "min",
    name: string,
    axes: readonly number[],
    keepdims: number,
  ): string {
    // In this operator set the axes of a sum are an input, those of the others an attribute.
    if (op === "sum") {
      return this.#node("ReduceSum", [name, this.#constant("int64", axes)], { keepdims });
    }
    const reducer = { prod: "ReduceProd", max: "ReduceMax", min: "ReduceMin" }[op];
    return this.#node(reducer, [name], { axes, keepdims });
  }

  #contraction(factors: readonly Expr[], walked: readonly Expr[], free: readonly Index[]): Value {
    const values = walked.map((factor) => this.#value(factor));
    const all = [...new Set(values.flatMap(({ axes }) => axes))];
    const present = free.filter((index) => all.includes(index));
    const word = (axes: readonly Index[]) =>
      axes.map((index) => String.fromCodePoint(97 + all.indexOf(index))).join("");
    const equation = `${values.map(({ axes }) => word(axes)).join(",")}->${word(present)}`;
    const inputs = values.map(({ name }) => name);
    const product = this.#node("Einsum", inputs, { equation });
    const scalars = factors.filter((factor) => factor.free.length === 0);
    const name = scalars.reduce(
      (total, factor) => this.#node("Mul", [total, this.#value(factor).name]),
      product,
    );
    return { name, axes: present };
  }

  #softmax({ over, body, where, free }: Softmax): Value {
    const outer = free.filter((index) => !over.includes(index));
    const axes = [...outer, ...over];
    const entries = this.#guarded(body, where, axes, -Infinity);
    const { weights, total } = this.#exponentials(
      entries,
      over.map((_, k) => outer.length + k),
    );
    return { name: this.#node("Div", [weights, total]), axes };
  }

  /** exp(x − max x), their total, and the maximum, with the reduced axes kept. */
  #exponentials(entries: string, axes: readonly number[]) {
    const top = this.#collapse("max", entries, axes, 1);
    const weights = this.#node("Exp", [this.#node("Sub", [entries, top])]);
    return { top, weights, total: this.#collapse("sum", weights, axes, 1) };
  }

  /** The body over all of `axes`, with another value where the guard excludes it. */
  #guarded(body: Expr, where: Expr | null, axes: readonly Index[], excluded: number): string {
    const whole = this.#whole(this.#value(body), axes);
    if (where === null) return whole;
    const guard = this.#truth(this.#aligned(this.#value(where), axes));
    return this.#node("Where", [guard, whole, this.#number(excluded)]);
  }
}

/** Every point of a grid, row-major. */
function pointsOf(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (points, n) => points.flatMap((point) => Array.from({ length: n }, (_, i) => [...point, i])),
    [[]],
  );
}
