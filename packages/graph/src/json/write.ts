// An energy graph as `model.ham.json`. Weights are never in it: they go beside it, by name.

import { HamError, invariant } from "../error.ts";
import {
  drivesOf,
  type EnergyGraph,
  neuronsOf,
  type Recall,
  RECALL_QUANTITIES,
} from "../model/energy-graph.ts";
import { tensorsIn } from "../expr/depends.ts";
import { children } from "../expr/expr.ts";
import type { Dim, Expr, Index, Tensor } from "../expr/types.ts";
import {
  type DimJson,
  type DrawJson,
  type ExprEntry,
  type ExprJson,
  HAM_IR,
  type HamIr,
  type IndexJson,
  type IrMeta,
  type LitJson,
  type ProgramJson,
  type TensorJson,
} from "./format.ts";

/** The file of a graph as an object; {@link printJson} makes text of it. */
export function toJson(graph: EnergyGraph, meta: IrMeta = {}): HamIr {
  return new Writer(graph).file(meta);
}

/** The text of a file: one entry a line. */
export function printJson(ir: HamIr): string {
  const fields = Object.entries(ir).map(([name, value]) => {
    const lines =
      Array.isArray(value) && value.length > 0
        ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`
        : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${lines}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

const QUANTITY_NAMES = new Map<Tensor, string>(
  Object.entries(RECALL_QUANTITIES).map(([name, tensor]) => [tensor, name]),
);

class Writer {
  readonly #graph: EnergyGraph;
  readonly #dims = new Map<Dim, number>();
  readonly #tensors = new Map<Tensor, number>();
  readonly #indices = new Map<Index, string>();
  readonly #indexTable: IndexJson[] = [];
  readonly #entries = new Map<Expr, number>();
  readonly #table: ExprEntry[] = [];

  constructor(graph: EnergyGraph) {
    this.#graph = graph;
    for (const dim of graph.dims) this.#dims.set(dim, this.#dims.size);
    const layers = graph.neurons.flatMap(({ state, activation }) => [state, activation]);
    const driving = tensorsIn(drivesOf(graph).map(({ value }) => value));
    const past = graph.neurons.map(({ before }) => before).filter((tensor) => driving.has(tensor));
    for (const tensor of [...graph.tensors, ...layers, ...past]) {
      this.#tensors.set(tensor, this.#tensors.size);
    }
  }

  file(meta: IrMeta): HamIr {
    const { neurons, terms, recalls } = this.#graph;
    const tensors = [...this.#tensors.keys()].map((tensor) => this.#tensor(tensor));
    const neuronTable = neurons.map((neuron) => ({
      name: neuron.name,
      tensor: this.#tensors.get(neuron.activation)!,
      state: this.#tensors.get(neuron.state)!,
      ...(this.#tensors.has(neuron.before) ? { before: this.#tensors.get(neuron.before)! } : {}),
      lagrangian: neuron.lagrangianName,
      value: this.#expr(neuron.lagrangian),
      tau: this.#expr(neuron.tau),
      leak: neuron.leak,
      kind: neuron.kind,
    }));
    const termTable = terms.map((term) => ({
      name: term.name,
      neurons: neuronsOf(this.#graph, term).map(
        ({ name, activation }) => [name, readsOf(term.energy, activation)] as const,
      ),
      expr: this.#expr(term.energy),
    }));
    const drives = drivesOf(this.#graph).map(({ neuron, indices, value }) => ({
      neuron: neuron.name,
      ix: indices.map((index) => this.#index(index)),
      value: this.#expr(value),
    }));
    const programs = recalls.map((recall) => this.#program(recall));
    const dims = this.#allDims();
    return withUnknown(
      {
        ham_ir: meta.version ?? HAM_IR,
        edition: meta.edition ?? 1,
        opsets: { core: 1 },
        ...(meta.source === undefined ? {} : { source: meta.source }),
        ...(meta.modelId === undefined ? {} : { model_id: meta.modelId }),
        dims,
        indices: this.#indexTable,
        tensors,
        exprs: this.#table,
        neurons: neuronTable,
        terms: termTable,
        ...(drives.length === 0 ? {} : { drives }),
        programs,
        ...(meta.certificate === undefined ? {} : { certificate: meta.certificate }),
      },
      meta.unknown ?? {},
    );
  }

  /** Writing the size of a dim may bring in another dim, so the list grows while it is walked. */
  #allDims(): DimJson[] {
    const table: DimJson[] = [];
    for (const [dim, id] of this.#dims) {
      const size = dim.size === null ? null : this.#expr(dim.size);
      const declared = this.#graph.dims.includes(dim);
      table.push({ id, name: dim.name, size, ...(declared ? {} : { declared: false }) });
    }
    return table;
  }

  #dim(dim: Dim): number {
    const id = this.#dims.get(dim) ?? this.#dims.size;
    this.#dims.set(dim, id);
    return id;
  }

  #index(index: Index): string {
    const known = this.#indices.get(index);
    if (known !== undefined) return known;
    const taken = new Set(this.#indices.values());
    let id = index.name;
    for (let n = 2; taken.has(id); n++) id = `${index.name}_${n}`;
    this.#indices.set(index, id);
    this.#indexTable.push({ id, name: index.name, dim: this.#dim(index.dim) });
    return id;
  }

  #tensor(tensor: Tensor): TensorJson {
    const { name, kind, elem, axes, bound, source } = tensor;
    const head = {
      id: this.#tensors.get(tensor)!,
      name,
      kind,
      elem,
      axes: axes.map((dim) => this.#dim(dim)),
      ...(bound === null ? {} : { bound: { op: bound.op, value: bound.value } }),
    };
    switch (source?.from) {
      case "value":
        return { ...head, init: this.#expr(source.value) };
      case "draw":
        return { ...head, draw: this.#draw(source) };
      case "file":
        return {
          ...head,
          from: source.file,
          ...(source.key === null ? {} : { key: source.key }),
          ...(source.stored === null ? {} : { stored: source.stored.map((dim) => this.#dim(dim)) }),
          ...(source.take === null ? {} : { take: this.#expr(source.take) }),
        };
      case "entries":
        return { ...head, shape: [...source.shape], entries: source.entries.map(litJson) };
      default:
        return head;
    }
  }

  #draw({ distribution, args }: { distribution: string; args: readonly Expr[] }): DrawJson {
    return { distribution, args: args.map((arg) => this.#expr(arg)) };
  }

  #expr(expr: Expr): ExprJson {
    switch (expr.kind) {
      case "lit":
        return { lit: litJson(expr.value) };
      case "size":
        return { size: this.#dim(expr.dim) };
      case "time":
        return { time: true };
      case "position":
        return { position: this.#index(expr.index) };
      case "get": {
        const get = this.#tensors.get(expr.tensor) ?? QUANTITY_NAMES.get(expr.tensor);
        if (get === undefined) {
          throw new HamError(
            "graph/unknown-tensor",
            `An expression reads "${expr.tensor.name}", which the graph does not have. Add it to the graph's tensors.`,
          );
        }
        const ix = expr.at.map((at) => (typeof at === "number" ? at : this.#index(at)));
        return { get, ix };
      }
      default:
        return this.#entry(expr);
    }
  }

  #entry(expr: Expr): number {
    const known = this.#entries.get(expr);
    if (known !== undefined) return known;
    const entry = this.#entryBody(expr);
    const id = this.#table.length;
    this.#table.push({ id, ...entry } as ExprEntry);
    this.#entries.set(expr, id);
    return id;
  }

  #entryBody(expr: Expr): object {
    switch (expr.kind) {
      case "apply": {
        const args = expr.args.map((arg) => this.#expr(arg));
        return { op: expr.op, args, free: this.#free(expr) };
      }
      case "select": {
        const { condition, whenTrue, whenFalse } = expr;
        const args = [condition, whenTrue, whenFalse].map((arg) => this.#expr(arg));
        return { op: "select", args, free: this.#free(expr) };
      }
      case "reduce":
      case "softmax": {
        const ix = expr.over.map((index) => this.#index(index));
        const where = expr.where === null ? {} : { where: this.#expr(expr.where) };
        const body = this.#expr(expr.body);
        const op = expr.kind === "softmax" ? "softmax" : expr.op;
        return { op, ix, ...where, body, free: this.#free(expr) };
      }
      default:
        invariant(false, `a ${expr.kind} stands where it is used`);
    }
  }

  #free(expr: Expr): string[] {
    return expr.free.map((index) => this.#index(index));
  }

  #program(recall: Recall): ProgramJson {
    const ix = (indices: readonly Index[]) => indices.map((index) => this.#index(index));
    return {
      kind: "recall",
      name: recall.name,
      start: recall.starts.map((start) =>
        start.from === "value"
          ? { neuron: start.neuron.name, ix: ix(start.indices), value: this.#expr(start.value) }
          : { neuron: start.neuron.name, draw: this.#draw(start) },
      ),
      clamp: recall.clamps.map(({ neuron, indices, where, value }) => ({
        neuron: neuron.name,
        ix: ix(indices),
        ...(where === null ? {} : { where: this.#expr(where) }),
        ...(value === null ? {} : { value: this.#expr(value) }),
      })),
      solver: {
        name: recall.solver.name,
        options: Object.fromEntries(
          [...recall.solver.options].map(([name, value]) => [name, this.#expr(value)]),
        ),
        ...(recall.solver.order === undefined ? {} : { order: recall.solver.order }),
      },
      steps: this.#expr(recall.steps),
      ...(recall.stop === null ? {} : { stop: this.#expr(recall.stop) }),
      schedule: recall.schedules.map(({ tensor, value }) => ({
        tensor: this.#tensors.get(tensor)!,
        value: this.#expr(value),
      })),
      record: recall.record.map(({ name, every }) => ({ name, every })),
      return: recall.returns.map(({ name }) => name),
    };
  }
}

function litJson(value: number): LitJson {
  if (Number.isNaN(value)) {
    throw new HamError(
      "graph/not-a-number",
      "A formula of this model has no value, such as `(-1)^0.5` or `0 / 0`, so it cannot be written down. Correct it first.",
    );
  }
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : value;
  return value > 0 ? "Infinity" : "-Infinity";
}

function readsOf(expr: Expr, tensor: Tensor): number {
  const seen = new Set<Expr>();
  const visit = (node: Expr): number => {
    // Reads stand where they are used, so each use counts; shared parts are there once.
    if (node.kind === "get") return Number(node.tensor === tensor);
    if (seen.has(node)) return 0;
    seen.add(node);
    return children(node).reduce((total, child) => total + visit(child), 0);
  };
  return visit(expr);
}

/** Puts fields that this version does not know back where they stood. */
function withUnknown(ir: HamIr, unknown: NonNullable<IrMeta["unknown"]>): HamIr {
  const sections = Object.fromEntries(
    Object.entries(ir).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? value.map((item: object, at) => ({ ...item, ...unknown[`${name}[${at}]`] }))
        : value,
    ]),
  );
  return { ...(sections as unknown as HamIr), ...unknown[""] };
}
