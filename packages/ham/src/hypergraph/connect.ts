// A hypersynapse meets its neurons: every axis of its signature becomes a dim, and its energy a term.

import {
  type Dim,
  evaluateScalar,
  type Expr,
  get,
  HamError,
  type HypersynapseDefinition,
  keeps,
  lit,
  makeDim,
  makeTensor,
  type Neuron,
  type OptionValue,
  type ReadEntry,
  size,
  sourceOfParam,
  type Tensor,
  type Term,
} from "@hamlet/graph";

/** A hypersynapse of the catalogue with what it is told. */
export interface HypersynapseSetting {
  readonly synapse: HypersynapseDefinition;
  /** Values of its options; those with a default need none. */
  readonly options?: Readonly<Record<string, OptionValue | number>>;
  /** Axes that no layer has, such as the number K of patterns: a dim, or a size. */
  readonly dims?: Readonly<Record<string, Dim | number>>;
  /** Tensors to use as its params; the others become its own. */
  readonly params?: Readonly<Record<string, Tensor>>;
}

/** One hyperedge with the params that it reads, by their name in the signature. */
export interface Connected {
  readonly term: Term;
  readonly params: Readonly<Record<string, Tensor>>;
}

/**
 * Connects layers by a hypersynapse: the term `name`, whose own params are called `name.W`.
 *
 * @throws HamError `ham/bad-connection` when the number of layers, their axes or an option do not
 * fit the signature.
 */
export function connect(
  name: string,
  setting: HypersynapseSetting,
  neurons: readonly Neuron[],
): Connected {
  const { synapse, params: given = {} } = setting;
  assertDefinition(name, synapse);
  assertKnown(name, setting);
  if (neurons.length !== synapse.args.length) {
    fail(name, synapse, `${neurons.length} layers [${neurons.map((n) => n.name).join(", ")}]`);
  }
  const dims = ownDims(name, setting, boundAxes(name, setting, neurons));
  const options = optionsOf(name, setting, dims);
  const use = { dims: derivedDims(name, synapse, dims, options), options };
  const params = Object.fromEntries(
    synapse.params.map((param) => {
      const axes = param.axes.map((axis) => use.dims[axis]);
      const { bound, elem = "real" } = param;
      const source = sourceOfParam(param, options);
      return [
        param.name,
        given[param.name] ??
          makeTensor(`${name}.${param.name}`, "param", axes, { elem, bound, source }),
      ];
    }),
  );
  const args = synapse.args.map((arg, i) => [arg.name, reader(neurons[i].activation)] as const);
  const energy = synapse.energy({
    ...use,
    args: Object.fromEntries(args),
    params: Object.fromEntries(Object.entries(params).map(([key, t]) => [key, reader(t)])),
  });
  return { term: { name, energy }, params };
}

function reader(tensor: Tensor): ReadEntry {
  return (...at) => get(tensor, at);
}

/** `dense(a: [A], b: [B])` */
function signature({ name, args }: HypersynapseDefinition): string {
  return `${name}(${args.map((arg) => `${arg.name}: [${arg.axes.join(", ")}]`).join(", ")})`;
}

function fail(name: string, synapse: HypersynapseDefinition, found: string): never {
  throw new HamError(
    "ham/bad-connection",
    `The connection "${name}": expected ${signature(synapse)}, found ${found}.`,
  );
}

/** A plain function of tensors has no formula, so it can be neither differentiated nor checked. */
function assertDefinition(name: string, synapse: HypersynapseDefinition): void {
  if (typeof synapse === "object" && Array.isArray(synapse?.args)) return;
  const found = typeof synapse === "function" ? "a function" : "something else";
  throw new HamError(
    "ham/bad-connection",
    `The connection "${name}": a hypersynapse is a definition whose energy is a formula, found ${found}. Write it as { kind: "hypersynapse", name, summary, args, dims, options, params, energy, references } with energy: ({ dims, args, params }) => an expression, such as neg(sum([i], mul(args["a"](i), args["b"](i)))).`,
  );
}

/** Every key of a setting must be one of the signature. */
function assertKnown(name: string, { synapse, options, dims, params }: HypersynapseSetting): void {
  const kinds = [
    ["option", options, synapse.options],
    ["dim", dims, synapse.dims],
    ["param", params, synapse.params],
  ] as const;
  for (const [what, given = {}, known] of kinds) {
    const unknown = Object.keys(given).find((key) => known.every((entry) => entry.name !== key));
    if (unknown === undefined) continue;
    const names = known.map((entry) => entry.name).join(", ") || "none";
    throw new HamError(
      "ham/bad-connection",
      `The connection "${name}": "${synapse.name}" has no ${what} called "${unknown}". It has: ${names}.`,
    );
  }
}

type Dims = Record<string, Dim>;

/** The axes that params and layers bind; one axis is one dim. */
function boundAxes(
  name: string,
  { synapse, params = {} }: HypersynapseSetting,
  neurons: readonly Neuron[],
): Dims {
  const entries = [
    ...synapse.params.flatMap((param) => {
      const tensor = params[param.name];
      return tensor === undefined ? [] : [{ of: tensor.name, formal: param.axes, ...tensor }];
    }),
    ...synapse.args.map((arg, i) => ({
      of: neurons[i].name,
      formal: arg.axes,
      axes: neurons[i].axes,
    })),
  ];
  const dims: Dims = {};
  for (const { of, formal, axes } of entries) {
    const found = `"${of}" with the axes [${axes.map((dim) => dim.name).join(", ")}]`;
    if (axes.length !== formal.length) fail(name, synapse, found);
    formal.forEach((axis, k) => {
      dims[axis] ??= axes[k];
      if (dims[axis] !== axes[k]) {
        fail(name, synapse, `${found}, where ${axis} is ${dims[axis].name} already`);
      }
    });
  }
  return dims;
}

/** Adds the axes that belong to the connection: given ones, and those with a default. */
function ownDims(name: string, { synapse, dims = {} }: HypersynapseSetting, bound: Dims): Dims {
  const result = { ...bound };
  for (const own of synapse.dims) {
    if (result[own.name] !== undefined) continue;
    const given = dims[own.name] ?? own.default;
    if (given === null) {
      fail(name, synapse, `no size for "${own.name}" (${own.meaning}). Give it in "dims"`);
    }
    result[own.name] = typeof given === "number" ? makeDim(`${name}.${own.name}`, given) : given;
  }
  return result;
}

function optionsOf(
  name: string,
  { synapse, options: given = {} }: HypersynapseSetting,
  dims: Dims,
): Record<string, OptionValue> {
  const options: Record<string, OptionValue> = {};
  for (const { name: option, default: usual, words, bound, meaning, list } of synapse.options) {
    const value = given[option] ?? (typeof usual === "function" ? usual({ dims, options }) : usual);
    if (value === null) {
      fail(name, synapse, `no value for "${option}" (${meaning}). Give it in "options"`);
    }
    if (words !== undefined && !(typeof value === "string" && words.includes(value))) {
      const said = typeof value === "string" ? `"${value}"` : "no word";
      fail(name, synapse, `${said} for "${option}"; it is one of: ${words.join(", ")}`);
    }
    const numbers = typeof value === "number" ? [value] : Array.isArray(value) ? value : [];
    const length = list ?? (Array.isArray(usual) ? usual.length : null);
    if (Array.isArray(value) && value.length !== length) {
      const wanted = length === null ? "one number" : `${length} numbers`;
      fail(name, synapse, `${value.length} numbers for "${option}", which takes ${wanted}`);
    }
    const outside = numbers.find((number) => bound !== null && !keeps(bound, number));
    if (outside !== undefined) {
      fail(name, synapse, `${option} = ${outside}, which must be ${bound!.op} ${bound!.value}`);
    }
    options[option] = typeof value === "number" ? lit(value) : value;
  }
  return options;
}

/** Checks the axes whose size follows from others, and adds those that nothing has bound. */
function derivedDims(
  name: string,
  synapse: HypersynapseDefinition,
  bound: Dims,
  options: Readonly<Record<string, OptionValue>>,
): Dims {
  const dims = { ...bound };
  for (const [axis, sizeIn] of Object.entries(synapse.derived ?? {})) {
    const wanted = sizeIn({ dims: bound, options });
    const dim = dims[axis];
    if (dim === undefined) {
      dims[axis] = makeDim(`${name}.${axis}`, wanted);
      continue;
    }
    const [expected, found] = [known(wanted), known(size(dim))];
    if (expected !== null && found !== null && expected !== found) {
      fail(name, synapse, `${dim.name} = ${found} for ${axis}, which must be ${expected}`);
    }
  }
  return dims;
}

/** The number that an expression over sizes is, or null while a size is open. */
function known(expr: Expr): number | null {
  try {
    return evaluateScalar(expr);
  } catch (error) {
    if (HamError.isInstance(error) && error.code === "graph/size-unknown") return null;
    throw error;
  }
}
