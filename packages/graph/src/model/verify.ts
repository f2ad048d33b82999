// The rules that every expression and every graph keep, as a check that can be run.
//
// Constructors make well-formed nodes, but passes also build nodes by hand and files bring them
// from outside. The verifier believes nothing: it works out free indices, arities and dims again
// and reports every difference as data. An inner binder may use an index that is bound outside
// already (it shadows it); one binder may not bind an index twice.

import {
  drivesOf,
  type EnergyGraph,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
} from "./energy-graph.ts";
import { SCALAR_FUNCTIONS } from "../expr/scalar-functions.ts";
import type { Dim, Expr, Get, Index, Tensor } from "../expr/types.ts";

/** Something that breaks a rule of the graph. */
export interface GraphProblem {
  /** From the outside in, such as `terms.lse.energy.body.args[1]`. */
  readonly path: string;
  readonly what: string;
}

/** What an expression may use; what is left out is not checked. */
export interface VerifyOptions {
  /** The tensors that may be read. */
  readonly tensors?: Iterable<Tensor>;
  /** The indices that may be free. */
  readonly free?: readonly Index[];
  /** What the path of a problem starts with. */
  readonly path?: string;
}

/** Every rule that `expr` breaks: free lists, arities, index dims, binders, known tensors. */
export function verifyExpr(
  expr: Expr,
  { tensors, free, path = "" }: VerifyOptions = {},
): GraphProblem[] {
  const known = tensors === undefined ? null : new Set(tensors);
  const problems: GraphProblem[] = [];
  const done = new Map<Expr, ReadonlySet<Index>>();
  const visit = (node: Expr, where: string): ReadonlySet<Index> => {
    const before = done.get(node);
    if (before !== undefined) return before;
    const report = (what: string) => problems.push({ path: where, what });
    const parts = partsOf(node).map(([step, child]) => visit(child, join(where, step)));
    const computed = freeOf(node, parts);
    checkNode(node, report);
    if (node.kind === "get" && known !== null && !known.has(node.tensor)) {
      report(`reads "${node.tensor.name}", which is not a tensor of this place`);
    }
    const listed = new Set(node.free);
    if (listed.size !== node.free.length) report("lists a free index twice");
    if (listed.size !== computed.size || [...computed].some((index) => !listed.has(index))) {
      report(`lists the free indices ${names(listed)}, but they are ${names(computed)}`);
    }
    done.set(node, computed);
    return computed;
  };
  const computed = visit(expr, path);
  const stray = free === undefined ? [] : [...computed].filter((index) => !free.includes(index));
  if (stray.length > 0) problems.push({ path, what: `leaves ${names(new Set(stray))} unbound` });
  return problems;
}

/** Every rule that a graph breaks: its expressions, their places, and names that are used twice. */
export function verifyGraph(graph: EnergyGraph): GraphProblem[] {
  const activations = graph.neurons.map(({ activation }) => activation);
  const seen = [...activations, ...graph.neurons.map(({ before }) => before)];
  const check = (
    expr: Expr,
    path: string,
    tensors: readonly Tensor[],
    free: readonly Index[] = [],
  ) => verifyExpr(expr, { tensors, free, path });
  return [
    ...duplicates([...graph.dims, ...graph.tensors, ...graph.neurons], ""),
    ...duplicates(graph.terms, "terms"),
    ...duplicates(graph.recalls, "recalls"),
    ...graph.dims.flatMap(verifyDim),
    ...graph.tensors.flatMap(({ name, source }) =>
      source?.from === "value" ? check(source.value, `tensors.${name}.source`, graph.tensors) : [],
    ),
    ...graph.neurons.flatMap((neuron) => verifyNeuron(neuron, graph.tensors)),
    ...graph.terms.flatMap(({ name, energy }) =>
      check(energy, `terms.${name}.energy`, [...graph.tensors, ...activations]),
    ),
    ...drivesOf(graph).flatMap(({ neuron, indices, value }, n) => [
      ...stray([neuron], graph, `drives[${n}]`),
      ...check(value, `drives[${n}].value`, [...graph.tensors, ...seen], indices),
    ]),
    ...graph.recalls.flatMap((recall) => verifyRecall(recall, graph)),
  ];
}

/** A size is a number made of other sizes, and never of itself. */
function verifyDim(dim: Dim): GraphProblem[] {
  const path = `dims.${dim.name}.size`;
  const leads = (from: Dim, above: readonly Dim[]): boolean =>
    above.includes(from) ||
    (from.size !== null && sizesIn(from.size).some((next) => leads(next, [...above, from])));
  if (leads(dim, [])) return [{ path, what: "is defined in terms of itself" }];
  return dim.size === null ? [] : verifyExpr(dim.size, { tensors: [], free: [], path });
}

function sizesIn(expr: Expr): Dim[] {
  return expr.kind === "size" ? [expr.dim] : partsOf(expr).flatMap(([, part]) => sizesIn(part));
}

/** The neurons of another graph. */
function stray(named: readonly Neuron[], { neurons }: EnergyGraph, path: string): GraphProblem[] {
  return named
    .filter((neuron) => !neurons.includes(neuron))
    .map(({ name }) => ({ path, what: `mentions "${name}", which is not a neuron of the graph` }));
}

function verifyRecall(recall: Recall, graph: EnergyGraph): GraphProblem[] {
  const { tensors } = graph;
  const path = `recalls.${recall.name}`;
  const check = (expr: Expr | null, step: string, free: readonly Index[] = []) =>
    expr === null ? [] : verifyExpr(expr, { tensors, free, path: join(path, step) });
  const touched = [
    ...[...recall.starts, ...recall.clamps].map(({ neuron }) => neuron),
    ...recall.returns,
  ];
  return [
    ...stray(touched, graph, path),
    ...check(recall.steps, "steps"),
    ...[...recall.solver.options].flatMap(([name, value]) => check(value, `solver.${name}`)),
    ...recall.schedules.flatMap(({ tensor, value }) => check(value, `schedules.${tensor.name}`)),
    ...recall.starts.flatMap((start) =>
      start.from === "value"
        ? check(start.value, `starts.${start.neuron.name}`, start.indices)
        : start.args.flatMap((arg) => check(arg, `starts.${start.neuron.name}`)),
    ),
    ...recall.clamps.flatMap(({ neuron, indices, where, value }) => [
      ...check(where, `clamps.${neuron.name}.where`, indices),
      ...check(value, `clamps.${neuron.name}.value`, indices),
    ]),
    ...(recall.stop === null
      ? []
      : verifyExpr(recall.stop, {
          tensors: [...tensors, ...Object.values(RECALL_QUANTITIES)],
          free: [],
          path: join(path, "stop"),
        })),
  ];
}

function verifyNeuron(neuron: Neuron, tensors: readonly Tensor[]): GraphProblem[] {
  const path = `neurons.${neuron.name}`;
  const problems = [
    ...verifyExpr(neuron.lagrangian, {
      tensors: [...tensors, neuron.state],
      free: [],
      path: `${path}.lagrangian`,
    }),
    ...verifyExpr(neuron.tau, { tensors, free: [], path: `${path}.tau` }),
  ];
  for (const tensor of [neuron.state, neuron.activation, neuron.before]) {
    const fits =
      tensor.axes.length === neuron.axes.length &&
      tensor.axes.every((dim, axis) => dim === neuron.axes[axis]);
    if (!fits) problems.push({ path, what: `its ${tensor.kind} has other axes than the layer` });
  }
  return problems;
}

function duplicates(items: readonly { readonly name: string }[], path: string): GraphProblem[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }) => {
    const again = seen.has(name);
    seen.add(name);
    return again ? [{ path: join(path, name), what: "has a name that is taken" }] : [];
  });
}

function join(path: string, step: string): string {
  return path === "" ? step : `${path}.${step}`;
}

function names(indices: ReadonlySet<Index>): string {
  return `[${[...indices].map(({ name }) => name).join(", ")}]`;
}

/** The direct parts of a node, each with its place. */
function partsOf(node: Expr): (readonly [string, Expr])[] {
  switch (node.kind) {
    case "apply":
      return node.args.map((arg, i) => [`args[${i}]`, arg] as const);
    case "select":
      return (["condition", "whenTrue", "whenFalse"] as const).map((key) => [key, node[key]]);
    case "reduce":
    case "softmax":
      return [
        ["body", node.body],
        ...(node.where === null ? [] : [["where", node.where] as const]),
      ];
    default:
      return [];
  }
}

function freeOf(node: Expr, parts: readonly ReadonlySet<Index>[]): ReadonlySet<Index> {
  const all = new Set(parts.flatMap((part) => [...part]));
  switch (node.kind) {
    case "position":
      return new Set([node.index]);
    case "get":
      return new Set(node.at.filter((index) => typeof index !== "number"));
    case "reduce":
      return new Set([...all].filter((index) => !node.over.includes(index)));
    case "softmax":
      return new Set([...all, ...node.over]);
    default:
      return all;
  }
}

function checkNode(node: Expr, report: (what: string) => void): void {
  switch (node.kind) {
    case "lit":
      if (Number.isNaN(node.value)) report("is a literal that is not a number");
      break;
    case "get":
      checkRead(node, report);
      break;
    case "apply": {
      const definition = SCALAR_FUNCTIONS[node.op] as { arity: number | null } | undefined;
      if (definition === undefined) report(`applies "${node.op}", which is not a scalar function`);
      else if (definition.arity !== null && definition.arity !== node.args.length) {
        report(
          `gives "${node.op}" ${node.args.length} arguments, but it takes ${definition.arity}`,
        );
      }
      break;
    }
    case "reduce":
    case "softmax":
      if (new Set(node.over).size !== node.over.length) report("binds an index twice");
      break;
    default:
  }
}

function checkRead({ tensor, at }: Get, report: (what: string) => void): void {
  if (at.length !== tensor.axes.length) {
    report(`reads "${tensor.name}" at ${at.length} indices, but it has ${tensor.axes.length} axes`);
    return;
  }
  at.forEach((index, axis) => {
    const dim = tensor.axes[axis];
    if (typeof index !== "number") {
      if (index.dim !== dim) {
        report(
          `walks axis ${dim.name} of "${tensor.name}" by "${index.name}", which runs over ${index.dim.name}`,
        );
      }
      return;
    }
    const size = dim.size?.kind === "lit" ? dim.size.value : Infinity;
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      report(`reads "${tensor.name}" at ${index}, outside the axis ${dim.name}`);
    }
  });
}
