// `synapse NAME(a: [A], …) { … }` becomes a catalogue entry like the built-in ones. The energy of
// an `extern` one comes from the package that ships it; its signature is checked like any other.

import {
  type Expr,
  type HypersynapseDefinition,
  type HypersynapseOption,
  type HypersynapseUse,
  type Index,
  type ParamDefinition,
  replaceGets,
  type Tensor,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { noEnergy } from "../rules/no-energy.ts";
import { noNeuron } from "../rules/no-neuron.ts";
import { DefinitionBody, type DefinitionAssert, type DefinitionPlace } from "./definition-body.ts";
import { instantiate, type Instance } from "./instantiate.ts";
import { knownValue } from "./known-value.ts";

/** The energy of an `extern` synapse: a value of the plugin's package that returns graph. */
export type ExternEnergy = HypersynapseDefinition["energy"];

/** The code of a plugin; "none" for a file without a package. */
export type Externs = ReadonlyMap<string, ExternEnergy> | "none" | "not trusted" | "not run";

/** A hypersynapse as a connection uses it. */
export interface SynapseTemplate {
  readonly definition: HypersynapseDefinition;
  readonly asserts: readonly DefinitionAssert[];
  /** An expression over the definition's own dims and consts, in one use. */
  readonly within: (expr: Expr, use: Omit<HypersynapseUse, "args" | "params">) => Expr;
  /** Why the energy cannot be made: code that is missing, may not run, or is not asked for. */
  readonly unavailable: "no code" | "not trusted" | "not run" | "no package" | null;
  /** True when the energy is computed by the code of a package. */
  readonly extern: boolean;
}

/** A catalogue entry as a template. */
export function builtInSynapse(definition: HypersynapseDefinition): SynapseTemplate {
  const within = (expr: Expr) => expr;
  return { definition, asserts: [], within, unavailable: null, extern: false };
}

/** Lowers a declaration; null when something in it was reported. */
export function lowerSynapse(
  item: ast.SynapseItem,
  place: DefinitionPlace,
  externs: Externs,
): SynapseTemplate | null {
  const body = new DefinitionBody(item.arguments, item.body, place);
  const line = item.body.find((other) => other.kind === "bodyEnergy");
  if (line === undefined && !item.extern) {
    if (!body.failed) noEnergy(place.diagnostics, item.name);
    return null;
  }
  const energy = line === undefined ? null : body.number(line.value, "energy");
  if (body.failed || (line !== undefined && energy === null)) return null;
  const args = item.arguments.flatMap(({ name }) => body.args.get(name.text) ?? []);
  // A name that is an axis too was reported.
  if (args.length < item.arguments.length) return null;
  if (energy !== null && !readsOneOf(energy, args)) {
    noNeuron(
      place.diagnostics,
      item.name,
      args.map(({ name }) => name),
    );
    return null;
  }
  if (energy !== null) body.reportUnused();

  const within: SynapseTemplate["within"] = (expr, use) => instantiate(expr, instanceOf(use, {}));
  const code = typeof externs === "string" ? undefined : externs.get(item.name.text);
  const given = body.ownDims.filter((dim) => dim.size === null || knownValue(dim.size) !== null);
  const definition: HypersynapseDefinition = {
    kind: "hypersynapse",
    name: item.name.text,
    summary:
      item.doc?.text ??
      (line === undefined ? "" : `E = ${body.expressions.written(line.value.span)}`),
    args: args.map(signature),
    dims: given.map((dim) => ({
      name: dim.name,
      meaning: "a dim of its own",
      default: dim.size === null ? null : knownValue(dim.size),
    })),
    options: body.consts.map((tensor) => option(tensor, within)),
    params: body.params.map((tensor) => ({
      ...signature(tensor),
      source: tensor.source as ParamDefinition["source"],
      bound: tensor.bound,
      elem: tensor.elem,
    })),
    derived: Object.fromEntries(
      [...[...args, ...body.params].flatMap(({ axes }) => axes), ...body.ownDims]
        .filter((dim) => dim.size !== null && !given.includes(dim))
        .map((dim) => [dim.name, (use) => within(dim.size!, use)]),
    ),
    energy:
      energy === null
        ? code!
        : (use) => instantiate(energy, instanceOf(use, { ...use.args, ...use.params })),
    references: [],
  };
  const missing = line === undefined && code === undefined;
  return {
    definition,
    asserts: body.asserts,
    within,
    unavailable: missing ? (typeof externs === "string" ? UNAVAILABLE[externs] : "no code") : null,
    extern: line === undefined,
  };
}

const UNAVAILABLE = {
  none: "no package",
  "not trusted": "not trusted",
  "not run": "not run",
} as const;

function signature({ name, axes }: Tensor): { name: string; axes: readonly string[] } {
  return { name, axes: axes.map((dim) => dim.name) };
}

function option(
  { name, bound, elem, source }: Tensor,
  within: SynapseTemplate["within"],
): HypersynapseOption {
  const value = source?.from === "value" ? source.value : null;
  const known = value === null ? null : knownValue(value);
  const usual =
    known ??
    (value === null ? null : (use: Omit<HypersynapseUse, "args" | "params">) => within(value, use));
  return { name, meaning: "", default: usual, bound, elem };
}

function readsOneOf(expr: Expr, tensors: readonly Tensor[]): boolean {
  let found = false;
  replaceGets(expr, (node) => {
    found ||= tensors.includes(node.tensor);
    return null;
  });
  return found;
}

/** Every dim of a synapse is one axis of the use; derived ones are known by their name. */
function instanceOf(
  { dims, options }: Omit<HypersynapseUse, "args" | "params">,
  entries: HypersynapseUse["args"],
): Instance {
  return {
    dims: (dim) => [dims[dim.name] ?? dim],
    entry(tensor, at) {
      const read = entries[tensor.name];
      if (read !== undefined) {
        return read(
          ...at.map((place) => (typeof place === "number" ? place : (place as Index[])[0])),
        );
      }
      const value = options[tensor.name];
      return value === undefined || typeof value === "string" || "length" in value ? null : value;
    },
  };
}
