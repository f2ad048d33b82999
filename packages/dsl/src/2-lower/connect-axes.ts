// The axes of a connection: every axis of the synapse becomes a dim of the model.

import { type Dim, type Expr, makeDim, type OptionValue, printText, size } from "@hamlet/graph";
import {
  axisCount,
  type ConnectionPlace,
  derivedSize,
  dimMismatch,
} from "../rules/dim-mismatch.ts";
import { missingArgument } from "../rules/missing-argument.ts";
import { bindAxes, type BoundAxis, type Given, sameSize, sizeText } from "./axes.ts";
import type { ConnectionSite, GivenArguments } from "./connect-arguments.ts";
import type { Lowering } from "./lowering.ts";
import type { Binding } from "./symbols.ts";

type Dims = Readonly<Record<string, Dim>>;

/** The axes that are bound, and everything that bound one. */
export interface SolvedAxes {
  readonly dims: Dims;
  readonly asked: readonly Given[];
}

function placeOf(model: Lowering, site: ConnectionSite, asked: readonly Given[]): ConnectionPlace {
  const { name, signature } = site;
  return {
    name: name.text,
    signature,
    overAxes: overAxes(model, site, asked),
    declared: (given) => (given.role === "param" ? model.declaredAt(given.written) : undefined),
    fitting: (axes) => model.neuronsWith(axes),
  };
}

/** The same synapse of the catalogue for layers of so many axes: `dense_2_1(image, h)`. */
function overAxes(
  model: Lowering,
  { written }: ConnectionSite,
  asked: readonly Given[],
): string | null {
  const neurons = asked.filter(({ role }) => role === "neuron");
  // That of most axes stands first.
  const ordered = neurons.toSorted((one, other) => other.axes.length - one.axes.length);
  const name = [written, ...ordered.map(({ axes }) => axes.length)].join("_");
  const isThere = model.templates.names("synapse").includes(name);
  return isThere ? `${name}(${ordered.map((each) => each.written).join(", ")})` : null;
}

/** Binds every axis that is named, or reports the first disagreement. */
export function solveAxes(
  model: Lowering,
  site: ConnectionSite,
  bindings: ReadonlyMap<string, Binding>,
  { neurons, dims: explicit }: GivenArguments,
): SolvedAxes | null {
  const { definition } = site.template;
  const asked: Given[] = [
    ...[...explicit].flatMap(([axis, { dim, span }]): Given[] =>
      dim === null
        ? []
        : [
            {
              role: "param",
              position: 0,
              name: axis,
              formal: [axis],
              written: dim.name,
              axes: [dim],
              span,
            },
          ],
    ),
    ...definition.params.flatMap(({ name, axes: formal }, position): Given[] => {
      const bound = bindings.get(name);
      if (bound === undefined) return [];
      const { axes, written, span } = bound;
      return [{ role: "param", position, name, formal, axes, written, span }];
    }),
    ...definition.args.map(({ name, axes: formal }, position): Given => {
      const { neuron, written, span } = neurons[position];
      return { role: "neuron", position, name, formal, written, axes: neuron.axes, span };
    }),
  ];
  const derived = new Set(Object.keys(definition.derived ?? {}));
  const result = bindAxes(asked, derived);
  if ("clash" in result) {
    const { clash } = result;
    const place = placeOf(model, site, asked);
    if (clash.kind === "count") axisCount(model.diagnostics, place, clash.given);
    else dimMismatch(model.diagnostics, place, clash.given, clash.axis, clash.first, firsts(asked));
    return null;
  }
  const dims: Record<string, Dim> = {};
  for (const [axis, { dim }] of result.bound) dims[axis] = dim;
  for (const own of definition.dims) {
    const bound = result.bound.get(own.name);
    if (bound !== undefined) {
      const wanted = explicit.get(own.name)?.size ?? null;
      if (wanted === null || sameSize(wanted, size(bound.dim)) !== false) continue;
      const place = placeOf(model, site, asked);
      const { by, axis, dim } = bound;
      derivedSize(model.diagnostics, place, by, axis, sizeText(wanted), dim, true);
      return null;
    }
    const isStored =
      site.item.from !== undefined && definition.params.some(({ axes }) => axes.includes(own.name));
    const given = explicit.get(own.name)?.size ?? (isStored ? null : own.default);
    if (given === null && !isStored) {
      const { span } = site.item.template;
      const before = (site.item.template.args ?? [])
        .map((arg) => `${model.expressions.written(arg.span)}, `)
        .join("");
      const missing = { name: own.name, example: "100", meaning: own.meaning, before };
      missingArgument(model.diagnostics, site.written, missing, span);
      return null;
    }
    // The file says how many.
    const dim = makeDim(`${model.prefix}${site.name.text}.${own.name}`, given ?? undefined);
    model.adoptDim(dim);
    dims[own.name] = dim;
  }
  return { dims, asked };
}

function firsts(asked: readonly Given[]): Map<string, BoundAxis> {
  const known = new Map<string, BoundAxis>();
  for (const by of asked) {
    by.formal.forEach((name, axis) => {
      if (!known.has(name)) known.set(name, { dim: by.axes[axis], by, axis });
    });
  }
  return known;
}

/** Checks the axes whose size follows from others, and adds them. */
export function derivedAxes(
  model: Lowering,
  site: ConnectionSite,
  { dims: solved, asked }: SolvedAxes,
  options: Readonly<Record<string, OptionValue>>,
): Dims | null {
  const dims: Record<string, Dim> = { ...solved };
  for (const [name, sizeIn] of Object.entries(site.template.definition.derived ?? {})) {
    const wanted: Expr = sizeIn({ dims: solved, options });
    for (const given of asked) {
      for (const [axis, formal] of given.formal.entries()) {
        if (formal !== name) continue;
        const dim = given.axes[axis];
        const same = sameSize(wanted, size(dim));
        if (same !== true) {
          const text = sizeText(wanted);
          const place = placeOf(model, site, asked);
          derivedSize(model.diagnostics, place, given, axis, text, dim, same !== null);
          return null;
        }
        dims[name] ??= dim;
      }
    }
    if (dims[name] !== undefined) continue;
    // A dim with a name of its own is one of the model's; `[H / 2]` is known by its formula.
    const named = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
    const dim = makeDim(
      named ? `${model.prefix}${site.name.text}.${name}` : printText(wanted),
      wanted,
    );
    if (named) model.adoptDim(dim);
    dims[name] = dim;
  }
  return dims;
}
