// Expressions of a file become expressions of the graph, and every rule about names, indices and
// dims is applied on the way.
//
// A mistake is reported once and the expression becomes null; whoever gets a null stays silent.

import {
  add,
  apply,
  type Dim,
  div,
  type Expr,
  get,
  type Index,
  isCondition,
  isLit,
  lit,
  makeIndex,
  mean,
  mul,
  losesDigits,
  neg,
  position,
  pow,
  type ReadEntry,
  reduce,
  type ScalarFunction,
  size,
  sub,
  substituteIndices,
  type Tensor,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { beforeOutsideDrive } from "../rules/before-outside-drive.ts";
import { saidTwice } from "../rules/declared-twice.ts";
import { emptyWhere } from "../rules/empty-where.ts";
import { notScalar, OF_WHAT } from "../rules/energy-not-scalar.ts";
import { indexCount } from "../rules/index-count.ts";
import { indexFromValue } from "../rules/index-from-value.ts";
import { indexDimUnknown } from "../rules/index-dim-unknown.ts";
import { indexHidesName } from "../rules/index-hides-name.ts";
import { indexRange } from "../rules/index-range.ts";
import { indexTwoDims, type IndexUse } from "../rules/index-two-dims.ts";
import { indexUnused } from "../rules/index-unused.ts";
import { missingIndex } from "../rules/missing-index.ts";
import { fitsFloat32, isLostInFloat32, noFiniteValue, tooSmall } from "../rules/no-finite-value.ts";
import { noGradient } from "../rules/no-gradient.ts";
import { stateInEnergy } from "../rules/state-in-energy.ts";
import { conditionNeeded, listInFormula, numberNeeded } from "../rules/type-mismatch.ts";
import { type EarlierBinder, unboundIndex } from "../rules/unbound-index.ts";
import { tooDeep } from "../rules/too-deep.ts";
import { unknownFunction } from "../rules/unknown-function.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { makeDepths, MOST_DEEP } from "./depth.ts";
import type { RoundedNumber } from "./graph-check.ts";
import { isNeverTrue } from "./never-true.ts";
import type { OpenNotes } from "./notes.ts";
import type { Scope } from "./scope.ts";
import { axesOf, kindText, type Meaning } from "./symbols.ts";
import { typedNumber } from "./typed-digits.ts";
import { binderNames, indexedUses, mentions, walk } from "./walk.ts";
import { pickByValue, placesForSum } from "./where-to-sum.ts";

/** The functions of the language and what they are in the graph. */
export const FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map(
  (
    [
      ...(["exp", "log", "sqrt", "abs", "relu", "softplus", "sigmoid"] as const),
      ...(["tanh", "logcosh", "sin", "cos", "ceil", "max", "min"] as const),
    ] satisfies ScalarFunction[]
  ).map((name) => [name, name]),
);

const COMPARISONS: Partial<Record<ast.BinaryOp, (a: Expr, b: Expr) => Expr>> = {
  "==": (a, b) => apply("eq", a, b),
  "!=": (a, b) => apply("ne", a, b),
  "<": (a, b) => apply("lt", a, b),
  "<=": (a, b) => apply("le", a, b),
  ">": (a, b) => apply("lt", b, a),
  ">=": (a, b) => apply("le", b, a),
};

/** What an expression may see besides the names of the file. */
export interface Surroundings {
  /** Indices bound further out. */
  readonly indices: ReadonlyMap<string, { index: Index; span: Span }>;
  /** Words with a meaning here only, such as `t` in a schedule or `change` in a stop condition. */
  readonly words: ReadonlyMap<string, Expr>;
  /** The whole expression must be one number: what it is called in a message. */
  readonly scalar: "energy" | "loss" | "metric" | "value" | null;
  /** Whether `before v[i]` may be read. */
  readonly isDrive?: boolean;
  /** Functions with a meaning here only, such as `overlap` in a test. */
  readonly calls?: ReadonlyMap<string, (call: ast.Reference) => Expr | null>;
}

/** Part of a tensor of which whole axes are meant. */
export interface Slice {
  /** As written. */
  readonly name: string;
  readonly span: Span;
  /** The axes that are meant whole. */
  readonly axes: readonly Dim[];
  /** The entry at one index for each of them. */
  readonly read: (indices: readonly Index[]) => Expr;
}

export const NOWHERE: Surroundings = { indices: new Map(), words: new Map(), scalar: null };

/** Turns syntax into graph expressions; see the head of this file. */
export class Expressions {
  readonly #scope: Scope;
  readonly #diagnostics: Diagnostics;
  readonly #text: string;
  readonly #notes: OpenNotes;
  /** The outermost expression at work: where earlier binders are looked for. */
  #root: ast.Expression | null = null;
  /** Where expressions were written, for rules that read the finished graph. */
  readonly #spans = new Map<Expr, Span>();
  readonly #rounded = new Map<number, RoundedNumber>();
  /** Indices already reported as unbound in it: one mistake, one message. */
  readonly #unboundNames = new Set<string>();
  /** Reads whose indices were reported as walking the wrong axes. */
  readonly #blamed = new Set<ast.Reference>();
  /** Numbers already reported as too small. */
  readonly #tooSmall: Span[] = [];
  /** What a `let` is worth at the indices that it was read at. */
  readonly #letReads = new Map<Meaning, { at: readonly (Index | number)[]; value: Expr }[]>();

  readonly #depthOf = makeDepths();

  constructor(scope: Scope, diagnostics: Diagnostics, text: string, notes: OpenNotes) {
    this.#scope = scope;
    this.#diagnostics = diagnostics;
    this.#text = text;
    this.#notes = notes;
  }

  /** Notes which dim an index walks. */
  noteIndex(name: ast.Name, dim: Dim): void {
    this.#notes.walked.set(name, dim);
  }

  /** Where an expression was written, as far as it is still the one that was written. */
  spanOf(expr: Expr): Span | undefined {
    return this.#spans.get(expr);
  }

  /** Whole numbers of the formulas, and dims that they read, that float32 cannot hold. */
  rounded(): readonly RoundedNumber[] {
    return [...this.#rounded.values()];
  }

  written(span: Span): string {
    return this.#text.slice(span.start, span.end);
  }

  /** A number (or condition) over the indices of its surroundings. */
  lower(expression: ast.Expression, around: Surroundings = NOWHERE): Expr | null {
    const outer = this.#root;
    this.#root ??= expression;
    if (outer === null) this.#unboundNames.clear();
    try {
      const value = this.#lower(expression, around);
      if (outer !== null || value === null || this.#depthOf(value) <= MOST_DEEP) return value;
      tooDeep(this.#diagnostics, this.#depthOf(value), MOST_DEEP, expression.span);
      return null;
    } finally {
      this.#root = outer;
    }
  }

  /** The same, where a condition is needed. */
  condition(expression: ast.Expression, around: Surroundings, place: string): Expr | null {
    const value = this.lower(expression, around);
    if (value === null) return null;
    if (!isTruth(value) && !comparesOrJoins(expression)) {
      conditionNeeded(this.#diagnostics, place, this.written(expression.span), expression.span);
      return null;
    }
    return value;
  }

  /** Binds names as indices whose dims follow from how `bodies` use them. */
  bind(
    binders: readonly ast.Binder[],
    bodies: readonly ast.Expression[],
    around: Surroundings,
    op: string,
    options: { readonly mayBeUnused?: boolean } = {},
  ): { indices: Index[]; inside: Surroundings } | null {
    const dims = new Map<string, Dim>();
    let failed = false;
    const names = binders.map(({ name }) => name.text);
    for (const [at, { name }] of binders.entries()) {
      const first = names.indexOf(name.text);
      if (first === at) continue;
      saidTwice(this.#diagnostics, name.text, binders[first].span, name.span);
      failed = true;
    }
    for (const binder of binders) {
      const dim = this.#dimOf(binder, bodies, around, op, binders, options);
      if (dim === null) failed = true;
      else dims.set(binder.name.text, dim);
      if (dim !== null) this.noteIndex(binder.name, dim);
    }
    if (failed) return null;
    const indices = binders.map((binder) =>
      makeIndex(binder.name.text, dims.get(binder.name.text)!),
    );
    const inner = new Map(around.indices);
    binders.forEach((binder, i) =>
      inner.set(binder.name.text, { index: indices[i], span: binder.span }),
    );
    return { indices, inside: { ...around, indices: inner } };
  }

  #dimOf(
    binder: ast.Binder,
    bodies: readonly ast.Expression[],
    around: Surroundings,
    op: string,
    all: readonly ast.Binder[],
    { mayBeUnused = op === "let" }: { readonly mayBeUnused?: boolean },
  ): Dim | null {
    const name = binder.name.text;
    if (this.#hidesSomething(binder, bodies, around)) return null;
    const uses: (IndexUse & { readonly reference: ast.Reference })[] = [];
    let uncertain = false;
    for (const use of bodies.flatMap((body) => indexedUses(body, name))) {
      const meaning = this.#scope.peekAt(use.reference.path);
      const axes = meaning === undefined ? null : axesOf(meaning);
      if (axes === null) uncertain = true;
      else if (use.axis < axes.length) {
        const written = use.reference.indices!.map((index) => this.written(index.span));
        const tensor = this.written(use.reference.path.span);
        const { axis, span, reference } = use;
        uses.push({ tensor, axes, axis, span, written, reference });
      }
    }
    if (binder.dim !== undefined) {
      const dim = this.dim(binder.dim);
      const other = dim === null ? undefined : uses.find((use) => use.axes[use.axis] !== dim);
      if (dim === null || other === undefined) return dim;
      // Two indices in each other's place are one mistake.
      if (!this.#blamed.has(other.reference)) {
        indexTwoDims(this.#diagnostics, name, { binder: binder.span, dim }, other);
      }
      this.#blamed.add(other.reference);
      return null;
    }
    if (uses.length === 0) {
      if (uncertain) this.#sink(bodies, around, all);
      else if (mayBeUnused || bodies.some((body) => mentions(body, name))) {
        indexDimUnknown(this.#diagnostics, binder.name, this.#dimNames());
      } else {
        const unbound = this.#firstUnbound(bodies, around, all);
        indexUnused(
          this.#diagnostics,
          op,
          binder.name,
          all.map((other) => other.name),
          unbound,
        );
      }
      return null;
    }
    const dim = uses[0].axes[uses[0].axis];
    const other = uses.find((use) => use.axes[use.axis] !== dim);
    if (other === undefined) return dim;
    indexTwoDims(this.#diagnostics, name, uses[0], other);
    return null;
  }

  /** Lowers bodies only for what they report: names that keep an index from having a dim. */
  #sink(
    bodies: readonly ast.Expression[],
    around: Surroundings,
    binders: readonly ast.Binder[],
  ): void {
    for (const body of bodies) {
      walk(body, (node) => {
        if (node.kind !== "reference") return;
        if (node.args !== undefined) {
          if (!around.calls?.has(node.path.segments[0].text)) this.#function(node);
          return;
        }
        const [first] = node.path.segments;
        const local =
          around.indices.has(first.text) ||
          around.words.has(first.text) ||
          binders.some((binder) => binder.name.text === first.text) ||
          binderNames(body).has(first.text);
        if (!local) this.#scope.at(node.path);
      });
    }
  }

  #hidesSomething(
    binder: ast.Binder,
    bodies: readonly ast.Expression[],
    around: Surroundings,
  ): boolean {
    const { text } = binder.name;
    const declared = this.#scope.declarations.get(text);
    const outer = around.indices.get(text);
    if (declared === undefined && outer === undefined) return false;
    const taken = new Set([
      ...this.#scope.declarations.keys(),
      ...around.indices.keys(),
      ...bodies.flatMap((body) => [...binderNames(body)]),
    ]);
    const other =
      declared === undefined
        ? { what: "an index around it", span: outer!.span }
        : { what: article(kindText(declared.item)), span: declared.name.span };
    indexHidesName(this.#diagnostics, binder.name, other, taken);
    return true;
  }

  #dimNames(): string[] {
    return [...this.#scope.declarations.values()]
      .filter(({ item }) => kindText(item) === "dim")
      .map(({ name }) => name.text);
  }

  /** The first index in `bodies` that nothing binds, for a suggestion. */
  #firstUnbound(
    bodies: readonly ast.Expression[],
    around: Surroundings,
    binders: readonly ast.Binder[],
  ): string | null {
    const bound = new Set([
      ...around.indices.keys(),
      ...binders.map((binder) => binder.name.text),
      ...bodies.flatMap((body) => [...binderNames(body)]),
    ]);
    let found: string | null = null;
    for (const body of bodies) {
      walk(body, (node) => {
        if (node.kind !== "reference") return;
        for (const index of node.indices ?? []) {
          if (index.kind === "name" && !bound.has(index.name.text)) found ??= index.name.text;
        }
      });
    }
    return found;
  }

  /** The dim that a name stands for. */
  dim(path: ast.Path): Dim | null {
    const meaning = this.#scope.at(path);
    if (meaning.kind === "dim") return meaning.dim;
    if (meaning.kind !== "broken") {
      const text = this.written(path.span);
      this.#diagnostics.report("E0404", path.span, {
        message: `a dim is needed here, but \`${text}\` is ${article(this.#kindOf(path, meaning))}`,
        help: [`dims: ${this.#dimNames().join(", ") || "none declared yet"}`],
      });
    }
    return null;
  }

  /** True for a const that is one number. */
  isConst(path: ast.Path): boolean {
    const meaning = this.#scope.peekAt(path);
    return (
      meaning?.kind === "tensor" &&
      meaning.tensor.kind === "const" &&
      meaning.tensor.axes.length === 0
    );
  }

  #kindOf({ segments: [first, ...rest] }: ast.Path, meaning: Meaning): string {
    const declared = this.#scope.declarations.get(first.text);
    if (rest.length === 0 && declared !== undefined) return kindText(declared.item);
    return meaning.kind === "tensor" ? meaning.tensor.kind : meaning.kind;
  }

  #lower(node: ast.Expression, around: Surroundings): Expr | null {
    const expr = this.#lowerNode(node, around);
    if (expr === null) return null;
    if (!this.#spans.has(expr)) this.#spans.set(expr, node.span);
    if (!isLit(expr)) return expr;
    this.#notice(typedNumber(node) ?? expr.value, node.span);
    return this.#fits(expr.value, node.span) ? expr : null;
  }

  /**
   * Numbers are worked out in float64, so what counts is the whole of what is known; but what is
   * typed with more digits than that has lost them already.
   */
  #notice(value: number | bigint, { start, end }: Span): void {
    for (const [at, { span, value: part }] of this.#rounded) {
      const isKept = typeof part === "bigint" && typeof value === "number";
      if (span.start >= start && span.end <= end && !isKept) this.#rounded.delete(at);
    }
    if (losesDigits(value)) this.#rounded.set(start, { value, span: { start, end } });
  }

  /** Whether float32 holds a number that is worked out here; reports it where it does not. */
  #fits(value: number, span: Span): boolean {
    if (!fitsFloat32(value)) {
      noFiniteValue(this.#diagnostics, this.written(span), value, span);
      return false;
    }
    const inside = (part: Span) => span.start <= part.start && part.end <= span.end;
    if (isLostInFloat32(value) && !this.#tooSmall.some(inside)) {
      this.#tooSmall.push(span);
      tooSmall(this.#diagnostics, this.written(span), value, span);
    }
    return true;
  }

  #lowerNode(node: ast.Expression, around: Surroundings): Expr | null {
    switch (node.kind) {
      case "number":
        return lit(node.value);
      case "string":
        numberNeeded(this.#diagnostics, "an expression", "a text", node.span);
        return null;
      case "list":
        listInFormula(this.#diagnostics, node.span);
        return null;
      case "unary": {
        const operand = this.#lower(node.operand, around);
        if (operand === null) return null;
        return node.op === "-" ? neg(operand) : apply("not", operand);
      }
      case "binary":
        return this.#binary(node, around);
      case "reduce":
        return this.#reduce(node, around);
      case "reference":
        return this.#reference(node, around);
    }
  }

  #binary(node: ast.Binary, around: Surroundings): Expr | null {
    const left = this.#lower(node.left, around);
    const right = this.#lower(node.right, around);
    if (left === null || right === null) return null;
    const compare = COMPARISONS[node.op];
    if (compare !== undefined) return compare(left, right);
    switch (node.op) {
      case "+":
        return add(left, right);
      case "-":
        return sub(left, right);
      case "*":
        return mul(left, right);
      case "/":
        return div(left, right);
      case "^":
        return pow(left, right);
      default:
        return apply(node.op === "and" ? "and" : "or", left, right);
    }
  }

  #reduce(node: ast.Reduce, around: Surroundings): Expr | null {
    const bodies = node.where === undefined ? [node.body] : [node.body, node.where];
    const bound = this.bind(node.binders, bodies, around, node.op);
    if (bound === null) return null;
    const { indices, inside } = bound;
    const where =
      node.where === undefined ? undefined : this.condition(node.where, inside, "where");
    const body = this.#lower(node.body, inside);
    if (body === null || where === null) return null;
    if (where !== undefined && isNeverTrue(where)) {
      emptyWhere(this.#diagnostics, node.where!.span, this.#betterWhere(node.where!, inside));
      return null;
    }
    return node.op === "mean"
      ? mean(indices, body, where)
      : reduce(node.op, indices, body, where ?? null);
  }

  /** `b != c` for `b != b`, when another index walks the same axis. */
  #betterWhere(where: ast.Expression, { indices }: Surroundings): string | null {
    if (where.kind !== "binary") return null;
    const name = this.written(where.left.span);
    const walked = indices.get(name)?.index;
    if (walked === undefined || this.written(where.right.span) !== name) return null;
    const other = [...indices].find(
      ([text, { index }]) => text !== name && index.dim === walked.dim,
    );
    return other === undefined ? null : `${name} ${where.op} ${other[0]}`;
  }

  #reference(node: ast.Reference, around: Surroundings): Expr | null {
    if (node.args !== undefined) return this.#call(node, around);
    const [first] = node.path.segments;
    if (node.before !== undefined) return this.#past(node, around);
    if (node.indices === undefined) {
      const word = around.words.get(first.text);
      if (word !== undefined) return word;
      const index = around.indices.get(first.text);
      if (index !== undefined) return position(index.index);
    }
    return this.#entry(node, this.#scope.at(node.path), around);
  }

  /** `before v[i]`: an entry of the activation one step ago. */
  #past(node: ast.Reference, around: Surroundings): Expr | null {
    const meaning = this.#scope.at(node.path);
    if (meaning.kind === "broken") return null;
    const isLayer = meaning.kind === "neuron";
    if (isLayer && around.isDrive) {
      return this.#entry(node, { kind: "tensor", tensor: meaning.neuron.before }, around);
    }
    const { span } = isLayer ? node : node.path;
    const read = { written: this.written(span), isLayer };
    beforeOutsideDrive(this.#diagnostics, read, node.span);
    return null;
  }

  #entry(node: ast.Reference, meaning: Meaning, around: Surroundings): Expr | null {
    const text = this.written(node.path.span);
    if (meaning.kind === "broken") return null;
    if (meaning.kind === "dim" && node.indices === undefined) return size(meaning.dim);
    const axes = axesOf(meaning);
    if (axes === null) {
      numberNeeded(
        this.#diagnostics,
        "an expression",
        article(this.#kindOf(node.path, meaning)),
        node.span,
      );
      return null;
    }
    if (node.indices === undefined) {
      if (axes.length === 0) return this.#read(meaning, []);
      this.#wholeTensor(node, meaning, axes, around);
      return null;
    }
    if (node.indices.length !== axes.length) {
      const written = node.indices.map((index) => this.written(index.span));
      const complete = completions(node.indices, axes, around.indices);
      indexCount(this.#diagnostics, text, axes, written, complete, node.span);
      return null;
    }
    const at = node.indices.map((index, axis) => this.#index(index, node, axes, axis, around));
    if (at.some((index) => index === null)) return null;
    return this.#read(meaning, at as (Index | number)[]);
  }

  #read(meaning: Meaning, at: readonly (Index | number)[]): Expr | null {
    switch (meaning.kind) {
      case "tensor":
        return get(meaning.tensor, at);
      case "neuron":
        return get(meaning.neuron.activation, at);
      case "let":
        return this.#readLet(meaning, at);
      default:
        return null;
    }
  }

  /**
   * The value of a `let` at indices: one and the same object wherever they are the same, so that a
   * chain of definitions, each of which reads the one before it twice, does not double with each.
   */
  #readLet(meaning: Meaning & { kind: "let" }, at: readonly (Index | number)[]): Expr {
    const reads = this.#letReads.get(meaning) ?? [];
    this.#letReads.set(meaning, reads);
    const known = reads.find((read) => read.at.every((index, axis) => index === at[axis]));
    if (known !== undefined) return known.value;
    const map = new Map(meaning.indices.map((index, axis) => [index, at[axis]]));
    const value = substituteIndices(meaning.value, map);
    reads.push({ at, value });
    return value;
  }

  #wholeTensor(
    node: ast.Reference,
    meaning: Meaning,
    axes: readonly Dim[],
    around: Surroundings,
  ): void {
    const complete = completions([], axes, around.indices);
    const layer =
      meaning.kind === "neuron" ||
      (meaning.kind === "tensor" && meaning.tensor.kind === "activation");
    const what = layer ? "layer" : "array";
    missingIndex(this.#diagnostics, this.written(node.span), what, axes, complete, node.span);
  }

  #index(
    index: ast.Index,
    node: ast.Reference,
    axes: readonly Dim[],
    axis: number,
    around: Surroundings,
  ): Index | number | null {
    const dim = axes[axis];
    if (index.kind === "number") {
      const known = dim.size?.kind === "lit" ? dim.size.value : Infinity;
      if (Number.isInteger(index.value) && index.value < known) return index.value;
      indexRange(this.#diagnostics, index.value, dim.name, known, index.span);
      return null;
    }
    if (index.kind === "whole") {
      numberNeeded(this.#diagnostics, "an expression", "a whole axis", index.span);
      return null;
    }
    const { text, span } = index.name;
    const found = around.indices.get(text);
    if (found === undefined) {
      if (!this.#isValue(index, node, dim, around)) this.#unbound(text, span, dim, around);
      return null;
    }
    if (found.index.dim !== dim) {
      const tensor = this.written(node.path.span);
      const written = node.indices!.map((other) => this.written(other.span));
      indexTwoDims(
        this.#diagnostics,
        text,
        { binder: found.span, dim: found.index.dim },
        { tensor, axes, axis, span, written },
      );
      return null;
    }
    return found.index;
  }

  /** E0312: `y[label]`, where `label` is a number of the file and no index. */
  #isValue(
    axis: ast.Index & { readonly kind: "name" },
    node: ast.Reference,
    dim: Dim,
    around: Surroundings,
  ): boolean {
    const value = axis.name.text;
    const meaning = this.#scope.peek(value);
    const isNumber = meaning !== undefined && axesOf(meaning)?.length === 0;
    if (!isNumber) return false;
    const declared = this.#scope.declarations.get(value)!;
    const taken = new Set([
      ...this.#scope.declarations.keys(),
      ...around.indices.keys(),
      ...(this.#root === null ? [] : binderNames(this.#root)),
    ]);
    const index = freeName(dim.name, taken);
    const pick = { value, axis, index };
    const written = this.#root && pickByValue(this.#root, node, pick, this.#text);
    indexFromValue(
      this.#diagnostics,
      { value, kind: article(kindText(declared.item)), index },
      written,
      axis.span,
    );
    this.#scope.at({ segments: [axis.name], span: axis.span }); // It counts as used.
    return true;
  }

  #unbound(text: string, span: Span, dim: Dim, around: Surroundings): void {
    if (this.#unboundNames.has(text)) return;
    this.#unboundNames.add(text);
    let earlier: EarlierBinder | null = null;
    const root = this.#root;
    if (root !== null) {
      walk(root, (node) => {
        const binds =
          node.kind === "reduce" &&
          node.span.end <= span.start &&
          node.binders.some((binder) => binder.name.text === text);
        if (binds) earlier = { op: node.op, span: node.opSpan, end: node.span.end };
      });
    }
    if (earlier === null && around.scalar !== null && root !== null) {
      const all = this.#unboundIn(root, around);
      for (const name of all) this.#unboundNames.add(name);
      const places = placesForSum(root, all, OF_WHAT[around.scalar].op, this.#text);
      notScalar(this.#diagnostics, around.scalar, text, dim.name, span, places);
    } else {
      unboundIndex(this.#diagnostics, text, span, earlier);
    }
  }

  /** The indices that nothing binds, at least where the first of them stands. */
  #unboundIn(root: ast.Expression, around: Surroundings): string[] {
    const names = new Set<string>();
    walk(root, (node) => {
      if (node.kind !== "reference") return;
      for (const index of node.indices ?? []) if (index.kind === "name") names.add(index.name.text);
    });
    return [...names].filter(
      (name) =>
        !around.indices.has(name) &&
        !this.#scope.declarations.has(name) &&
        indexedUses(root, name).length > 0,
    );
  }

  /** The function that is called, or null after a message. */
  #function(node: ast.Reference): ScalarFunction | null {
    const [name] = node.path.segments;
    const args = node.args!;
    if (name.text === "state") {
      const span = { start: node.span.start, end: node.argsSpan!.end };
      stateInEnergy(this.#diagnostics, this.written(span), span);
      return null;
    }
    if (name.text === "sign" || name.text === "step") {
      const neuron = [...this.#scope.declarations.values()].find(
        ({ item, name: other }) =>
          (item.kind === "neuron" || kindText(item) === "argument") &&
          args.some((arg) => mentions(arg.value, other.text)),
      );
      noGradient(this.#diagnostics, name.text, neuron?.name.text ?? null, node.span);
      return null;
    }
    const op = FUNCTIONS.get(name.text);
    if (op !== undefined && node.path.segments.length === 1) return op;
    unknownFunction(this.#diagnostics, node.path.segments.at(-1)!, [...FUNCTIONS.keys()]);
    return null;
  }

  #call(node: ast.Reference, around: Surroundings): Expr | null {
    const [name] = node.path.segments;
    const args = node.args!;
    const local = around.calls?.get(name.text);
    if (local !== undefined) return local(node);
    const op = this.#function(node);
    if (op === null) return null;
    const arity = op === "max" || op === "min" ? 2 : 1;
    if (args.length !== arity) {
      this.#diagnostics.report("E0401", node.argsSpan ?? node.span, {
        message: `\`${name.text}\` takes ${arity === 1 ? "1 number" : "2 numbers"}, but ${args.length} ${args.length === 1 ? "is" : "are"} given`,
        ...(arity === 2 && args.length === 1
          ? { help: [`the largest of many is \`${name.text}[i] …\``] }
          : {}),
      });
      return null;
    }
    const values = args.map((arg) => this.#lower(arg.value, around));
    if (values.some((value) => value === null)) return null;
    return apply(op, ...(values as Expr[]));
  }

  /**
   * A tensor, layer or `let` of which whole axes are meant: `xi`, `xi[0, _]`. "no slice" when it is
   * something else, null when it was reported.
   */
  slice(expression: ast.Expression, around: Surroundings): Slice | "no slice" | null {
    if (expression.kind !== "reference" || expression.args !== undefined) return "no slice";
    if (expression.before !== undefined) return "no slice";
    const [first] = expression.path.segments;
    const known = this.#scope.declarations.has(first.text);
    const local = around.words.has(first.text) || around.indices.has(first.text);
    if (!known || local) return "no slice";
    const whole = expression.indices?.some((index) => index.kind === "whole") ?? true;
    if (!whole) return "no slice";
    const meaning = this.#scope.at(expression.path);
    if (meaning.kind === "broken") return null;
    const axes = axesOf(meaning);
    if (axes === null || (axes.length === 0 && expression.indices === undefined)) return "no slice";
    const written = expression.indices ?? axes.map(() => null);
    if (written.length !== axes.length) {
      const texts = (expression.indices ?? []).map((index) => this.written(index.span));
      const text = this.written(expression.path.span);
      indexCount(this.#diagnostics, text, axes, texts, [], expression.span);
      return null;
    }
    const at = written.map((index, axis) =>
      index === null || index.kind === "whole"
        ? "whole"
        : this.#index(index, expression, axes, axis, around),
    );
    if (at.includes(null)) return null;
    return {
      name: this.written(expression.span),
      span: expression.span,
      axes: axes.filter((_, axis) => at[axis] === "whole"),
      read: (indices) => {
        const rest = [...indices];
        return this.#read(
          meaning,
          at.map((index) => (index === "whole" ? rest.shift()! : index!)),
        )!;
      },
    };
  }

  /** A tensor named whole, as an argument or a start value; null when it is something else. */
  whole(expression: ast.Expression): { tensor: Tensor; name: string; span: Span } | null {
    const array = this.array(expression);
    if (array === null || array.meaning.kind !== "tensor") return null;
    return { tensor: array.meaning.tensor, name: array.name, span: array.span };
  }

  /** The same, for anything with axes that can be read by entries, a `let` included. */
  array(expression: ast.Expression): WholeArray | null {
    if (
      expression.kind !== "reference" ||
      expression.args !== undefined ||
      expression.before !== undefined ||
      expression.indices !== undefined
    ) {
      return null;
    }
    const { path, span } = expression;
    const meaning = this.#scope.peekAt(path);
    const axes = meaning === undefined ? null : axesOf(meaning);
    if (meaning === undefined || axes === null || axes.length === 0) return null;
    this.#scope.at(path); // It counts as used.
    const read = (...at: readonly (Index | number)[]) => this.#read(meaning, at)!;
    return { meaning, axes, read, name: this.written(path.span), span };
  }
}

/** Something with axes that was named without indices. */
export interface WholeArray {
  readonly meaning: Meaning;
  readonly axes: readonly Dim[];
  readonly read: ReadEntry;
  readonly name: string;
  readonly span: Span;
}

/** True for comparisons, logic and tensors of bool. */
export function isTruth(expr: Expr): boolean {
  if (expr.kind === "apply") return isCondition(expr.op);
  return expr.kind === "get" && expr.tensor.elem === "bool";
}

/** True when it is written as a condition, even if its value is known already. */
function comparesOrJoins(expression: ast.Expression): boolean {
  if (expression.kind === "unary") return expression.op === "not";
  return expression.kind === "binary" && (expression.op in COMPARISONS || isJoin(expression.op));
}

function isJoin(op: ast.BinaryOp): boolean {
  return op === "and" || op === "or";
}

/**
 * The ways to give every axis an index, when the written ones keep their order and the rest is
 * bound around: each at most once, and the one entry of an axis of size 1.
 */
function completions(
  written: readonly ast.Index[],
  axes: readonly Dim[],
  indices: Surroundings["indices"],
): string[][] {
  if (written.length > axes.length) return [];
  if (axes.length === 0) return [[]];
  const [dim, ...others] = axes;
  const [first, ...rest] = written;
  const used = new Set(written.map((index) => (index.kind === "name" ? index.name.text : "")));
  const fitting = [...indices].flatMap(([name, { index }]) =>
    index.dim === dim && !used.has(name) ? [name] : [],
  );
  const added = dim.size?.kind === "lit" && dim.size.value === 1 ? ["0"] : fitting;
  const filled = added.flatMap((name) => {
    const left = new Map([...indices].filter(([other]) => other !== name));
    return completions(written, others, left).map((more) => [name, ...more]);
  });
  if (first === undefined) return filled;
  const text = first.kind === "whole" ? "_" : first.kind === "name" ? first.name.text : first.raw;
  const fits = first.kind !== "name" || (indices.get(first.name.text)?.index.dim ?? dim) === dim;
  const kept = fits ? completions(rest, others, indices).map((more) => [text, ...more]) : [];
  return [...kept, ...filled];
}

/** A name for an index over a dim: its first letter in lower case, or another letter. */
function freeName(dim: string, taken: ReadonlySet<string>): string {
  const first = /^\p{L}/u.test(dim) ? Array.from(dim)[0].toLowerCase() : "k";
  return [first, ...Array.from("kjmnabcdefgh")].find((name) => !taken.has(name)) ?? `${first}_`;
}

function article(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}
