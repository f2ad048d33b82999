// A whole file becomes an energy graph.
//
// Declarations are lowered when something needs them, so their order does not matter. A broken one
// is reported once and then stays silent.

import {
  type Bound,
  type Dim,
  type EnergyGraph,
  type Expr,
  lit,
  makeDim,
  makeNeuron,
  makeTensor,
  type Neuron,
  type Recall,
  type Registry,
  replaceGets,
  type Tensor,
  type TensorKind,
  type TensorSource,
  type Term,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { axesText } from "../2-check/place.ts";
import { notADistribution } from "../2-check/rules/distribution.ts";
import { missingArgument } from "../2-check/rules/missing-argument.ts";
import { namedOnly } from "../2-check/rules/named-only.ts";
import { noNeuron } from "../2-check/rules/no-neuron.ts";
import { overNeeded } from "../2-check/rules/over-needed.ts";
import { unknownArgument } from "../2-check/rules/unknown-argument.ts";
import { unknownTemplate } from "../2-check/rules/unknown-template.ts";
import { unused } from "../2-check/rules/unused.ts";
import { keeps, valueOutOfBounds } from "../2-check/rules/value-out-of-bounds.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { lowerBlocks } from "./blocks.ts";
import { DISTRIBUTIONS } from "./distributions.ts";
import { Expressions, NOWHERE, type Surroundings } from "./expression.ts";
import type { Override, Overrides } from "./overrides.ts";
import { defaultRecall, lowerRecall } from "./recall.ts";
import { makeScope, type Scope } from "./scope.ts";
import { knownValue, Shapes } from "./shape.ts";
import { type Declaration, kindText, type Meaning } from "./symbols.ts";

/** Where things of the graph were written, for messages that come later. */
export interface Places {
  readonly declared: ReadonlyMap<object, Span>;
  /** The text after `from`. */
  readonly files: ReadonlyMap<Tensor, Span>;
  /** The declared type. */
  readonly types: ReadonlyMap<Tensor, Span>;
}

/** What lowering gives: the graph as far as it could be made, and where its parts were written. */
export interface Lowered {
  readonly graph: EnergyGraph;
  readonly places: Places;
}

/** Lowers a parsed file; every mistake goes to `diagnostics` or to the overrides' own. */
export function lowerModel(
  file: ast.FileAst,
  registry: Registry,
  overrides: Overrides,
  diagnostics: Diagnostics,
): Lowered {
  return new ModelLowering(file, registry, overrides, diagnostics).run();
}

/** The lowering of one file; recall blocks use it too. */
export class ModelLowering {
  readonly diagnostics: Diagnostics;
  readonly overrides: Overrides;
  readonly scope: Scope;
  readonly expressions: Expressions;
  readonly shapes: Shapes;
  readonly #file: ast.FileAst;
  readonly #registry: Registry;
  readonly #declared = new Map<object, Span>();
  readonly #files = new Map<Tensor, Span>();
  readonly #types = new Map<Tensor, Span>();

  constructor(
    file: ast.FileAst,
    registry: Registry,
    overrides: Overrides,
    diagnostics: Diagnostics,
  ) {
    this.#file = file;
    this.#registry = registry;
    this.overrides = overrides;
    this.diagnostics = diagnostics;
    this.scope = makeScope(file, diagnostics, (declaration) => this.#resolve(declaration));
    this.expressions = new Expressions(this.scope, diagnostics, file.source.text);
    this.shapes = new Shapes(this.expressions, diagnostics);
  }

  run(): Lowered {
    const meanings = [...this.scope.declarations.keys()].map((name) => this.scope.peek(name)!);
    const pick = <K extends Meaning["kind"]>(kind: K) =>
      meanings.filter((meaning): meaning is Extract<Meaning, { kind: K }> => meaning.kind === kind);
    const dims = pick("dim").map(({ dim }) => dim);
    const tensors = pick("tensor").map(({ tensor }) => tensor);
    const neurons = pick("neuron").map(({ neuron }) => neuron);
    const terms = this.#file.items.flatMap((item) => this.#term(item, neurons));
    const recalls = this.#file.items.flatMap((item) =>
      item.kind === "recall" ? (lowerRecall(this, item) ?? []) : [],
    );
    const written = this.#file.items.filter((item) => item.kind === "recall");
    if (written.length === 0) recalls.push(defaultRecall(neurons));
    const model: EnergyGraph = { dims, tensors, neurons, terms, recalls };
    const blocks = lowerBlocks(this, this.#file, model, (thing, span) =>
      this.#declared.set(thing, span),
    );
    // After an error, what seems unused may be used by what could not be read.
    if (!this.diagnostics.hasErrors()) this.#reportUnused();
    this.#reportOverrides(recalls);
    return {
      graph: { ...model, ...blocks },
      places: { declared: this.#declared, files: this.#files, types: this.#types },
    };
  }

  #resolve({ name, item }: Declaration): Meaning {
    const meaning = this.#lowerItem(name, item) ?? { kind: "broken" };
    const key =
      meaning.kind === "dim"
        ? meaning.dim
        : meaning.kind === "tensor"
          ? meaning.tensor
          : meaning.kind === "neuron"
            ? meaning.neuron
            : null;
    if (key !== null) this.#declared.set(key, name.span);
    return meaning;
  }

  #lowerItem(name: ast.Name, item: ast.Item): Meaning | null {
    switch (item.kind) {
      case "dim":
        return this.#dim(item.dims.find((definition) => definition.name === name)!);
      case "const":
      case "param":
        return this.#tensor(item.kind, item.name, item.type, item.init);
      case "data":
      case "given":
        return this.#tensor(item.kind, item.name, item.type, item.from);
      case "let": {
        const bound = this.expressions.bind(item.binders, [item.value], NOWHERE, "let");
        const value = bound && this.expressions.lower(item.value, bound.inside);
        return value && { kind: "let", indices: bound.indices, value };
      }
      case "neuron":
        return this.#neuron(item);
      case "broken":
        return null;
      default:
        return { kind: "other", what: kindText(item) };
    }
  }

  #dim({ name, value }: ast.DimDefinition): Meaning | null {
    const override = this.overrides.take(name.text);
    if (override !== undefined) {
      if (Number.isInteger(override.value) && override.value >= 1) {
        return { kind: "dim", dim: makeDim(name.text, override.value) };
      }
      this.overrides.diagnosticsOf(override).report("E0307", override.span, {
        message: `a dim cannot have the size ${override.value}`,
        help: ["sizes are whole numbers from 1 up"],
      });
      return null;
    }
    if (value === undefined) return { kind: "dim", dim: makeDim(name.text) };
    const size = this.shapes.sizeOf(value);
    return size && { kind: "dim", dim: makeDim(name.text, size) };
  }

  #tensor(
    kind: TensorKind,
    name: ast.Name,
    type: ast.TypeAst | undefined,
    init: ast.Init | undefined,
  ): Meaning | null {
    const axes = this.shapes.lower(type?.shape);
    const override =
      kind === "const" && axes?.length === 0 ? this.overrides.take(name.text) : undefined;
    const bound = type?.bound ?? null;
    if (axes === null) return null;
    const source: TensorSource | "none" | null =
      override === undefined
        ? this.#source(init, bound, name)
        : { from: "value", value: lit(override.value) };
    if (source === null) return null;
    if (override !== undefined && bound !== null) this.#keepsBound(name, bound, override, type!);
    const tensor = makeTensor(name.text, kind, axes, {
      elem: type?.element?.kind ?? "real",
      bound: bound && { op: bound.op, value: bound.value },
      source: source === "none" ? null : source,
    });
    if (type !== undefined) this.#types.set(tensor, type.span);
    if (init?.kind === "from") this.#files.set(tensor, init.path.span);
    return { kind: "tensor", tensor };
  }

  #keepsBound(name: ast.Name, bound: Bound, override: Override, type: ast.TypeAst): void {
    if (keeps(bound, override.value)) return;
    const line = this.diagnostics.lineOf(name.span);
    valueOutOfBounds(
      this.overrides.diagnosticsOf(override),
      name.text,
      bound,
      override.value,
      override.span,
      `declared \`${name.text}: ${this.expressions.written(type.span)}\` at ${this.#file.source.name}:${line}`,
    );
  }

  #source(
    init: ast.Init | undefined,
    bound: Bound | null,
    name: ast.Name,
  ): TensorSource | "none" | null {
    if (init === undefined) return "none";
    if (init.kind === "value") {
      const value = this.expressions.lower(init.value);
      if (value === null) return null;
      const known = knownValue(value);
      if (bound !== null && known !== null && !keeps(bound, known)) {
        valueOutOfBounds(this.diagnostics, name.text, bound, known, init.value.span, null);
      }
      return { from: "value", value };
    }
    if (init.kind === "draw") return this.draw(init.distribution);
    const [file, key = null] = init.path.value.split("#", 2);
    const stored = init.stored === undefined ? null : this.shapes.lower(init.stored);
    const take = init.take === undefined ? null : this.expressions.lower(init.take);
    if (init.stored !== undefined && stored === null) return null;
    if (init.take !== undefined && take === null) return null;
    return { from: "file", file, key, stored, take };
  }

  /** A distribution and its arguments. */
  draw(
    expression: ast.Expression,
  ): { from: "draw"; distribution: string; args: readonly Expr[] } | null {
    const name = expression.kind === "reference" ? expression.path.segments[0].text : "";
    const parameters = DISTRIBUTIONS.get(name);
    if (parameters === undefined || expression.kind !== "reference") {
      const written = this.expressions.written(expression.span);
      notADistribution(this.diagnostics, written, expression.span, [...DISTRIBUTIONS.keys()]);
      return null;
    }
    const args = (expression.args ?? []).map((arg) => this.expressions.lower(arg.value));
    if (args.length > parameters.length) {
      this.diagnostics.report("E0401", expression.argsSpan ?? expression.span, {
        message: `\`${name}\` takes ${parameters.length} numbers (${parameters.join(", ")}), but ${args.length} are given`,
      });
      return null;
    }
    if (args.some((arg) => arg === null)) return null;
    return { from: "draw", distribution: name, args: args as Expr[] };
  }

  #neuron(item: ast.NeuronItem): Meaning | null {
    const template = item.lagrangian;
    const axes = this.shapes.lower(item.shape);
    const [name] = template.path.segments;
    const definition = this.#registry.lagrangians.get(name.text);
    if (definition === undefined) {
      unknownTemplate(this.diagnostics, name, "Lagrangian", [...this.#registry.lagrangians.keys()]);
      return null;
    }
    const options: Record<string, Expr | Tensor> = {};
    let over: Dim[] | undefined;
    let failed = axes === null;
    for (const arg of template.args ?? []) {
      if (arg.name === undefined) {
        const [option] = definition.options;
        namedOnly(
          this.diagnostics,
          name.text,
          this.expressions.written(arg.span),
          option?.name ?? null,
          arg.span,
        );
        failed = true;
      } else if (arg.name.text === "over" && definition.coupled) {
        over = this.#over(arg.value, axes ?? []) ?? undefined;
        failed ||= over === undefined;
      } else if (definition.options.some((option) => option.name === arg.name!.text)) {
        const value =
          this.expressions.whole(arg.value)?.tensor ?? this.expressions.lower(arg.value);
        if (value === null) failed = true;
        else options[arg.name.text] = value;
      } else {
        const known = definition.options.map(({ name: option, meaning }) => ({
          name: option,
          meaning,
        }));
        if (definition.coupled) known.push({ name: "over", meaning: "the dims that are mixed" });
        unknownArgument(this.diagnostics, name.text, arg.name, known);
        failed = true;
      }
    }
    for (const option of definition.options) {
      if (option.default !== null || options[option.name] !== undefined || failed) continue;
      const missing = { name: option.name, example: "3" };
      missingArgument(this.diagnostics, name.text, missing, template.span);
      failed = true;
    }
    if (axes !== null && definition.coupled && over === undefined && axes.length !== 1 && !failed) {
      overNeeded(this.diagnostics, name.text, axes, template.span);
      failed = true;
    }
    const settings = this.#neuronSettings(item);
    if (failed || settings === null) return null;
    const neuron = makeNeuron(item.name.text, axes!, definition, {
      options,
      ...(over === undefined ? {} : { over }),
      ...settings,
    });
    return { kind: "neuron", neuron };
  }

  #over(value: ast.Expression, axes: readonly Dim[]): Dim[] | null {
    const parts = value.kind === "list" ? value.elements : [value];
    const dims = parts.map((part) => {
      if (part.kind !== "reference" || part.args !== undefined) return null;
      const dim = this.expressions.dim(part.path);
      if (dim === null || axes.includes(dim)) return dim;
      this.diagnostics.report("E0305", part.span, {
        message: `\`${dim.name}\` is not an axis of this neuron`,
        label: `the neuron has the axes ${axesText(axes)}`,
      });
      return null;
    });
    return dims.some((dim) => dim === null) ? null : (dims as Dim[]);
  }

  #neuronSettings(item: ast.NeuronItem): { tau?: Expr; leak?: boolean } | null {
    const settings: { tau?: Expr; leak?: boolean } = {};
    for (const setting of item.settings) {
      if (setting.kind === "tau") {
        const tau = this.expressions.lower(setting.value);
        if (tau === null) return null;
        settings.tau = tau;
      } else if (setting.kind === "leak") {
        const word = this.expressions.written(setting.value.span);
        if (word !== "on" && word !== "off") {
          this.diagnostics.report("E0404", setting.value.span, {
            message: `\`leak\` is \`on\` or \`off\`, but this is \`${word}\``,
          });
          return null;
        }
        settings.leak = word === "on";
      }
    }
    return settings;
  }

  #term(item: ast.Item, neurons: readonly Neuron[]): Term[] {
    if (item.kind !== "energy") return [];
    const around: Surroundings = { ...NOWHERE, scalar: "energy" };
    const energy = this.expressions.lower(item.value, around);
    if (energy === null) return [];
    const activations = new Set(neurons.map((neuron) => neuron.activation));
    let seen = false;
    replaceGets(energy, (node) => {
      seen ||= activations.has(node.tensor);
      return null;
    });
    if (!seen) {
      noNeuron(
        this.diagnostics,
        item.name,
        neurons.map((neuron) => neuron.name),
      );
      return [];
    }
    return [{ name: item.name.text, energy }];
  }

  /** The neuron that a path names; reports anything else. */
  neuron(path: ast.Path): Neuron | null {
    const [name] = path.segments;
    const meaning = this.scope.meaning(name);
    if (meaning.kind === "neuron") return meaning.neuron;
    if (meaning.kind !== "broken") {
      this.diagnostics.report("E0404", name.span, {
        message: `a neuron is needed here, but \`${name.text}\` is a ${kindText(this.scope.declarations.get(name.text)!.item)}`,
      });
    }
    return null;
  }

  #reportUnused(): void {
    for (const { name, item } of this.scope.declarations.values()) {
      const checked = ["dim", "const", "param", "data", "given", "let"].includes(item.kind);
      if (!checked || this.scope.used.has(name.text)) continue;
      if (
        item.attributes.some((attribute) => attribute.args.some((arg) => arg.text === "unused"))
      ) {
        continue;
      }
      unused(this.diagnostics, name, kindText(item));
    }
  }

  #reportOverrides(recalls: readonly Recall[]): void {
    const named = [...this.scope.declarations.values()].flatMap(({ name, item }) =>
      item.kind === "const" || item.kind === "dim" ? [{ name: name.text, kind: item.kind }] : [],
    );
    const settings = recalls.flatMap((recall) => [
      { name: `recall.${recall.name}.steps`, kind: "" },
      ...[...recall.solver.options.keys()].map((option) => ({
        name: `recall.${recall.name}.${option}`,
        kind: "",
      })),
    ]);
    this.overrides.reportUnknown([...named, ...settings]);
  }
}
