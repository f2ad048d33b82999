// `model.ham.json` back to an energy graph. Nothing is believed: every reference, arity, dim and
// free list is checked, and a mistake is reported with its place in the file.

import type { Certificate } from "../analyse/certificate.ts";
import {
  type Clamp,
  type Drive,
  type EnergyGraph,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  type Start,
  VISIT_ORDERS,
} from "../model/energy-graph.ts";
import { HamError } from "../error.ts";
import { SCALAR_FUNCTIONS, type ScalarFunction } from "../expr/scalar-functions.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Dim, Expr, Index, ReduceOp, Tensor, TensorSource } from "../expr/types.ts";
import { verifyExpr, verifyGraph } from "../model/verify.ts";
import { Field } from "./fields.ts";
import { HAM_IR, type IrMeta } from "./format.ts";

/** What a file holds: the graph, and what it says beside it. */
export interface ReadIr {
  readonly graph: EnergyGraph;
  readonly meta: IrMeta;
}

/**
 * Reads a file, given as its text or as the object in it.
 *
 * @throws HamError `graph/ir-too-new` for a newer major version; `graph/ir-malformed` with the
 * place of the mistake for anything else that cannot be read.
 */
export function fromJson(source: string | object): ReadIr {
  const file = new Field(typeof source === "string" ? parsed(source) : source, "");
  const version = checkVersion(file.get("ham_ir"));
  const reader = new Reader(file);
  const graph = reader.graph();
  const [problem] = verifyGraph(graph);
  if (problem !== undefined) {
    throw new HamError(
      "graph/ir-malformed",
      `This is not a Hamlet model: "${problem.path}" ${problem.what}. Write the file again from its .ham source.`,
      { path: problem.path },
    );
  }
  const has = (name: string) => file.has(name);
  return {
    graph,
    meta: {
      edition: file.get("edition").number(),
      ...(has("source") ? { source: sourceOf(file.get("source")) } : {}),
      ...(has("model_id") ? { modelId: file.get("model_id").text() } : {}),
      ...(has("certificate") ? { certificate: certificateOf(file.get("certificate")) } : {}),
      ...(version === HAM_IR ? {} : { version }),
      unknown: unknownFields(file),
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HamError(
      "graph/ir-malformed",
      `This is not a Hamlet model: it is not JSON (${(error as Error).message}). Write the file again from its .ham source.`,
      { path: "" },
    );
  }
}

function checkVersion(field: Field): string {
  const version = field.text();
  const [, major] = /^(\d+)\.\d+$/.exec(version) ?? field.fail('a version such as "1.0"');
  const ours = HAM_IR.split(".")[0];
  if (Number(major) > Number(ours)) {
    throw new HamError(
      "graph/ir-too-new",
      `This IR is version ${version}; this program reads up to ${ours}.x. Recompile the .ham source, or update the \`ham\` package.`,
      { path: field.path, version },
    );
  }
  return version;
}

function sourceOf(field: Field): NonNullable<IrMeta["source"]> {
  return { file: field.get("file").text(), sha256: field.get("sha256").text() };
}

function certificateOf(field: Field): Certificate {
  const texts = (part: Field) =>
    Object.fromEntries(part.keys().map((name) => [name, part.get(name).text()]));
  return {
    convex: texts(field.get("convex")),
    bounded: field.get("bounded").text(),
    monotone: texts(field.get("monotone")),
    ...(field.has("holds") ? { holds: texts(field.get("holds")) } : {}),
  };
}

/** The fields that version 1.0 has; others are kept for the way back. */
const KNOWN: Readonly<Record<string, string>> = {
  "": "ham_ir edition opsets source model_id dims indices tensors exprs neurons terms drives programs certificate",
  dims: "id name size declared",
  indices: "id name dim",
  tensors: "id name kind elem axes bound init draw from key stored take shape entries",
  neurons: "name tensor state before lagrangian value tau leak kind",
  terms: "name neurons expr",
  drives: "neuron ix value",
  programs: "kind name start clamp solver steps stop schedule record return",
};

function unknownFields(file: Field): NonNullable<IrMeta["unknown"]> {
  const sections = Object.keys(KNOWN).filter((name) => name !== "" && file.has(name));
  const places = [file, ...sections.flatMap((name) => file.get(name).list())];
  const found = places.flatMap((place) => {
    const known = KNOWN[place.path.replace(/\[\d+\]$/, "")].split(" ");
    const names = place.keys().filter((name) => !known.includes(name));
    const extra = names.map((name) => [name, place.get(name).value]);
    return extra.length === 0 ? [] : [[place.path, Object.fromEntries(extra)] as const];
  });
  return Object.fromEntries(found);
}

const KINDS = ["const", "param", "data", "given", "state", "activation"] as const;
const ELEMS = ["real", "int", "bool", "sign", "bit"] as const;
const BOUNDS = ["<", "<=", ">", ">="] as const;
const REDUCERS: readonly ReduceOp[] = ["sum", "prod", "max", "min", "logsumexp"];
const LITERALS: ReadonlyMap<unknown, number> = new Map([
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

class Reader {
  readonly #file: Field;
  readonly #dims = new Map<number, Dim>();
  readonly #indices = new Map<string, Index>();
  readonly #tensors = new Map<number, Tensor>();
  readonly #exprs = new Map<number, Expr>();
  readonly #neurons = new Map<string, Neuron>();

  constructor(file: Field) {
    this.#file = file;
  }

  graph(): EnergyGraph {
    // Dims and tensors hold expressions that mention dims and tensors, so both are made first and
    // get their sizes and values afterwards. Nobody else has seen them until then.
    const open = new Map<Dim, Field>();
    const declared: Dim[] = [];
    for (const field of this.#section("dims")) {
      const dim: Dim = { name: field.get("name").text(), size: null };
      this.#dims.set(field.get("id").number(), dim);
      open.set(dim, field.get("size"));
      if (!field.has("declared")) declared.push(dim);
    }
    for (const field of this.#section("indices")) {
      const index: Index = {
        name: field.get("name").text(),
        dim: field.get("dim").of(this.#dims, "a dim"),
      };
      this.#indices.set(field.get("id").text(), index);
    }
    const sources = new Map<Tensor, Field>();
    for (const field of this.#section("tensors")) sources.set(this.#tensor(field), field);
    this.#section("exprs").forEach((field) => {
      this.#exprs.set(field.get("id").number(), this.#entry(field));
    });
    for (const [dim, field] of open) {
      if (field.value !== null) Object.assign(dim, { size: this.#expr(field) });
    }
    for (const [tensor, field] of sources) Object.assign(tensor, { source: this.#source(field) });
    for (const field of this.#section("neurons")) {
      const neuron = this.#neuron(field);
      this.#neurons.set(neuron.name, neuron);
    }
    const drives = this.#file.has("drives") ? this.#section("drives") : [];
    return {
      dims: declared,
      tensors: [...this.#tensors.values()].filter(
        ({ kind }) => kind !== "state" && kind !== "activation",
      ),
      neurons: [...this.#neurons.values()],
      terms: this.#section("terms").map((field) => ({
        name: field.get("name").text(),
        energy: this.#expr(field.get("expr")),
      })),
      ...(drives.length === 0 ? {} : { drives: drives.map((field) => this.#drive(field)) }),
      recalls: this.#section("programs").map((field) => this.#recall(field)),
    };
  }

  #section(name: string): Field[] {
    return this.#file.get(name).list();
  }

  #tensor(field: Field): Tensor {
    const axes = field.get("axes").list();
    const bound = field.get("bound");
    const tensor = makeTensor(
      field.get("name").text(),
      field.get("kind").word(KINDS),
      axes.map((axis) => axis.of(this.#dims, "a dim")),
      {
        elem: field.get("elem").word(ELEMS),
        bound: field.has("bound")
          ? { op: bound.get("op").word(BOUNDS), value: bound.get("value").number() }
          : null,
      },
    );
    this.#tensors.set(field.get("id").number(), tensor);
    return tensor;
  }

  #source(field: Field): TensorSource | null {
    if (field.has("init")) return { from: "value", value: this.#expr(field.get("init")) };
    if (field.has("draw")) return { from: "draw", ...this.#draw(field.get("draw")) };
    if (field.has("entries")) return this.#entries(field);
    if (!field.has("from")) return null;
    const stored = field.get("stored");
    return {
      from: "file",
      file: field.get("from").text(),
      key: field.has("key") ? field.get("key").text() : null,
      stored: field.has("stored")
        ? stored.list().map((axis) => axis.of(this.#dims, "a dim"))
        : null,
      take: field.has("take") ? this.#expr(field.get("take")) : null,
    };
  }

  #entries(field: Field): TensorSource {
    const shape = field
      .get("shape")
      .list()
      .map((size) => size.number());
    const list = field.get("entries");
    const entries = list.list().map((entry) => LITERALS.get(entry.value) ?? entry.number());
    const count = shape.reduce((a, b) => a * b, 1);
    if (entries.length !== count) {
      list.fail(`a list of ${count} entries, as many as its shape has`);
    }
    return { from: "entries", shape, entries };
  }

  #draw(field: Field): { distribution: string; args: Expr[] } {
    const args = field.get("args").list();
    return {
      distribution: field.get("distribution").text(),
      args: args.map((arg) => this.#expr(arg)),
    };
  }

  #expr(field: Field): Expr {
    if (typeof field.value === "number") return field.of(this.#exprs, "an expression");
    if (field.has("lit")) {
      const lit = field.get("lit");
      const value = LITERALS.get(lit.value) ?? lit.number();
      return { kind: "lit", value, free: [] };
    }
    if (field.has("size")) {
      return { kind: "size", dim: field.get("size").of(this.#dims, "a dim"), free: [] };
    }
    if (field.has("time")) return { kind: "time", free: [] };
    if (field.has("position")) {
      const index = field.get("position").of(this.#indices, "an index");
      return { kind: "position", index, free: [index] };
    }
    if (!field.has("get")) field.fail("an expression");
    const at = field
      .get("ix")
      .list()
      .map((place) =>
        typeof place.value === "number" ? place.value : place.of(this.#indices, "an index"),
      );
    const free = [...new Set(at.filter((index) => typeof index !== "number"))];
    return this.#checked({ kind: "get", tensor: this.#read(field.get("get")), at, free }, field);
  }

  #read(field: Field): Tensor {
    if (typeof field.value !== "string") return field.of(this.#tensors, "a tensor");
    return field.of(new Map(Object.entries(RECALL_QUANTITIES)), "a quantity of a recall");
  }

  #checked(expr: Expr, field: Field): Expr {
    const [problem] = verifyExpr(expr);
    if (problem !== undefined) field.fail(`an expression that can be read (it ${problem.what})`);
    return expr;
  }

  #entry(field: Field): Expr {
    const free = this.#indexList(field.get("free"));
    const op = field.get("op");
    const name = op.text();
    if (field.has("body")) {
      const parts = {
        over: this.#indexList(field.get("ix")),
        where: field.has("where") ? this.#expr(field.get("where")) : null,
        body: this.#expr(field.get("body")),
        free,
      };
      return name === "softmax"
        ? { kind: "softmax", ...parts }
        : { kind: "reduce", op: op.word(REDUCERS), ...parts };
    }
    const args = field.get("args").list();
    const parts = args.map((arg) => this.#expr(arg));
    if (name === "select") {
      if (parts.length !== 3) field.get("args").fail("a condition and two values");
      const [condition, whenTrue, whenFalse] = parts;
      return { kind: "select", condition, whenTrue, whenFalse, free };
    }
    const known = Object.keys(SCALAR_FUNCTIONS) as ScalarFunction[];
    return { kind: "apply", op: op.word(known), args: parts, free };
  }

  #indexList(field: Field): Index[] {
    return field.list().map((item) => item.of(this.#indices, "an index"));
  }

  #neuron(field: Field): Neuron {
    const activation = field.get("tensor").of(this.#tensors, "a tensor");
    return {
      name: field.get("name").text(),
      axes: activation.axes,
      lagrangianName: field.get("lagrangian").text(),
      lagrangian: this.#expr(field.get("value")),
      state: field.get("state").of(this.#tensors, "a tensor"),
      activation,
      before: field.has("before")
        ? field.get("before").of(this.#tensors, "a tensor")
        : makeTensor(`before ${activation.name}`, "activation", activation.axes),
      tau: this.#expr(field.get("tau")),
      leak: field.get("leak").truth(),
      kind: field.get("kind").word(["smooth", "binary"]),
    };
  }

  #drive(field: Field): Drive {
    return {
      neuron: this.#layer(field.get("neuron")),
      indices: this.#indexList(field.get("ix")),
      value: this.#expr(field.get("value")),
    };
  }

  #layer(field: Field): Neuron {
    return field.of(this.#neurons, "a neuron");
  }

  #optional(field: Field): Expr | null {
    return field.value === undefined ? null : this.#expr(field);
  }

  #recall(field: Field): Recall {
    field.get("kind").word(["recall"]);
    const solver = field.get("solver");
    const options = solver.get("options");
    return {
      name: field.get("name").text(),
      starts: field
        .get("start")
        .list()
        .map((start) => this.#start(start)),
      clamps: field
        .get("clamp")
        .list()
        .map((clamp): Clamp => ({
          neuron: this.#layer(clamp.get("neuron")),
          indices: this.#indexList(clamp.get("ix")),
          where: this.#optional(clamp.get("where")),
          value: this.#optional(clamp.get("value")),
        })),
      solver: {
        name: solver.get("name").text(),
        options: new Map(options.keys().map((name) => [name, this.#expr(options.get(name))])),
        ...(solver.has("order") ? { order: solver.get("order").word(VISIT_ORDERS) } : {}),
      },
      steps: this.#expr(field.get("steps")),
      stop: this.#optional(field.get("stop")),
      schedules: field
        .get("schedule")
        .list()
        .map((item) => ({
          tensor: item.get("tensor").of(this.#tensors, "a tensor"),
          value: this.#expr(item.get("value")),
        })),
      record: field
        .get("record")
        .list()
        .map((item) => ({ name: item.get("name").text(), every: item.get("every").number() })),
      returns: field
        .get("return")
        .list()
        .map((item) => this.#layer(item)),
    };
  }

  #start(field: Field): Start {
    const neuron = this.#layer(field.get("neuron"));
    if (field.has("draw")) return { neuron, from: "draw", ...this.#draw(field.get("draw")) };
    const indices = this.#indexList(field.get("ix"));
    return { neuron, from: "value", indices, value: this.#expr(field.get("value")) };
  }
}
