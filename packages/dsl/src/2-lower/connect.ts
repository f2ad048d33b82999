// `connect [name:] template(neurons…, option = value) [share other | from "file"]`: a synapse meets
// its neurons.

import {
  add,
  type Expr,
  get,
  type HypersynapseDefinition,
  type HypersynapseUse,
  makeIndex,
  makeTensor,
  type ParamDefinition,
  type ReadEntry,
  sourceOfParam,
  sum,
  type Tensor,
  type TensorSource,
  verifyExpr,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { assertFails } from "../rules/definition-assert.ts";
import { brokenExtern } from "../rules/broken-plugin.ts";
import { externNotTrusted } from "../rules/extern-not-trusted.ts";
import { shareDifferent } from "../rules/share-different.ts";
import { wrongArity } from "../rules/wrong-arity.ts";
import { type ConnectionSite, readArguments } from "./connect-arguments.ts";
import { derivedAxes, solveAxes } from "./connect-axes.ts";
import { readOptions } from "./connect-options.ts";
import { formulaKeeps, keepsDeclaration } from "./declared.ts";
import type { Lowering } from "./lowering.ts";
import { knownValue } from "./known-value.ts";
import type { SynapseTemplate } from "./synapse.ts";
import {
  type Binding,
  type Connection,
  connectionName,
  type Group,
  type Meaning,
} from "./symbols.ts";

/** Lowers a connection, or reports and returns null. */
export function lowerConnect(
  model: Lowering,
  item: ast.ConnectItem,
): { connection: Connection; group: Group } | null {
  const named = model.templates.synapse(item.template.path);
  if (named === null) return null;
  const template = storedForm(model, item, named);
  const { definition } = template;
  const name = connectionName(item);
  const written = model.expressions.written(item.template.path.span);
  const head = definition.args.map((arg) => `${arg.name}: [${arg.axes.join(", ")}]`);
  const signature = `${written}(${head.join(", ")})`;
  const site: ConnectionSite = { name, item, template, written, signature };

  const given = readArguments(model, site);
  const shared = share(model, site);
  if (given === null || shared === null) return null;
  if (given.neurons.length !== definition.args.length) {
    const names = given.neurons.map((neuron) => neuron.written);
    const span = item.template.argsSpan ?? item.template.span;
    wrongArity(model.diagnostics, written, definition.args.length, names, signature, span);
    return null;
  }
  const bindings: ReadonlyMap<string, Binding> = new Map([...shared, ...given.params]);
  const solved = solveAxes(model, site, bindings, given);
  const options = solved && readOptions(model, site, given.options, solved.dims);
  if (solved === null || options === null) return null;
  const dims = derivedAxes(model, site, solved, options);
  if (dims === null) return null;
  const use = { dims, options };
  for (const assert of template.asserts) {
    if (knownValue(template.within(assert.condition, use)) !== 0) continue;
    assertFails(model.diagnostics, written, assert, item.template.span);
    return null;
  }

  const path = `${model.prefix}${name.text}`;
  const params = new Map(
    definition.params.map((param) => [
      param.name,
      bindings.get(param.name) ?? ownParam(model, site, path, param, use),
    ]),
  );
  const kept = definition.params.every((param) => {
    const bound = given.params.get(param.name);
    const wanted = { elem: param.elem ?? "real", bound: param.bound };
    const who = `\`${written}\``;
    if (bound?.meaning.kind === "let") {
      const target = { who, name: param.name };
      return formulaKeeps(model, target, wanted, bound.meaning.value, bound.span);
    }
    if (bound?.meaning.kind !== "tensor") return true;
    return keepsDeclaration(model, who, wanted, bound.meaning.tensor, bound.span);
  });
  if (!kept) return null;
  const energy = energyOf(model, site, {
    ...use,
    args: Object.fromEntries(
      definition.args.map((arg, i) => [arg.name, reader(given.neurons[i].neuron.activation)]),
    ),
    params: Object.fromEntries([...params].map(([param, { read }]) => [param, read])),
  });
  if (energy === null) return null;
  const members = new Map(
    [...params].map(([param, { meaning }]) => [param, { kind: "param", meaning: () => meaning }]),
  );
  return {
    connection: {
      definition,
      term: { name: path, energy, hypersynapse: origin(model, item, path) },
      params,
    },
    group: { what: `a connection of \`${written}\``, members },
  };
}

/** The synapse as it is where its params were stored, here or where they are shared from. */
function storedForm(
  model: Lowering,
  { from, share: other, template: { args = [] } }: ast.ConnectItem,
  template: SynapseTemplate,
): SynapseTemplate {
  const { definition } = template;
  if (definition.stored === undefined) return template;
  const meaning = other === undefined ? null : model.scope.at(other);
  const shared = meaning?.kind === "connection" ? meaning.connection.definition : null;
  if (shared?.name === definition.name) return { ...template, definition: shared };
  if (from === undefined) return template;
  const words = definition.options.map(({ name, words: known, default: usual }) => {
    const arg = args.find((each) => each.name?.text === name);
    const word = arg && model.expressions.written(arg.value.span);
    return [name, String(known?.find((each) => each === word) ?? usual)];
  });
  return { ...template, definition: definition.stored(Object.fromEntries(words)) };
}

function reader(tensor: Tensor): ReadEntry {
  return (...at) => get(tensor, at);
}

/** A param that nothing was bound to: a tensor of the connection itself, named by its path. */
function ownParam(
  model: Lowering,
  site: ConnectionSite,
  path: string,
  param: ParamDefinition,
  use: Omit<HypersynapseUse, "args" | "params">,
): Binding {
  const { name, item } = site;
  const { bound, elem = "real" } = param;
  const axes = param.axes.map((axis) => use.dims[axis]);
  const source = sourceOf(model, site, param, use);
  const tensor: Tensor = makeTensor(`${path}.${param.name}`, "param", axes, {
    elem,
    bound,
    source,
  });
  model.adopt(tensor, name.span, item.from && { file: item.from.span, connection: path });
  const meaning: Meaning = { kind: "tensor", tensor };
  return { meaning, axes, read: reader(tensor), written: tensor.name, span: name.span };
}

/**
 * Where an own param begins. In a file it is the array of its name, of `file#group` that of
 * `group.name`; a single param is the array that the text names, or the only one of the file.
 */
function sourceOf(
  model: Lowering,
  { template, item: { from } }: ConnectionSite,
  param: ParamDefinition,
  use: Omit<HypersynapseUse, "args" | "params">,
): TensorSource {
  const inside = (expr: Expr) => template.within(expr, use);
  if (from !== undefined) {
    const { name } = param;
    const { file, key } = model.fileOf(from);
    const ofSeveral = key === null ? name : `${key}.${name}`;
    const isSingle = template.definition.params.length === 1;
    return { from: "file", file, key: isSingle ? key : ofSeveral, stored: null, take: null };
  }
  const source = sourceOfParam(param, use.options);
  return source.from === "value"
    ? { from: "value", value: inside(source.value) }
    : { ...source, args: source.args.map(inside) };
}

/** The connection that the params come from: itself, or the first of those that share them. */
function origin(model: Lowering, { share: other }: ast.ConnectItem, path: string): string {
  const meaning = other === undefined ? null : model.scope.at(other);
  if (meaning?.kind !== "connection") return path;
  const { name, hypersynapse } = meaning.connection.term;
  return hypersynapse ?? name;
}

/** All params of the connection that `share` names. */
function share(
  model: Lowering,
  { name, item, template }: ConnectionSite,
): Map<string, Binding> | null {
  if (item.share === undefined) return new Map();
  const meaning = model.scope.at(item.share);
  if (meaning.kind === "broken") return null;
  const { span } = item.share;
  const other = model.expressions.written(span);
  if (meaning.kind !== "connection") {
    model.diagnostics.report("E0404", span, {
      message: `\`share\` needs a connection, but \`${other}\` is none`,
      help: ["one param is shared by its name: `W = enc.W`"],
    });
    return null;
  }
  const { connection } = meaning;
  if (connection.definition !== template.definition) {
    const synapse = connection.definition.name;
    const place = { name: other, synapse, span };
    const own = { name: template.definition.name, span: item.template.path.span };
    shareDifferent(model.diagnostics, name, own, place);
    return null;
  }
  return new Map([...connection.params].map(([param, bound]) => [param, { ...bound, span }]));
}

/** The energy of a connection. Code of a plugin is not believed: what it returns is verified. */
function energyOf(
  model: Lowering,
  { item, template, written }: ConnectionSite,
  use: HypersynapseUse,
): Expr | null {
  const { span } = item.template.path;
  const { diagnostics } = model;
  if (template.unavailable === "not trusted" || template.unavailable === "no package") {
    externNotTrusted(diagnostics, written, template.unavailable, span);
    return null;
  }
  if (template.unavailable === "not run") {
    model.leaveOut(written);
    return mention(template.definition, use);
  }
  if (template.unavailable === "no code") {
    brokenExtern(diagnostics, written, "its package does not provide it", span);
    return null;
  }
  if (!template.extern) return template.definition.energy(use);
  try {
    const energy: unknown = template.definition.energy(use);
    if (!isExpr(energy)) {
      brokenExtern(diagnostics, written, "what its package returns is no energy", span);
      return null;
    }
    const [problem] = verifyExpr(energy, { free: [] });
    if (problem === undefined) return energy;
    brokenExtern(diagnostics, written, `what its package returns ${problem.what}`, span);
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    brokenExtern(diagnostics, written, `its package failed with “${why}”`, span);
  }
  return null;
}

function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** Stands for an energy that nobody will ask for: it reads every neuron and param of the use. */
function mention(
  definition: HypersynapseDefinition,
  { args, params, dims }: HypersynapseUse,
): Expr {
  const all = [...definition.args, ...definition.params].map(({ name, axes }) => {
    const indices = axes.map((axis) => makeIndex(axis, dims[axis]));
    const entry = (args[name] ?? params[name])(...indices);
    return indices.length === 0 ? entry : sum(indices, entry);
  });
  return all.reduce((a, b) => add(a, b));
}
