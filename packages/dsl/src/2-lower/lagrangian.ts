// `lagrangian NAME(x[: shape]) { … }` becomes a catalogue entry like the built-in ones.

import {
  type Dim,
  type Expr,
  type Index,
  type LagrangianDefinition,
  type ParamDefinition,
  replaceGets,
  substituteIndices,
  type Tensor,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { axesText } from "../diagnostics/place.ts";
import { assumptionsOf } from "../rules/attributes.ts";
import { ignoresArgument } from "../rules/ignores-argument.ts";
import { DefinitionBody, type DefinitionAssert, type DefinitionPlace } from "./definition-body.ts";
import { instantiate, type Instance, type Place } from "./instantiate.ts";
import { knownValue } from "./known-value.ts";

/** A Lagrangian as a neuron uses it. */
export interface LagrangianTemplate {
  readonly definition: LagrangianDefinition;
  /** Params of its own, by the names of the argument's dims. */
  readonly params: readonly ParamDefinition[];
  /** The axes of its argument: one stands for all that are mixed, several for one each. */
  readonly axes: readonly string[];
  readonly asserts: readonly DefinitionAssert[];
  /** Whether an assert holds for these options; null when that is not known here. */
  readonly holds: (
    assert: DefinitionAssert,
    options: Readonly<Record<string, Expr>>,
  ) => boolean | null;
  readonly assumed: readonly string[];
}

/** A catalogue entry as a template. */
export function builtInLagrangian(definition: LagrangianDefinition): LagrangianTemplate {
  const assumed = definition.assumed ?? [];
  return { definition, params: [], axes: [], asserts: [], holds: () => null, assumed };
}

/** Lowers a declaration; null when something in it was reported. */
export function lowerLagrangian(
  item: ast.LagrangianItem,
  place: DefinitionPlace,
): LagrangianTemplate | null {
  const { name, shape } = item.argument;
  const body = new DefinitionBody([{ name, shape }], item.body, place);
  const line = item.body.find((other) => other.kind === "bodyValue");
  if (line === undefined) {
    if (body.failed) return null;
    place.diagnostics.report("E0505", item.name.span, {
      message: `the Lagrangian \`${item.name.text}\` never says what its value is`,
      help: ["add a line `value = …`"],
    });
    return null;
  }
  const value = body.number(line.value, "value");
  const x = body.args.get(name.text);
  if (value === null || x === undefined) return null;
  if (!reads(value, x)) {
    ignoresArgument(place.diagnostics, name.text, line.value.span);
    return null;
  }
  body.reportUnused();
  const unclear = item.body.find(
    (other) =>
      other.kind === "const" &&
      body.consts.some(
        ({ name: option, source }) =>
          option === other.name.text &&
          source?.from === "value" &&
          knownValue(source.value) === null,
      ),
  );
  if (unclear !== undefined) {
    place.diagnostics.report("E0404", unclear.span, {
      message: "a const of a Lagrangian starts from a number",
      help: ["write the number, or the formula where the const is used"],
    });
    return null;
  }

  const odd = body.params.find(
    ({ axes }) => new Set(axes).size < axes.length || axes.some((dim) => !x.axes.includes(dim)),
  );
  if (odd !== undefined) {
    place.diagnostics.report("E0404", body.scope.declarations.get(odd.name)!.name.span, {
      message: `a param of a Lagrangian has axes of its argument, each at most once`,
      label: `\`${odd.name}\` has ${axesText(odd.axes)}, and \`${name.text}\` has ${axesText(x.axes)}`,
      help: ["what couples units by a whole matrix is a synapse: `hopfield(v)`"],
    });
    return null;
  }

  const options = body.consts.map(({ name: option, bound, elem, source }) => ({
    name: option,
    meaning:
      item.body.find((other) => "name" in other && other.name.text === option)?.doc?.text ?? "",
    default: source?.from === "value" ? knownValue(source.value) : null,
    bound,
    elem,
  }));
  const params = body.params.map((tensor) => ({
    name: tensor.name,
    axes: tensor.axes.map((dim) => dim.name),
    source: tensor.source as ParamDefinition["source"],
    bound: tensor.bound,
    elem: tensor.elem,
  }));
  const assumed = assumptionsOf(item.attributes);
  const definition: LagrangianDefinition = {
    name: item.name.text,
    summary: item.doc?.text ?? `L = ${body.expressions.written(line.value.span)}`,
    options: [
      ...options,
      ...params.map((param) => ({
        name: param.name,
        meaning: "a param",
        default: null,
        bound: param.bound,
        elem: param.elem,
      })),
    ],
    coupled: x.axes.length > 0,
    kind: "smooth",
    value: (state, given, over) => instantiate(value, instanceOf(x, state, given, over)),
    references: [],
    declaration: place.text.slice(item.span.start, item.span.end),
    ...(assumed.length === 0 ? {} : { assumed }),
  };
  return {
    definition,
    params,
    axes: x.axes.map((dim) => dim.name),
    asserts: body.asserts,
    holds({ condition }, given) {
      const known = knownValue(
        instantiate(condition, {
          dims: (dim) => [dim],
          entry: (tensor) => given[tensor.name] ?? null,
        }),
      );
      return known === null ? null : known !== 0;
    },
    assumed,
  };
}

function reads(expr: Expr, tensor: Tensor): boolean {
  let found = false;
  replaceGets(expr, (node) => {
    found ||= node.tensor === tensor;
    return null;
  });
  return found;
}

/** One argument dim stands for all mixed axes at once; several stand for one each, in order. */
function instanceOf(
  x: Tensor,
  state: Expr,
  options: Readonly<Record<string, Expr>>,
  over: readonly Index[],
): Instance {
  const groups = new Map<Dim, readonly Index[]>(
    x.axes.map((dim, axis) => [dim, x.axes.length === 1 ? over : [over[axis]]]),
  );
  const move = (expr: Expr, axes: readonly Dim[], at: readonly Place[]) => {
    const map = new Map<Index, Index | number>();
    axes.forEach((dim, axis) => {
      const place = at[axis];
      (groups.get(dim) ?? []).forEach((index, i) =>
        map.set(index, typeof place === "number" ? place : place[i]),
      );
    });
    return substituteIndices(expr, map);
  };
  return {
    dims: (dim) => groups.get(dim)?.map((index) => index.dim) ?? [dim],
    entry(tensor, at) {
      if (tensor === x) return move(state, x.axes, at);
      const value = options[tensor.name];
      return value === undefined ? null : move(value, tensor.axes, at);
    },
  };
}
