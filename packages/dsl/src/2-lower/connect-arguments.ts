// What stands between the parentheses of a connection: neurons by position, everything else by
// name.

import type { Dim, Neuron } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { namedOnly } from "../rules/named-only.ts";
import { boundAndStored, unknownArgument } from "../rules/unknown-argument.ts";
import type { Span } from "../source.ts";
import { NOWHERE } from "./expression.ts";
import type { Lowering } from "./lowering.ts";
import { axesOf, type Binding, type Meaning } from "./symbols.ts";
import type { SynapseTemplate } from "./synapse.ts";

/** A connection as the parts of its lowering see it. */
export interface ConnectionSite {
  readonly name: ast.Name;
  readonly item: ast.ConnectItem;
  readonly template: SynapseTemplate;
  /** The template as it is written: `dense`, `vision.max_pool`. */
  readonly written: string;
  /** `dense(a: [A], b: [B])` */
  readonly signature: string;
}

/** A neuron as it was given. */
export interface GivenNeuron {
  readonly neuron: Neuron;
  readonly written: string;
  readonly span: Span;
}

/** An own dim of the synapse as it was given: a dim of the file, or a size. */
export interface GivenDim {
  readonly dim: Dim | null;
  readonly size: Dim["size"];
  readonly span: Span;
}

/** Everything between the parentheses, sorted. */
export interface GivenArguments {
  readonly neurons: readonly GivenNeuron[];
  readonly params: ReadonlyMap<string, Binding>;
  readonly dims: ReadonlyMap<string, GivenDim>;
  readonly options: ReadonlyMap<string, ast.Arg>;
}

/** Sorts arguments, or reports what does not belong and returns null. */
export function readArguments(model: Lowering, site: ConnectionSite): GivenArguments | null {
  const { definition } = site.template;
  const neurons: GivenNeuron[] = [];
  const params = new Map<string, Binding>();
  const dims = new Map<string, GivenDim>();
  const options = new Map<string, ast.Arg>();
  let failed = false;
  for (const arg of site.item.template.args ?? []) {
    const name = arg.name?.text;
    if (name === undefined) {
      const neuron = givenNeuron(model, site, arg);
      if (neuron === null) failed = true;
      else neurons.push(neuron);
    } else if (definition.params.some((param) => param.name === name)) {
      if (site.item.from !== undefined) {
        boundAndStored(model.diagnostics, arg.name!, site.item.from);
        failed = true;
        continue;
      }
      const binding = bindParam(model, arg);
      if (binding === null) failed = true;
      else params.set(name, binding);
    } else if (definition.dims.some((dim) => dim.name === name)) {
      const dim = givenDim(model, arg);
      if (dim === null) failed = true;
      else dims.set(name, dim);
    } else if (definition.options.some((option) => option.name === name)) {
      options.set(name, arg);
    } else {
      unknownArgument(model.diagnostics, site.written, arg.name!, [
        ...definition.options.map(({ name: option, meaning }) => ({ name: option, meaning })),
        ...definition.params.map((param) => ({
          name: param.name,
          meaning: `param [${param.axes.join(", ")}]`,
        })),
        ...definition.dims.map(({ name: dim, meaning }) => ({ name: dim, meaning })),
      ]);
      failed = true;
    }
  }
  return failed ? null : { neurons, params, dims, options };
}

function givenNeuron(
  model: Lowering,
  { template, item }: ConnectionSite,
  arg: ast.Arg,
): GivenNeuron | null {
  const { value, span } = arg;
  const written = model.expressions.written(span);
  const plain =
    value.kind === "reference" && value.args === undefined && value.indices === undefined;
  const meaning = plain ? model.scope.at(value.path) : null;
  if (meaning?.kind === "neuron") return { neuron: meaning.neuron, written, span };
  if (meaning?.kind === "broken") return null;
  const { params, options } = template.definition;
  const kind = meaning?.kind === "tensor" ? `a ${meaning.tensor.kind}` : null;
  const isGiven = (name: string) => item.template.args!.some((other) => other.name?.text === name);
  const fitting = params.filter(
    ({ name, axes }) =>
      name === written || (meaning !== null && axesOf(meaning)?.length === axes.length),
  );
  const isNumber = meaning === null || axesOf(meaning)?.length === 0;
  const same = fitting.filter(({ name }) => name === written);
  const candidates = [...(same.length > 0 ? same : fitting), ...(isNumber ? options : [])];
  const names = candidates.map(({ name }) => name).filter((name) => !isGiven(name));
  namedOnly(model.diagnostics, written, kind, names, span);
  return null;
}

/** A param is bound to an array of the file, to a `let`, or, when it is one number, to a formula. */
function bindParam(model: Lowering, { value }: ast.Arg): Binding | null {
  const { span } = value;
  const written = model.expressions.written(span);
  const array = model.expressions.array(value);
  if (array?.meaning.kind === "neuron") {
    model.diagnostics.report("E0404", span, {
      message: `a param cannot be bound to the neuron \`${written}\``,
      help: ["neurons are given by position; bind a param, data or a `let`"],
    });
    return null;
  }
  if (array !== null) {
    return { meaning: array.meaning, axes: array.axes, read: array.read, written, span };
  }
  const number = model.expressions.lower(value, NOWHERE);
  if (number === null) return null;
  const meaning: Meaning = { kind: "let", indices: [], value: number };
  return { meaning, axes: [], read: () => number, written, span };
}

function givenDim(model: Lowering, { value, span }: ast.Arg): GivenDim | null {
  if (value.kind === "reference" && value.args === undefined && value.indices === undefined) {
    const dim = model.expressions.dim(value.path);
    return dim && { dim, size: dim.size, span };
  }
  const size = model.shapes.sizeOf(value);
  return size && { dim: null, size, span };
}
