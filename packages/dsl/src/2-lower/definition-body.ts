// The body of a `lagrangian` or a `synapse`: a closed scope that sees its own arguments, their
// dims and what it declares, and nothing of the file around it. So the same text works in a plugin.
//
// Dims and tensors made here stand for whatever the definition will be used with; see
// instantiate.ts.

import {
  refusalOf,
  type Dim,
  type Expr,
  lit,
  makeDim,
  makeTensor,
  type Tensor,
  type TensorSource,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { unused } from "../rules/unused.ts";
import { valueRefused } from "../rules/value-out-of-bounds.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { drawFrom } from "./draw.ts";
import { Expressions, NOWHERE, type Surroundings } from "./expression.ts";
import type { OpenNotes } from "./notes.ts";
import { makeScope, type Scope } from "./scope.ts";
import { knownValue } from "./known-value.ts";
import { Shapes } from "./shape.ts";
import { type Declaration, declaredNames, type Formal, kindText, type Meaning } from "./symbols.ts";

/** An argument of a definition, as its head has it. */
export interface HeadArgument {
  readonly name: ast.Name;
  readonly shape: ast.Shape | undefined;
}

/** `assert` in a body: checked where the definition is used and its options are known. */
export interface DefinitionAssert {
  readonly condition: Expr;
  readonly written: string;
  readonly message: string | null;
}

/** Where a definition is written, and what it may not see. */
export interface DefinitionPlace {
  readonly what: "a synapse" | "a Lagrangian";
  readonly text: string;
  readonly diagnostics: Diagnostics;
  readonly outside: ReadonlyMap<string, Declaration>;
  readonly notes: OpenNotes;
}

/** The scope of one body and what was declared in it. */
export class DefinitionBody {
  readonly scope: Scope;
  readonly expressions: Expressions;
  readonly args = new Map<string, Tensor>();
  readonly consts: Tensor[] = [];
  readonly params: Tensor[] = [];
  /** Dims of the body itself. */
  readonly ownDims: Dim[] = [];
  readonly asserts: DefinitionAssert[] = [];
  readonly #place: DefinitionPlace;
  readonly #head: readonly HeadArgument[];
  readonly #shapes: Shapes;
  #failed = false;

  constructor(
    head: readonly HeadArgument[],
    body: readonly ast.BodyItem[],
    place: DefinitionPlace,
  ) {
    this.#place = place;
    this.#head = head;
    const inside = body.flatMap((item) =>
      item.kind === "bodyEnergy" || item.kind === "bodyValue"
        ? []
        : declaredNames(item).map((name) => ({ name, item })),
    );
    const declared = new Set(inside.map(({ name }) => name.text));
    const axes = head
      .flatMap(({ shape }) => shape?.axes ?? [])
      .flatMap((axis) => (axis.kind === "reference" ? [axis.path.segments[0]] : []))
      .filter(
        ({ text }, i, all) => !declared.has(text) && i === all.findIndex((n) => n.text === text),
      );
    const { what, outside, diagnostics } = place;
    this.scope = makeScope(
      [
        ...axes.map((name) => ({ name, item: formal("dim") })),
        ...head.map(({ name }) => ({ name, item: formal("argument") })),
        ...inside,
      ],
      diagnostics,
      (declaration) => this.#resolve(declaration),
      { closed: { what, outside } },
    );
    this.expressions = new Expressions(this.scope, diagnostics, place.text, place.notes);
    this.#shapes = new Shapes(this.expressions, diagnostics);
    for (const name of this.scope.declarations.keys()) {
      this.#failed = this.scope.peek(name)?.kind === "broken" || this.#failed;
    }
    for (const item of body) if (item.kind === "assert") this.#assert(item);
    this.#failed ||= body.some((item) => item.kind === "broken");
  }

  /** The number that the definition is about, or null when something in the body is wrong. */
  number(value: ast.Expression, scalar: Surroundings["scalar"]): Expr | null {
    const expr = this.expressions.lower(value, { ...NOWHERE, scalar });
    return this.#failed ? null : expr;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Reports what nothing of the body uses. */
  reportUnused(): void {
    for (const { name, item } of this.scope.declarations.values()) {
      const checked = ["const", "param", "let", "formal"].includes(item.kind);
      if (!checked || kindText(item) === "dim" || this.scope.used.has(name.text)) continue;
      unused(this.#place.diagnostics, name, kindText(item));
    }
  }

  #resolve({ name, item }: Declaration): Meaning {
    const meaning = this.#lower(name, item) ?? { kind: "broken" };
    this.#place.notes.meanings.set(name, meaning);
    return meaning;
  }

  #lower(name: ast.Name, item: ast.Item | Formal): Meaning | null {
    switch (item.kind) {
      case "formal":
        return item.what === "dim"
          ? { kind: "dim", dim: makeDim(name.text) }
          : this.#argument(name);
      case "dim":
        return this.#dim(item.dims.find((definition) => definition.name === name)!);
      case "const":
        return this.#const(item);
      case "param":
        return this.#param(item);
      case "let": {
        const bound = this.expressions.bind(item.binders, [item.value], NOWHERE, "let");
        const value = bound && this.expressions.lower(item.value, bound.inside);
        return value && { kind: "let", indices: bound.indices, value };
      }
      default:
        return null;
    }
  }

  #argument(name: ast.Name): Meaning | null {
    const axes = this.#shapes.lower(
      this.#head.find((arg) => arg.name === name)!.shape,
      "definition",
    );
    if (axes === null) return null;
    const tensor = makeTensor(name.text, "activation", axes);
    this.args.set(name.text, tensor);
    return { kind: "tensor", tensor };
  }

  #dim({ name, value }: ast.DimDefinition): Meaning | null {
    const size = value === undefined ? null : this.#shapes.sizeOf(value, "definition");
    if (value !== undefined && size === null) return null;
    const dim = makeDim(name.text, size);
    this.ownDims.push(dim);
    return { kind: "dim", dim };
  }

  #const({ name, type, init }: ast.ConstItem): Meaning | null {
    const { diagnostics, what } = this.#place;
    if ((type?.shape?.axes.length ?? 0) > 0 || init.kind !== "value") {
      diagnostics.report("E0404", type?.shape?.span ?? init.span, {
        message: `a const of ${what} is one number`,
        help: [`declare an array as a param: \`param ${name.text}: […] ~ normal(0, 1)\``],
      });
      return null;
    }
    const value = this.expressions.lower(init.value);
    if (value === null) return null;
    const known = knownValue(value);
    const bound = type?.bound ?? null;
    const elem = type?.element?.kind ?? "real";
    if (known !== null && Number.isFinite(known) && refusalOf({ elem, bound }, known) !== null) {
      valueRefused(diagnostics, name.text, { elem, bound }, known, init.value.span, null);
    }
    const tensor = makeTensor(name.text, "const", [], {
      elem,
      bound: bound && { op: bound.op, value: bound.value },
      source: { from: "value", value: known === null ? value : lit(known) },
    });
    this.consts.push(tensor);
    return { kind: "tensor", tensor };
  }

  #param({ name, type, init }: ast.ParamItem): Meaning | null {
    const axes = this.#shapes.lower(type.shape, "definition");
    const source = this.#source(init);
    if (axes === null || source === null) return null;
    const bound = type.bound ?? null;
    const tensor = makeTensor(name.text, "param", axes, {
      elem: type.element?.kind ?? "real",
      bound: bound && { op: bound.op, value: bound.value },
      source,
    });
    this.params.push(tensor);
    return { kind: "tensor", tensor };
  }

  #source(init: ast.Init): TensorSource | null {
    const { diagnostics, what } = this.#place;
    switch (init.kind) {
      case "draw":
        return drawFrom(init.distribution, { expressions: this.expressions, diagnostics });
      case "value": {
        const value = this.expressions.lower(init.value);
        return value && { from: "value", value };
      }
      case "from":
        diagnostics.report("E0404", init.path.span, {
          message: `a param of ${what} cannot come from a file`,
          help: ["declare the param in the file and bind it by name where the definition is used"],
        });
        return null;
    }
  }

  #assert({ condition, message }: ast.AssertItem): void {
    const lowered = this.expressions.condition(condition, NOWHERE, "assert");
    if (lowered === null) this.#failed = true;
    else {
      const written = this.expressions.written(condition.span);
      this.asserts.push({ condition: lowered, written, message: message?.value ?? null });
    }
  }
}

function formal(what: Formal["what"]): Formal {
  return { kind: "formal", what, attributes: [] };
}
