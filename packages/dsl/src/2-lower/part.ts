// `part fast: memory(D = D, beta = 2 * beta, xi = bank)`: a file becomes a part of another.
//
// Binding is aliasing: a bound name of the part is the caller's dim, array or number itself.

import { lit, makeDim } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { partShape } from "../rules/dim-mismatch.ts";
import { namedOnly } from "../rules/named-only.ts";
import { unknownArgument } from "../rules/unknown-argument.ts";
import { type Declared, formulaKeeps, keepsDeclaration } from "./declared.ts";
import type { Lowering, PartInstance } from "./lowering.ts";
import { declarationsOf } from "./scope.ts";
import { knownValue } from "./known-value.ts";
import { axesOf, type Declaration, type Group, kindText, type Meaning } from "./symbols.ts";
import type { Module } from "./templates.ts";
import type { Span } from "../source.ts";

type Bindable = Extract<ast.Item, { kind: "dim" | "const" | "param" | "data" | "given" }>;

/** A part: its own lowering, and its names behind a dot. */
export interface LoweredPart<Child> {
  readonly child: Child;
  readonly group: Group;
}

/** Lowers a part, whose own file `instantiate` begins to lower; or reports and returns null. */
export function lowerPart<Child extends Lowering>(
  model: Lowering,
  item: ast.PartItem,
  instantiate: (module: Module, part: PartInstance) => Child,
): LoweredPart<Child> | null {
  const { path, args = [] } = item.template;
  const written = model.expressions.written(path.span);
  const module = model.templates.module({ text: written, span: path.span });
  if (module === null) return null;
  const declared = new Map(
    declarationsOf(module.file).map((declaration) => [declaration.name.text, declaration]),
  );
  const bindable = new Map(
    [...declared].flatMap(([name, { item: other }]) =>
      isBindable(other) ? [[name, other] as const] : [],
    ),
  );
  const prefix = `${model.prefix}${item.name.text}.`;
  const bindings = new Map<string, Meaning>();
  let failed = false;
  for (const arg of args) {
    const target = arg.name === undefined ? undefined : bindable.get(arg.name.text);
    if (arg.name === undefined) {
      const value = model.expressions.written(arg.span);
      const free = [...bindable.keys()].filter(
        (name) => !args.some((other) => other.name?.text === name),
      );
      namedOnly(model.diagnostics, value, null, free.includes(value) ? [value] : free, arg.span);
      failed = true;
    } else if (target === undefined) {
      const known = [...bindable].map(([name, { kind }]) => ({ name, meaning: kind }));
      unknownArgument(model.diagnostics, written, arg.name, known);
      failed = true;
    } else {
      const meaning = bind(model, target, arg, `${prefix}${arg.name.text}`);
      if (meaning === null) failed = true;
      else bindings.set(arg.name.text, meaning);
    }
  }
  if (failed) return null;
  const child = instantiate(module, {
    prefix,
    bindings,
    at: model.outermost(item.name.span),
  });
  if (!shapesFit(model, child, item, bindable)) return null;
  return { child, group: { what: `a part of type \`${written}\``, members: members(child) } };
}

function isBindable(item: Declaration["item"]): item is Bindable {
  return ["dim", "const", "param", "data", "given"].includes(item.kind);
}

/** What a name of the part is, seen from the caller. */
function bind(
  model: Lowering,
  target: Bindable,
  { value, span }: ast.Arg,
  path: string,
): Meaning | null {
  const { expressions } = model;
  const plain =
    value.kind === "reference" && value.args === undefined && value.indices === undefined;
  if (target.kind === "dim") {
    if (plain) {
      const dim = expressions.dim(value.path);
      return dim && { kind: "dim", dim };
    }
    const size = model.shapes.sizeOf(value);
    if (size === null) return null;
    const dim = makeDim(path, size);
    model.adoptDim(dim);
    return { kind: "dim", dim };
  }
  const array = expressions.array(value);
  if (array !== null) {
    const { meaning } = array;
    return isKept(model, target, meaning, meaning.kind === "let" ? value.span : span)
      ? meaning
      : null;
  }
  const number = expressions.lower(value);
  if (number === null) return null;
  const meaning = plain ? model.scope.peekAt(value.path) : undefined;
  if (meaning?.kind === "tensor") return isKept(model, target, meaning, span) ? meaning : null;
  const known = knownValue(number);
  const formula: Meaning = {
    kind: "let",
    indices: [],
    value: known === null ? number : lit(known),
  };
  return isKept(model, target, formula, value.span) ? { ...formula, value: number } : null;
}

function isKept(
  model: Lowering,
  target: Exclude<Bindable, { kind: "dim" }>,
  meaning: Meaning,
  span: Span,
): boolean {
  const who = "the part";
  if (meaning.kind === "tensor") {
    return keepsDeclaration(model, who, declaredBy(target), meaning.tensor, span);
  }
  if (meaning.kind !== "let") return true;
  const bound = { who, name: target.name.text };
  return formulaKeeps(model, bound, declaredBy(target), meaning.value, span);
}

function declaredBy({ type }: Exclude<Bindable, { kind: "dim" }>): Declared {
  return { elem: type?.element?.kind ?? "real", bound: type?.bound ?? null };
}

/** Bound arrays have exactly the axes that the part declares. */
function shapesFit(
  model: Lowering,
  child: Lowering,
  item: ast.PartItem,
  bindable: ReadonlyMap<string, Bindable>,
): boolean {
  return (item.template.args ?? []).every(({ name, value }) => {
    const target = bindable.get(name!.text)!;
    if (target.kind === "dim") return true;
    const wanted = child.shapes.lower(target.type?.shape);
    const found = axesOf(child.scope.peek(name!.text)!) ?? [];
    if (wanted === null) return false;
    if (wanted.length === found.length && wanted.every((dim, axis) => dim === found[axis])) {
      return true;
    }
    partShape(
      model.diagnostics,
      item.name.text,
      { name: name!.text, axes: wanted },
      { name: model.expressions.written(value.span), axes: found, span: value.span },
    );
    return false;
  });
}

function members(child: Lowering): Group["members"] {
  return new Map(
    [...child.scope.declarations.values()].flatMap(({ name, item }) =>
      item.kind === "energy" || item.kind === "broken"
        ? []
        : [[name.text, { kind: kindText(item), meaning: () => child.scope.meaning(name) }]],
    ),
  );
}
