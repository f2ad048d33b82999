// A whole file becomes an energy graph.
//
// Declarations are lowered when something needs them, so their order does not matter. A broken one
// is reported once and then stays silent.

import {
  defaultRecall,
  type Dim,
  type Drive,
  drivesOf,
  type EnergyGraph,
  type Expr,
  lit,
  makeDim,
  makeNeuron,
  get,
  losesDigits,
  makeTensor,
  type Neuron,
  type Recall,
  type Start,
  refusalOf,
  type Tensor,
  type TensorKind,
  type TensorSource,
  tensorsIn,
  type Term,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { axesText } from "../diagnostics/place.ts";
import { assumptionsOf } from "../rules/attributes.ts";
import { assertFails } from "../rules/definition-assert.ts";
import { optionAxes } from "../rules/dim-mismatch.ts";
import { recalledTwice } from "../rules/declared-twice.ts";
import { missingArgument } from "../rules/missing-argument.ts";
import { namedOnly } from "../rules/named-only.ts";
import { noNeuron } from "../rules/no-neuron.ts";
import { overCount, overNeeded } from "../rules/over-needed.ts";
import { roundedNumber } from "../rules/rounded.ts";
import { unknownArgument } from "../rules/unknown-argument.ts";
import { unused } from "../rules/unused.ts";
import { valueRefused } from "../rules/value-out-of-bounds.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source.ts";
import { lowerBlocks } from "./blocks.ts";
import { lowerConnect } from "./connect.ts";
import { formulaKeeps, keepsDeclaration } from "./declared.ts";
import { drawFrom } from "./draw.ts";
import { Expressions, NOWHERE, type Surroundings } from "./expression.ts";
import type { LagrangianTemplate } from "./lagrangian.ts";
import type { GraphCheck } from "./graph-check.ts";
import { joinPath } from "./library.ts";
import type { Lowering, PartInstance } from "./lowering.ts";
import type { Override, Overrides } from "./overrides.ts";
import { readArray, type WrittenArray } from "./literal-array.ts";
import type { NameNotes, OpenNotes } from "./notes.ts";
import { lowerPart } from "./part.ts";
import { entries, lowerRecall, lowerStart } from "./recall.ts";
import { declarationsOf, isInGap, makeScope, type Scope } from "./scope.ts";
import { knownValue } from "./known-value.ts";
import { Shapes } from "./shape.ts";
import { connectionName, type Declaration, kindText, type Meaning } from "./symbols.ts";
import type { Module, Templates } from "./templates.ts";
import { typedNumber } from "./typed-digits.ts";

/** Where things of the graph were written, for messages that come later. */
export interface Places {
  /** What names mean, and what indices walk. */
  readonly names: NameNotes;
  readonly declared: ReadonlyMap<object, Span>;
  /** The text after `from`. */
  readonly files: ReadonlyMap<Tensor, Span>;
  /** The params that a connection reads from its file, and the connection. */
  readonly stored: ReadonlyMap<Tensor, string>;
  /** The declared type. */
  readonly types: ReadonlyMap<Tensor, Span>;
  /** Where an expression was written, as far as that is known, in the model's file or a part's. */
  readonly written: (
    expr: Expr,
  ) => { readonly source: SourceFile; readonly span: Span } | undefined;
}

interface MutablePlaces {
  readonly declared: Map<object, Span>;
  readonly files: Map<Tensor, Span>;
  readonly stored: Map<Tensor, string>;
  readonly types: Map<Tensor, Span>;
}

/** What lowering gives: the graph as far as it could be made, and where its parts were written. */
export interface Lowered {
  readonly graph: EnergyGraph;
  readonly places: Places;
  /** The synapses, as they are written, whose energies are code that was not run. */
  readonly leftOut: readonly string[];
  /** Checks the graph later; what that finds is among the diagnostics. */
  readonly check: (checks: readonly GraphCheck[]) => void;
}

/** What a declaration says about every entry. */
type Declared = Pick<Tensor, "elem" | "bound">;

/** Lowers a parsed file; every mistake goes to its diagnostics or to the overrides' own. */
export function lowerModel(
  module: Module,
  overrides: Overrides,
  checks: readonly GraphCheck[],
): Lowered {
  return new ModelLowering(module, overrides).run(checks);
}

/** The names that schedules of a file move, as they are written. */
function scheduledIn({ items }: ast.FileAst): Set<string> {
  const lines = items.flatMap((item) => (item.kind === "recall" ? item.steps : []));
  const names = lines.flatMap((line) =>
    line.kind === "schedule" ? [line.path.segments.map(({ text }) => text).join(".")] : [],
  );
  return new Set(names);
}

/** The lowering of one file. */
class ModelLowering implements Lowering {
  readonly diagnostics: Diagnostics;
  readonly overrides: Overrides;
  readonly scope: Scope;
  readonly templates: Templates;
  readonly expressions: Expressions;
  readonly shapes: Shapes;
  /** What the names of the graph start with; empty for the model itself. */
  readonly prefix: string;
  readonly scheduled: ReadonlySet<string>;
  readonly isDriven: boolean;
  readonly #file: ast.FileAst;
  readonly #hasGaps: boolean;
  readonly #notes: OpenNotes;
  readonly #folder: string;
  readonly #part: PartInstance | null;
  /** Where things were written; parts write into those of the model. */
  readonly #places: MutablePlaces;
  /** Tensors and dims that belong to a connection or a neuron, with who has them. */
  readonly #adopted: { readonly dims: Dim[]; readonly tensors: Tensor[] } = {
    dims: [],
    tensors: [],
  };
  readonly #children: ModelLowering[] = [];
  readonly #leftOut: string[] = [];

  constructor(
    module: Module,
    overrides: Overrides,
    part: (PartInstance & { readonly of: ModelLowering }) | null = null,
  ) {
    this.#places =
      part === null
        ? { declared: new Map(), files: new Map(), stored: new Map(), types: new Map() }
        : part.of.#places;
    this.#file = module.file;
    this.isDriven = module.file.items.some(({ kind }) => kind === "drive");
    this.#hasGaps = module.hasGaps;
    this.#notes = module.notes;
    this.#folder = module.folder;
    this.#part = part;
    this.prefix = part?.prefix ?? "";
    this.scheduled = part?.of.scheduled ?? scheduledIn(module.file);
    this.overrides = overrides;
    this.diagnostics = module.diagnostics;
    this.templates = module.templates;
    this.scope = makeScope(
      declarationsOf(module.file),
      module.diagnostics,
      (declaration) => this.#resolve(declaration),
      { isLost: (name) => isInGap(module.file, name) },
    );
    this.expressions = new Expressions(
      this.scope,
      module.diagnostics,
      module.file.source.text,
      module.notes,
    );
    this.shapes = new Shapes(this.expressions, module.diagnostics);
  }

  run(checks: readonly GraphCheck[]): Lowered {
    this.templates.checkAll();
    const collected = this.collect();
    const { neurons } = collected;
    const terms = this.#readsNeurons(collected.terms, neurons) ? collected.terms : [];
    const model = { ...collected, terms };
    const written = this.#file.items.flatMap((item) =>
      item.kind === "recall" ? (lowerRecall(this, item) ?? []) : [],
    );
    const blocksOfRecall = this.#file.items.filter((item) => item.kind === "recall");
    this.#reportRecalledTwice(blocksOfRecall);
    if (blocksOfRecall.length === 0) written.push(defaultRecall(model.neurons));
    const inits = this.#inits();
    const recalls = written.map((recall) => {
      const started = new Set(recall.starts.map(({ neuron }) => neuron));
      const starts = [...recall.starts, ...inits.filter(({ neuron }) => !started.has(neuron))];
      return { ...recall, starts };
    });
    const whole: EnergyGraph = { ...model, tensors: this.tensors(), recalls };
    const blocks = lowerBlocks(this, this.#file, whole, (thing, span) =>
      this.#places.declared.set(thing, span),
    );
    // After an error, what seems unused may be used by what could not be read.
    if (!this.hasErrors()) this.#reportUnused();
    this.#reportOverrides(recalls);
    // A given of a part that only its own recalls use is left out.
    const graph = { ...whole, ...blocks, tensors: this.tensors() };
    this.#check(graph, checks);
    return {
      graph,
      check: (later) => this.#check(graph, later),
      places: {
        ...this.#places,
        names: this.#notes,
        written: (expr) => this.written(expr),
      },
      leftOut: this.leftOut,
    };
  }

  /** Runs checks of the finished graph, unless an error is the mistake. */
  #check(graph: EnergyGraph, checks: readonly GraphCheck[]): void {
    if (this.hasErrors()) return;
    const spanOf = (expr: Expr) => this.expressions.spanOf(expr);
    const rounded = this.expressions.rounded();
    const { diagnostics, leftOut } = this;
    const written = { file: this.#file, diagnostics, spanOf, rounded, leftOut };
    for (const check of checks) check(graph, written);
  }

  /** Where an expression was written, in this file or in one of its parts. */
  written(expr: Expr): ReturnType<Places["written"]> {
    const span = this.expressions.spanOf(expr);
    if (span !== undefined) return { source: this.#file.source, span };
    for (const child of this.#children) {
      const found = child.written(expr);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether a name stands in what could not be read. */
  isLost(name: string): boolean {
    return isInGap(this.#file, name);
  }

  /** True when something is wrong in this file or in one of its parts. */
  hasErrors(): boolean {
    // A value from outside that its declaration refuses is the mistake, not what follows from it.
    const isWrong =
      this.#hasGaps ||
      this.diagnostics.hasErrors() ||
      this.overrides.list().some(({ severity }) => severity === "error");
    return isWrong || this.#children.some((child) => child.hasErrors());
  }

  /** Says that the energy of a synapse was not made, because it is code that may not run. */
  leaveOut(synapse: string): void {
    this.#leftOut.push(synapse);
  }

  /** What was left out here and in the parts, each name once. */
  get leftOut(): readonly string[] {
    return [...new Set([...this.#leftOut, ...this.#children.flatMap((child) => child.leftOut)])];
  }

  /** Whatever runs a recall finds it by its name, so a second one of that name would never run. */
  #reportRecalledTwice(recalls: readonly ast.RecallItem[]): void {
    const names = new Map<string, ast.Name>();
    const isUnnamed = ({ span }: ast.Name): boolean =>
      this.#file.source.text.slice(span.start, span.end) === "recall";
    for (const { name } of recalls) {
      const first = names.get(name.text);
      if (first === undefined) names.set(name.text, name);
      else recalledTwice(this.diagnostics, first, name, [first, name].some(isUnnamed));
    }
  }

  /** Everything but recalls, the parts included. */
  collect(): Omit<EnergyGraph, "recalls" | "tensors"> {
    const meanings = this.#meanings();
    const children = this.#children.map((child) => child.collect());
    const pick = <K extends Meaning["kind"]>(kind: K) =>
      meanings.filter((meaning): meaning is Extract<Meaning, { kind: K }> => meaning.kind === kind);
    const neurons = [
      ...pick("neuron").map(({ neuron }) => neuron),
      ...children.flatMap((child) => child.neurons),
    ];
    const terms = this.#file.items.flatMap((item) => this.#term(item));
    const drives = [
      ...this.#file.items.flatMap((item) => this.#drive(item)),
      ...children.flatMap((child) => drivesOf(child)),
    ];
    return {
      dims: [
        ...pick("dim").map(({ dim }) => dim),
        ...this.#adopted.dims,
        ...children.flatMap((child) => child.dims),
      ],
      neurons,
      terms: [...terms, ...children.flatMap((child) => child.terms)],
      ...(drives.length > 0 && { drives }),
    };
  }

  /** Every const, param, data and given, the parts' included. */
  tensors(): Tensor[] {
    const own = [...this.scope.declarations].flatMap(([name]) => {
      const meaning = this.#bound(name) ? undefined : this.scope.peek(name);
      if (meaning?.kind !== "tensor") return [];
      const idle = meaning.tensor.kind === "given" && !this.scope.used.has(name);
      return this.#part !== null && idle ? [] : [meaning.tensor];
    });
    return [
      ...own,
      ...this.#adopted.tensors,
      ...this.#children.flatMap((child) => child.tensors()),
    ];
  }

  /** What every name of the file means; names that a caller bound are the caller's. */
  #meanings(): Meaning[] {
    return [...this.scope.declarations.keys()]
      .filter((name) => !this.#bound(name))
      .map((name) => this.scope.peek(name)!);
  }

  #bound(name: string): boolean {
    return this.#part?.bindings.has(name) ?? false;
  }

  adopt(
    tensor: Tensor,
    span: Span,
    stored?: { readonly connection: string; readonly file: Span },
  ): void {
    this.#adopted.tensors.push(tensor);
    this.#places.declared.set(tensor, this.outermost(span));
    if (stored === undefined) return;
    this.#places.files.set(tensor, this.outermost(stored.file));
    this.#places.stored.set(tensor, stored.connection);
  }

  /** The same for a dim. */
  adoptDim(dim: Dim): void {
    this.#adopted.dims.push(dim);
  }

  /** Where something of this file is, seen from the model's own file. */
  outermost(span: Span): Span {
    return this.#part?.at ?? span;
  }

  /** Where a name of the file is declared. */
  declaredAt(name: string): Span | undefined {
    return this.scope.declarations.get(name)?.name.span;
  }

  /** The neurons of the file that have exactly these axes. */
  neuronsWith(axes: readonly Dim[]): string[] {
    return [...this.scope.declarations].flatMap(([name, { item }]) => {
      const meaning = item.kind === "neuron" ? this.scope.peek(name) : undefined;
      const fits =
        meaning?.kind === "neuron" &&
        meaning.neuron.axes.length === axes.length &&
        meaning.neuron.axes.every((dim, axis) => dim === axes[axis]);
      return fits ? [name] : [];
    });
  }

  #resolve({ name, item }: Declaration): Meaning {
    const bound = this.#part?.bindings.get(name.text);
    if (bound !== undefined) return bound;
    const meaning = this.#lowerItem(name, item) ?? { kind: "broken" };
    this.#notes.meanings.set(name, meaning);
    const key =
      meaning.kind === "dim"
        ? meaning.dim
        : meaning.kind === "tensor"
          ? meaning.tensor
          : meaning.kind === "neuron"
            ? meaning.neuron
            : null;
    if (key !== null) this.#places.declared.set(key, this.outermost(name.span));
    return meaning;
  }

  #lowerItem(name: ast.Name, item: Declaration["item"]): Meaning | null {
    switch (item.kind) {
      case "dim":
        return this.#dim(item.dims.find((definition) => definition.name === name)!);
      case "const":
      case "param":
        return this.#tensor(item.kind, item.name, item.type, item.init);
      case "data":
      case "given":
        return this.#tensor(item.kind, item.name, item.type, item.init);
      case "let": {
        const bound = this.expressions.bind(item.binders, [item.value], NOWHERE, "let");
        const value = bound && this.expressions.lower(item.value, bound.inside);
        return value && { kind: "let", indices: bound.indices, value };
      }
      case "neuron":
        return this.#neuron(item);
      case "connect": {
        const lowered = lowerConnect(this, item);
        return lowered && { kind: "connection", ...lowered };
      }
      case "part": {
        const lowered = lowerPart(
          this,
          item,
          (module, part) => new ModelLowering(module, this.overrides, { ...part, of: this }),
        );
        if (lowered === null) return null;
        this.#children.push(lowered.child);
        return { kind: "part", group: lowered.group };
      }
      case "broken":
        return null;
      default:
        return { kind: "other", what: kindText(item) };
    }
  }

  #dim({ name, value }: ast.DimDefinition): Meaning | null {
    const override = this.overrides.take(`${this.prefix}${name.text}`);
    const path = `${this.prefix}${name.text}`;
    if (override !== undefined) {
      if (Number.isInteger(override.value) && override.value >= 1) {
        return { kind: "dim", dim: makeDim(path, override.value) };
      }
      this.overrides.diagnosticsOf(override).report("E0307", override.span, {
        message: `a dim cannot have the size ${override.value}`,
        help: ["sizes are whole numbers from 1 up"],
      });
      return null;
    }
    if (value === undefined) return { kind: "dim", dim: makeDim(path) };
    const size = this.shapes.sizeOf(value);
    return size && { kind: "dim", dim: makeDim(path, size) };
  }

  #tensor(
    kind: TensorKind,
    name: ast.Name,
    type: ast.TypeAst | undefined,
    init: ast.Init | undefined,
  ): Meaning | null {
    const axes = this.shapes.lower(type?.shape);
    const override =
      kind === "const" && axes?.length === 0
        ? this.overrides.take(`${this.prefix}${name.text}`)
        : undefined;
    const bound = type?.bound ?? null;
    const elem = type?.element?.kind ?? "real";
    if (axes === null) return null;
    const source: TensorSource | "none" | null =
      override === undefined
        ? this.#source(init, { name: name.text, kind, axes, elem, bound })
        : { from: "value", value: lit(override.value) };
    if (source === null) return null;
    if (override !== undefined) this.#takes(name, { elem, bound }, override, type);
    const tensor = makeTensor(`${this.prefix}${name.text}`, kind, axes, {
      elem,
      bound: bound && { op: bound.op, value: bound.value },
      source: source === "none" ? null : source,
    });
    if (type !== undefined) this.#places.types.set(tensor, this.outermost(type.span));
    if (init?.kind === "from") this.#places.files.set(tensor, this.outermost(init.path.span));
    return { kind: "tensor", tensor };
  }

  #takes(
    name: ast.Name,
    declared: Declared,
    override: Override,
    type: ast.TypeAst | undefined,
  ): void {
    const { typed, span } = override;
    const diagnostics = this.overrides.diagnosticsOf(override);
    if (refusalOf(declared, typed) === null) {
      if (losesDigits(typed)) roundedNumber(diagnostics, typed, span);
      return;
    }
    const line = this.diagnostics.lineOf(name.span);
    valueRefused(
      diagnostics,
      name.text,
      declared,
      typed,
      span,
      `declared \`${name.text}: ${type === undefined ? "real" : this.expressions.written(type.span)}\` at ${this.#file.source.name}:${line}`,
    );
  }

  #source(init: ast.Init | undefined, array: WrittenArray): TensorSource | "none" | null {
    if (init === undefined) return "none";
    const isOutside = array.kind === "data" || array.kind === "given";
    if (init.kind === "value" && (isOutside || init.value.kind === "list")) {
      return readArray(init.value, array, this.expressions, this.diagnostics);
    }
    if (init.kind === "value") {
      const value = this.expressions.lower(init.value);
      if (value === null) return null;
      const known = typedNumber(init.value) ?? knownValue(value);
      // What is no number at all has a message of its own.
      const wrong =
        known !== null && Number.isFinite(Number(known)) && refusalOf(array, known) !== null;
      if (wrong) {
        valueRefused(this.diagnostics, array.name, array, known, init.value.span, null);
      }
      return { from: "value", value };
    }
    if (init.kind === "draw") {
      return drawFrom(init.distribution, this);
    }
    const stored = init.stored === undefined ? null : this.shapes.lower(init.stored);
    const take = init.take === undefined ? null : this.expressions.lower(init.take);
    if (init.stored !== undefined && stored === null) return null;
    if (init.take !== undefined && take === null) return null;
    return { from: "file", ...this.fileOf(init.path), stored, take };
  }

  fileOf({ value }: ast.StringLiteral): { readonly file: string; readonly key: string | null } {
    const [file, key = null] = value.split("#", 2);
    return { file: this.#folder === "" ? file : joinPath(this.#folder, file), key };
  }

  #neuron(item: ast.NeuronItem): Meaning | null {
    const template = item.lagrangian;
    const axes = this.shapes.lower(item.shape);
    const found = this.templates.lagrangian(template.path);
    if (found === null) return null;
    const { definition } = found;
    const name = { text: this.expressions.written(template.path.span) };
    const options: Record<string, Expr | Tensor> = {};
    let over: Dim[] | undefined;
    let failed = axes === null;
    for (const arg of template.args ?? []) {
      if (arg.name === undefined) {
        const free = definition.options.filter(
          (option) => !template.args!.some((other) => other.name?.text === option.name),
        );
        const known = free.map((option) => option.name);
        namedOnly(this.diagnostics, this.expressions.written(arg.span), null, known, arg.span);
        failed = true;
      } else if (arg.name.text === "over" && definition.coupled) {
        over = this.#over(arg.value, axes ?? []) ?? undefined;
        failed ||= over === undefined;
      } else if (definition.options.some((option) => option.name === arg.name!.text)) {
        const value =
          this.expressions.whole(arg.value)?.tensor ?? this.expressions.lower(arg.value);
        const fits = value !== null && this.#optionFits(item.name, definition, arg, value, axes);
        if (!fits) failed = true;
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
    const mixed = over ?? axes ?? [];
    if (!failed && found.axes.length > 1 && mixed.length !== found.axes.length) {
      overCount(this.diagnostics, name.text, found.axes, mixed, template.span);
      failed = true;
    }
    if (axes !== null && !failed) this.#ownParams(item.name, found, over ?? axes, options);
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
    if (!this.#assertsHold(name.text, found, template.span, options)) return null;
    const neuron = makeNeuron(`${this.prefix}${item.name.text}`, axes!, definition, {
      options,
      ...(over === undefined ? {} : { over }),
      ...settings,
      assumed: assumptionsOf(item.attributes),
    });
    return { kind: "neuron", neuron };
  }

  /** An array is read along the axes that it shares with the layer; a number keeps its bound. */
  #optionFits(
    neuron: ast.Name,
    definition: LagrangianTemplate["definition"],
    { name, value: { span } }: ast.Arg,
    value: Expr | Tensor,
    axes: readonly Dim[] | null,
  ): boolean {
    const { text } = name!;
    const option = definition.options.find((other) => other.name === text);
    const { elem = "real", bound = null } = option ?? {};
    const who = `\`${text}\``;
    if ("axes" in value) {
      if (axes !== null && !value.axes.every((dim) => axes.includes(dim))) {
        optionAxes(this.diagnostics, text, value, { name: neuron.text, axes }, span);
        return false;
      }
      // Whether a real number keeps its bound shows in what is proven of the Lagrangian.
      return elem === "real" || keepsDeclaration(this, who, { elem, bound }, value, span);
    }
    const known = knownValue(value);
    if (known === null) {
      return (
        elem === "real" || formulaKeeps(this, { who, name: text }, { elem, bound }, value, span)
      );
    }
    if ((elem === "real" && bound === null) || refusalOf({ elem, bound }, known) === null)
      return true;
    valueRefused(this.diagnostics, text, { elem, bound }, known, span, null);
    return false;
  }

  /** Params of a Lagrangian that nothing was bound to: tensors of the neuron, `v.w`. */
  #ownParams(
    neuron: ast.Name,
    { params, axes }: LagrangianTemplate,
    over: readonly Dim[],
    options: Record<string, Expr | Tensor>,
  ): void {
    for (const param of params) {
      if (options[param.name] !== undefined) continue;
      const dims = param.axes.flatMap((axis) =>
        axes.length === 1 ? over : [over[axes.indexOf(axis)]],
      );
      const tensor = makeTensor(`${this.prefix}${neuron.text}.${param.name}`, "param", dims, {
        elem: param.elem ?? "real",
        bound: param.bound,
        source: param.source,
      });
      this.adopt(tensor, neuron.span);
      options[param.name] = dims.length === 0 ? get(tensor) : tensor;
    }
  }

  #assertsHold(
    name: string,
    template: LagrangianTemplate,
    span: Span,
    given: Readonly<Record<string, Expr | Tensor>>,
  ): boolean {
    const { options } = template.definition;
    const values = Object.fromEntries(
      options.flatMap((option): [string, Expr][] => {
        const value = given[option.name] ?? (option.default === null ? null : lit(option.default));
        return value === null || "axes" in value ? [] : [[option.name, value]];
      }),
    );
    const broken = template.asserts.find((assert) => template.holds(assert, values) === false);
    if (broken !== undefined) assertFails(this.diagnostics, name, broken, span);
    return broken === undefined;
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

  /** Where layers begin that no recall starts, the parts' included. */
  #inits(): Start[] {
    const own = this.#file.items.flatMap((item) =>
      item.kind !== "neuron"
        ? []
        : item.settings.flatMap((setting) => {
            if (setting.kind !== "init") return [];
            const { name } = item;
            const path = { kind: "path", segments: [name], span: name.span } as const;
            const target = { kind: "target", path, span: name.span } as const;
            return lowerStart(this, { target, init: setting.init }) ?? [];
          }),
    );
    return [...own, ...this.#children.flatMap((child) => child.#inits())];
  }

  #drive(item: ast.Item): Drive[] {
    const neuron = item.kind === "drive" ? this.neuron(item.target.path) : null;
    if (item.kind !== "drive" || neuron === null) return [];
    const value = entries(this, item.target, neuron, item.value, true);
    return value === null ? [] : [{ neuron, ...value }];
  }

  #term(item: ast.Item): Term[] {
    if (item.kind === "connect") {
      const meaning = this.scope.peek(connectionName(item).text);
      return meaning?.kind === "connection" ? [meaning.connection.term] : [];
    }
    if (item.kind !== "energy") return [];
    const around: Surroundings = { ...NOWHERE, scalar: "energy" };
    const energy = this.expressions.lower(item.value, around);
    if (energy === null) return [];
    return [{ name: `${this.prefix}${item.name.text}`, energy }];
  }

  /**
   * An energy may be a constant, so that the sum has the zero that somebody wants; when all of them
   * are, no recall can follow them.
   */
  #readsNeurons(terms: readonly Term[], neurons: readonly Neuron[]): boolean {
    const activations = new Set(neurons.map((neuron) => neuron.activation));
    const reads = ({ energy }: Term): boolean =>
      [...tensorsIn([energy])].some((tensor) => activations.has(tensor));
    if (terms.length === 0 || this.hasErrors() || terms.some(reads)) return true;
    const names = neurons.map((neuron) => neuron.name);
    for (const item of this.#file.items) {
      if (item.kind === "energy") noNeuron(this.diagnostics, item.name, names);
    }
    return false;
  }

  /** The neuron that a path names; reports anything else. */
  neuron(path: ast.Path): Neuron | null {
    const meaning = this.scope.at(path);
    if (meaning.kind === "neuron") return meaning.neuron;
    if (meaning.kind !== "broken") {
      const written = this.expressions.written(path.span);
      const declared = this.scope.declarations.get(written);
      const kind = declared === undefined ? meaning.kind : kindText(declared.item);
      this.diagnostics.report("E0404", path.span, {
        message: `a neuron is needed here, but \`${written}\` is a ${kind}`,
      });
    }
    return null;
  }

  #reportUnused(): void {
    for (const { name, item } of this.scope.declarations.values()) {
      const checked = ["dim", "const", "param", "data", "given", "let"].includes(item.kind);
      if (!checked || this.scope.used.has(name.text)) continue;
      unused(this.diagnostics, name, kindText(item));
    }
    for (const item of this.#file.items) {
      if (item.kind !== "use" || this.templates.usedUses.has(item)) continue;
      unused(this.diagnostics, item.name, kindText(item));
    }
  }

  #reportOverrides(recalls: readonly Recall[]): void {
    // An array is no number, and is not set.
    const named = [...this.scope.declarations.values()].flatMap(({ name: { text: name }, item }) =>
      item.kind === "dim" || (item.kind === "const" && item.type?.shape === undefined)
        ? [{ name, kind: item.kind }]
        : [],
    );
    const settings = recalls.flatMap(({ name, solver }) =>
      ["steps", ...solver.options.keys()].map((option) => ({
        name: `recall.${name}.${option}`,
        kind: "",
      })),
    );
    this.overrides.reportUnknown([...named, ...settings]);
  }
}
