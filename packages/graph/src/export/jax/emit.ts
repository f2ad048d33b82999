// Expressions as lines of JAX: one array for every shared part.
//
// An array has one axis for every free index, in the order that `axes` says. Parts are aligned by
// transposing and by axes of size 1, never by luck; sums of products become `einsum`.

import { invariant } from "../../error.ts";
import { isLit } from "../../expr/expr.ts";
import type { Apply, Dim, Expr, Get, Index, Reduce, Softmax, Tensor } from "../../expr/types.ts";

/** A Python expression and the indices that its axes stand for. */
interface Value {
  readonly code: string;
  readonly axes: readonly Index[];
}

/** What the surrounding file calls things. */
export interface Names {
  readonly dim: (dim: Dim) => string;
  readonly tensor: (tensor: Tensor) => string;
}

/** `f(args…)` of a scalar function in JAX; arguments are aligned and closed in themselves. */
const CALLS: Readonly<
  Record<Exclude<Apply["op"], "add" | "mul" | "pow">, (...x: string[]) => string>
> = {
  exp: (x) => `jnp.exp(${x})`,
  log: (x) => `jnp.log(${x})`,
  sqrt: (x) => `jnp.sqrt(${x})`,
  abs: (x) => `jnp.abs(${x})`,
  sign: (x) => `jnp.sign(${x})`,
  relu: (x) => `jax.nn.relu(${x})`,
  step: (x) => `jnp.where(${x} > 0, 1.0, 0.0)`,
  softplus: (x) => `jax.nn.softplus(${x})`,
  sigmoid: (x) => `jax.nn.sigmoid(${x})`,
  logcosh: (x) => `jnp.logaddexp(${x}, -${x}) - jnp.log(2.0)`,
  tanh: (x) => `jnp.tanh(${x})`,
  sin: (x) => `jnp.sin(${x})`,
  cos: (x) => `jnp.cos(${x})`,
  ceil: (x) => `jnp.ceil(${x})`,
  max: (x, y) => `jnp.maximum(${x}, ${y})`,
  min: (x, y) => `jnp.minimum(${x}, ${y})`,
  eq: (x, y) => `jnp.where(${x} == ${y}, 1.0, 0.0)`,
  ne: (x, y) => `jnp.where(${x} != ${y}, 1.0, 0.0)`,
  lt: (x, y) => `jnp.where(${x} < ${y}, 1.0, 0.0)`,
  le: (x, y) => `jnp.where(${x} <= ${y}, 1.0, 0.0)`,
  and: (x, y) => `jnp.where((${x} != 0) & (${y} != 0), 1.0, 0.0)`,
  or: (x, y) => `jnp.where((${x} != 0) | (${y} != 0), 1.0, 0.0)`,
  not: (x) => `jnp.where(${x} == 0, 1.0, 0.0)`,
};

const EXCLUDED = {
  sum: "0.0",
  prod: "1.0",
  max: "-jnp.inf",
  min: "jnp.inf",
  logsumexp: "-jnp.inf",
};
const REDUCERS = {
  sum: "jnp.sum",
  prod: "jnp.prod",
  max: "jnp.max",
  min: "jnp.min",
  logsumexp: "jax.nn.logsumexp",
};

/** A Python number. */
export function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "jnp.inf" : "-jnp.inf";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Collects the lines of one function body. */
export class JaxBody {
  readonly lines: string[] = [];
  readonly #names: Names;
  readonly #done = new Map<Expr, Value>();
  #count = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The code of `expr` as an array with exactly the axes `order`. */
  array(expr: Expr, order: readonly Index[] = []): string {
    const value = this.#value(expr);
    const aligned = this.#aligned(value, order);
    const repeats = order.some((index) => !value.axes.includes(index));
    return repeats ? `jnp.broadcast_to(${aligned}, ${this.#shape(order)})` : aligned;
  }

  #value(expr: Expr): Value {
    let value = this.#done.get(expr);
    if (value === undefined) {
      value = this.#emit(expr);
      this.#done.set(expr, value);
    }
    return value;
  }

  #keep(code: string, axes: readonly Index[]): Value {
    const name = `t${this.#count++}`;
    this.lines.push(`${name} = ${code}`);
    return { code: name, axes };
  }

  #shape(axes: readonly Index[]): string {
    const sizes = axes.map((index) => this.#names.dim(index.dim));
    return `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
  }

  /** Transposed to the order of `axes`, with an axis of size 1 for each that is missing. */
  #aligned({ code, axes: own }: Value, axes: readonly Index[]): string {
    invariant(
      own.every((index) => axes.includes(index)),
      "no axis is lost",
    );
    if (own.length === 0) return code;
    const wanted = axes.filter((index) => own.includes(index));
    const order = wanted.map((index) => own.indexOf(index));
    const turned = order.some((axis, k) => axis !== k)
      ? `jnp.transpose(${code}, (${order.join(", ")}))`
      : code;
    if (wanted.length === axes.length) return turned;
    // Leading axes come by themselves when arrays are broadcast.
    const first = axes.findIndex((index) => own.includes(index));
    const places = axes.slice(first).map((index) => (own.includes(index) ? ":" : "None"));
    return places.includes("None") ? `${turned}[${places.join(", ")}]` : turned;
  }

  #emit(expr: Expr): Value {
    switch (expr.kind) {
      case "lit":
        return { code: pythonNumber(expr.value), axes: [] };
      case "size":
        return { code: `float(${this.#names.dim(expr.dim)})`, axes: [] };
      case "time":
        return { code: "time", axes: [] };
      case "position":
        return this.#keep(`jnp.arange(${this.#names.dim(expr.index.dim)}) * 1.0`, [expr.index]);
      case "get":
        return this.#read(expr);
      case "apply":
        return this.#apply(expr);
      case "select": {
        const [condition, whenTrue, whenFalse] = [expr.condition, expr.whenTrue, expr.whenFalse]
          .map((part) => this.#value(part))
          .map((part) => this.#aligned(part, expr.free));
        return this.#keep(`jnp.where(${condition} != 0, ${whenTrue}, ${whenFalse})`, expr.free);
      }
      case "reduce":
        return this.#reduce(expr);
      case "softmax":
        return this.#softmax(expr);
    }
  }

  #read({ tensor, at, free }: Get): Value {
    const name = this.#names.tensor(tensor);
    const fixed = at.map((index) => (typeof index === "number" ? String(index) : ":"));
    const read = fixed.every((place) => place === ":") ? name : `${name}[${fixed.join(", ")}]`;
    const walked = at.filter((index) => typeof index !== "number");
    if (walked.length === free.length) return { code: read, axes: free };
    const letters = walked.map((index) => letter(free, index)).join("");
    const out = free.map((index) => letter(free, index)).join("");
    return this.#keep(`jnp.einsum("${letters}->${out}", ${read})`, free);
  }

  #apply(expr: Apply): Value {
    const { op, args, free } = expr;
    if (op === "pow") return this.#power(expr);
    const parts = args.map((arg) => this.#aligned(this.#value(arg), free));
    if (op === "add") {
      const [first, ...rest] = parts;
      const terms = rest.map((part) =>
        part.startsWith("-") ? ` - ${part.slice(1)}` : ` + ${part}`,
      );
      return this.#keep([first, ...terms].join(""), free);
    }
    if (op === "mul") return this.#keep(parts.join(" * "), free);
    return this.#keep(CALLS[op](...parts), free);
  }

  #power({ args: [base, exponent], free }: Apply): Value {
    const x = this.#aligned(this.#value(base), free);
    if (isLit(exponent) && Number.isInteger(exponent.value)) {
      const safe = x.startsWith("-") ? `(${x})` : x;
      return this.#keep(`${safe} ** ${exponent.value}`, free);
    }
    return this.#keep(`jnp.power(${x}, ${this.#aligned(this.#value(exponent), free)})`, free);
  }

  #reduce(expr: Reduce): Value {
    const { op, over, body, where, free } = expr;
    if (op === "sum" && where === null) {
      const factors = body.kind === "apply" && body.op === "mul" ? body.args : [body];
      const walked = new Set(factors.flatMap((factor) => factor.free));
      if (over.every((index) => walked.has(index))) return this.#contraction(factors, free);
    }
    const axes = [...free, ...over];
    const all = this.#guarded(body, where, axes, EXCLUDED[op]);
    const numbers = over.map((_, k) => free.length + k);
    return this.#keep(`${REDUCERS[op]}(${all}, axis=(${numbers.join(", ")},))`, free);
  }

  #contraction(factors: readonly Expr[], free: readonly Index[]): Value {
    const parts = factors.map((factor) => this.#value(factor));
    const all = [...new Set(parts.flatMap(({ axes }) => axes))];
    const word = (axes: readonly Index[]) => axes.map((index) => letter(all, index)).join("");
    const inputs = parts.map(({ axes }) => word(axes)).join(",");
    const arrays = parts.map(({ code }) => code).join(", ");
    // Raw factors may lack a free index that the sum is listed with; it has size 1 then.
    const present = free.filter((index) => all.includes(index));
    return this.#keep(`jnp.einsum("${inputs}->${word(present)}", ${arrays})`, present);
  }

  #softmax({ over, body, where, free }: Softmax): Value {
    const outer = free.filter((index) => !over.includes(index));
    const axes = [...outer, ...over];
    const numbers = over.map((_, k) => outer.length + k).join(", ");
    const all = this.#guarded(body, where, axes, "-jnp.inf");
    const value = this.#keep(`jax.nn.softmax(${all}, axis=(${numbers},))`, axes);
    if (where === null) return value;
    const guard = this.#aligned(this.#value(where), axes);
    return this.#keep(`jnp.where(${guard} != 0, ${value.code}, 0.0)`, axes);
  }

  /** The body over all of `axes`, with another value where the guard excludes it. */
  #guarded(body: Expr, where: Expr | null, axes: readonly Index[], excluded: string): string {
    const whole = this.array(body, axes);
    if (where === null) return whole;
    return `jnp.where(${this.#aligned(this.#value(where), axes)} != 0, ${whole}, ${excluded})`;
  }
}

function letter(indices: readonly Index[], index: Index): string {
  return "abcdefghijklmnopqrstuvwxyz"[indices.indexOf(index)];
}
