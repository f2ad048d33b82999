// Every place of a file where a name stands, found by walking its tree with the scopes of the
// language: the file, the closed body of a definition, and the indices of an expression.

import type * as ast from "../1-parse/ast.ts";
import { NAME_PATTERN } from "../1-parse/tokens.ts";
import { declaredNames } from "../2-lower/symbols.ts";
import { FUNCTIONS } from "../2-lower/expression.ts";
import type { Span } from "../source.ts";
import type { FileNames, Members, NamedTemplate, Things } from "./file-names.ts";
import type { BuiltIn, NamedThing, Occurrence } from "./symbol.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** What an expression sees. */
interface Surroundings {
  readonly values: Things;
  readonly indices: Things;
  /** Words with a meaning here only. */
  readonly words: ReadonlySet<string>;
  readonly owner: NamedThing | null;
}

const NO_WORDS: ReadonlySet<string> = new Set();
const STOP_WORDS: ReadonlySet<string> = new Set(VOCABULARY.stop.map(({ name }) => name));
const EXPECT_WORDS: ReadonlySet<string> = new Set(VOCABULARY.expect.map(({ name }) => name));
const SCHEDULE_WORDS: ReadonlySet<string> = new Set(["t"]);
const COMPARISONS: ReadonlySet<string> = new Set(VOCABULARY.comparisons.map(({ name }) => name));

const FOUND = new WeakMap<FileNames, readonly Occurrence[]>();

/** Every place of a name in a file, in the order of the text. */
export function occurrencesOf(names: FileNames): readonly Occurrence[] {
  let found = FOUND.get(names);
  if (found === undefined) FOUND.set(names, (found = new Walk(names).run()));
  return found;
}

/** The name at an offset of a file; at the border of two, the one that begins. */
export function occurrenceAt(names: FileNames, offset: number): Occurrence | undefined {
  const all = occurrencesOf(names);
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].name.span.start <= offset) low = middle + 1;
    else high = middle;
  }
  return [all[low - 1], all[low - 2]].find(
    (found) => found !== undefined && offset <= found.name.span.end,
  );
}

class Walk {
  readonly #names: FileNames;
  readonly #found: Occurrence[] = [];
  readonly #top: Surroundings;

  constructor(names: FileNames) {
    this.#names = names;
    this.#top = { values: names.values, indices: new Map(), words: NO_WORDS, owner: null };
  }

  run(): Occurrence[] {
    for (const item of this.#names.file.items) this.#item(item);
    return this.#found.sort((a, b) => a.name.span.start - b.name.span.start);
  }

  #mention(name: ast.Name, thing: NamedThing | BuiltIn | undefined): void {
    if (thing !== undefined) this.#found.push({ name, thing, isDeclaration: false });
  }

  #word(name: ast.Name, kind: string, of: string | null = null): void {
    this.#mention(name, { from: "language", kind, text: name.text, of });
  }

  #declare(name: ast.Name): void {
    const thing = this.#names.declared(name);
    if (thing !== undefined) this.#found.push({ name, thing, isDeclaration: !thing.isImplied });
  }

  #item(item: ast.Item): void {
    this.#attributes(item);
    for (const name of declaredNames(item)) {
      const thing = this.#names.declared(name);
      if (thing?.isImplied !== true) this.#declare(name);
    }
    const owner = this.#thingOf(item);
    const around: Surroundings = { ...this.#top, owner };
    switch (item.kind) {
      case "use":
        this.#declare(item.name);
        break;
      case "dim":
        for (const { value } of item.dims) this.#expression(value, around);
        break;
      case "const":
      case "param":
      case "data":
      case "given":
        this.#type(item.type, around);
        this.#init(item.init, around);
        break;
      case "let":
        this.#expression(item.value, this.#bind(item.binders, around));
        break;
      case "lagrangian":
      case "synapse":
        this.#declare(item.name);
        this.#definition(item);
        break;
      case "neuron":
        this.#neuron(item, around);
        break;
      case "part":
        this.#template(item.template, "file", around);
        break;
      case "connect":
        this.#template(item.template, "synapse", around);
        if (item.share !== undefined) this.#path(item.share, around);
        break;
      case "energy":
        this.#expression(item.value, around);
        break;
      case "drive":
        this.#expression(item.value, this.#target(item.target, around));
        break;
      case "assert":
        this.#expression(item.condition, around);
        break;
      case "recall":
        if (this.#names.declared(item.name)?.isImplied !== true) this.#declare(item.name);
        for (const step of item.steps) this.#recallStep(step, around);
        break;
      case "train":
        if (item.name !== undefined) this.#declare(item.name);
        for (const step of item.steps) this.#trainStep(step, around);
        break;
      case "test":
        for (const step of item.steps) this.#testStep(step, around);
        break;
      case "broken":
        this.#broken(item.span, item.names);
        break;
    }
  }

  #thingOf(item: ast.Item): NamedThing | null {
    if (!("name" in item) || item.name === undefined) return null;
    return this.#names.declared(item.name) ?? null;
  }

  #attributes({ attributes }: Pick<ast.Item, "attributes">): void {
    for (const { name, args } of attributes) {
      this.#word(name, "attribute");
      for (const arg of args) this.#word(arg, "rule", name.text);
    }
  }

  #definition(item: ast.LagrangianItem | ast.SynapseItem): void {
    const owner = this.#names.declared(item.name)!;
    // A second definition of the same name has an inside of its own.
    const values = this.#names.inside(owner);
    const around: Surroundings = { ...this.#top, values, owner };
    const head = item.kind === "synapse" ? item.arguments : [item.argument];
    for (const argument of head) {
      this.#declare(argument.name);
      for (const axis of argument.shape?.axes ?? []) {
        const name = axis.kind === "reference" ? axis.path.segments[0] : undefined;
        const isOwn = name !== undefined && this.#names.declared(name)?.node === axis;
        if (isOwn) this.#declare(name);
        else this.#expression(axis, around);
      }
    }
    for (const line of item.body) {
      this.#attributes(line);
      if (line.kind === "bodyEnergy" || line.kind === "bodyValue") {
        this.#expression(line.value, around);
        continue;
      }
      for (const name of declaredNames(line)) this.#declare(name);
      switch (line.kind) {
        case "dim":
          for (const { value } of line.dims) this.#expression(value, around);
          break;
        case "const":
        case "param":
          this.#type(line.type, around);
          this.#init(line.init, around);
          break;
        case "let":
          this.#expression(line.value, this.#bind(line.binders, around));
          break;
        case "assert":
          this.#expression(line.condition, around);
          break;
        case "broken":
          this.#broken(line.span, line.names, values);
          break;
      }
    }
  }

  #neuron(item: ast.NeuronItem, around: Surroundings): void {
    this.#shape(item.shape, around);
    this.#template(item.lagrangian, "Lagrangian", around);
    for (const setting of item.settings) {
      switch (setting.kind) {
        case "tau":
          this.#expression(setting.value, around);
          break;
        case "leak":
          this.#choiceWord(setting.value);
          break;
        case "init":
          this.#init(setting.init, around);
          break;
        case "broken":
          this.#broken(setting.span, []);
          break;
      }
    }
  }

  #template(
    { path, args = [] }: ast.Template,
    what: "Lagrangian" | "synapse" | "file",
    around: Surroundings,
  ): void {
    const template = this.#names.template(path, what);
    if (template !== null) {
      this.#mention(path.segments[0], template.first);
      if (path.segments.length > 1) this.#mention(path.segments[1], template.second);
    }
    const parameters = template === null ? null : this.#names.parameters(template);
    for (const { name, value } of args) {
      const parameter = name === undefined ? undefined : parameters?.get(name.text);
      if (name !== undefined) this.#mention(name, parameter);
      if (parameter !== undefined && this.#isWord(template!, parameter, value)) {
        this.#choiceWord(value);
      } else this.#expression(value, around);
    }
  }

  /** Whether an option of a catalogue entry is one of a few words here. */
  #isWord(
    { first }: NamedTemplate,
    parameter: NamedThing | BuiltIn,
    value: ast.Expression,
  ): boolean {
    if (first.from === "file" || parameter.from === "file" || value.kind !== "reference") {
      return false;
    }
    const synapse = this.#names.sources.registry.hypersynapses.get(first.text);
    const option = synapse?.options.find(({ name }) => name === parameter.text);
    return option?.words?.includes(value.path.segments[0].text) ?? false;
  }

  #choiceWord(value: ast.Expression): void {
    if (value.kind === "reference") this.#word(value.path.segments[0], "word");
  }

  /** `euler(dt = 0.1)`: something of a list, with its options. */
  #choice(value: ast.Expression, kind: string, around: Surroundings): void {
    if (value.kind !== "reference") return this.#expression(value, around);
    const [name] = value.path.segments;
    this.#word(name, kind);
    for (const arg of value.args ?? []) {
      if (arg.name !== undefined) this.#word(arg.name, "option", name.text);
      if (arg.name?.text === "order") this.#choiceWord(arg.value);
      else this.#expression(arg.value, around);
    }
  }

  #type(type: ast.TypeAst | undefined, around: Surroundings): void {
    this.#shape(type?.shape, around);
  }

  #shape(shape: ast.Shape | undefined, around: Surroundings): void {
    for (const axis of shape?.axes ?? []) this.#expression(axis, around);
  }

  #init(init: ast.Init | undefined, around: Surroundings): void {
    switch (init?.kind) {
      case "value":
        return this.#expression(init.value, around);
      case "draw":
        return this.#choice(init.distribution, "distribution", around);
      case "from":
        this.#shape(init.stored, around);
        return this.#expression(init.take, around);
      default:
    }
  }

  #recallStep(step: ast.RecallStep, around: Surroundings): void {
    switch (step.kind) {
      case "start":
        return this.#init(step.init, this.#target(step.target, around));
      case "clamp": {
        const inside = this.#target(step.target, around);
        this.#expression(step.value, inside);
        return this.#expression(step.where, inside);
      }
      case "stop":
        return this.#expression(step.condition, { ...around, words: STOP_WORDS });
      case "record": {
        const [name] = step.path.segments;
        const isWord = step.path.segments.length === 1 && /^(?:energy|flips)$/.test(name.text);
        return isWord ? this.#word(name, "word") : this.#path(step.path, around);
      }
      case "schedule":
        this.#path(step.path, around);
        return this.#expression(step.value, { ...around, words: SCHEDULE_WORDS });
      case "return":
        return step.paths.forEach((path) => this.#path(path, around));
      case "setting":
        this.#word(step.name, "setting", "recall");
        if (step.name.text === "solver") return this.#choice(step.value, "solver", around);
        return this.#expression(step.value, around);
      case "broken":
        return this.#broken(step.span, []);
    }
  }

  #trainStep(step: ast.TrainStep, around: Surroundings): void {
    switch (step.kind) {
      case "feed":
        return this.#init(step.init, this.#target(step.target, around));
      case "metric":
        this.#names.local("metric", step.name, step, around.owner);
        this.#declare(step.name);
        return this.#expression(step.value, around);
      case "setting": {
        const { name, value } = step;
        this.#word(name, "setting", "train");
        if (name.text === "optimiser" || name.text === "gradient") {
          return this.#choice(value, name.text, around);
        }
        if (name.text === "unroll" && value.kind === "reference") {
          return this.#recall(value.path.segments[0]);
        }
        return this.#expression(value, around);
      }
      case "broken":
        return this.#broken(step.span, []);
    }
  }

  #testStep(step: ast.TestStep, around: Surroundings): void {
    switch (step.kind) {
      case "feed":
        return this.#init(step.init, this.#target(step.target, around));
      case "run":
        return this.#recall(step.name);
      case "expect":
        return this.#expression(step.condition, { ...around, words: EXPECT_WORDS });
      case "setting":
        this.#word(step.name, "setting", "test");
        return this.#expression(step.value, around);
      case "broken":
        return this.#broken(step.span, []);
    }
  }

  #recall(name: ast.Name): void {
    this.#mention(name, this.#names.recalls.get(name.text));
  }

  /** `x[i, j]` in front of what is given to it: the indices are bound there. */
  #target({ path, indices = [] }: ast.Target, around: Surroundings): Surroundings {
    this.#path(path, around);
    const inside = new Map(around.indices);
    for (const index of indices) {
      if (index.kind !== "name") continue;
      const { name } = index;
      inside.set(name.text, this.#names.local("index", name, index, around.owner));
      this.#declare(name);
    }
    return { ...around, indices: inside };
  }

  #bind(binders: readonly ast.Binder[], around: Surroundings): Surroundings {
    const indices = new Map(around.indices);
    for (const binder of binders) {
      if (binder.dim !== undefined) this.#path(binder.dim, around);
      const { name } = binder;
      indices.set(name.text, this.#names.local("index", name, binder, around.owner));
      this.#declare(name);
    }
    return { ...around, indices };
  }

  #expression(node: ast.Expression | undefined, around: Surroundings): void {
    switch (node?.kind) {
      case "unary":
        return this.#expression(node.operand, around);
      case "binary":
        this.#expression(node.left, around);
        return this.#expression(node.right, around);
      case "list":
        return node.elements.forEach((element) => this.#expression(element, around));
      case "reduce": {
        const inside = this.#bind(node.binders, around);
        this.#expression(node.where, inside);
        return this.#expression(node.body, inside);
      }
      case "reference":
        return this.#reference(node, around);
      default:
    }
  }

  #reference({ path, args, indices }: ast.Reference, around: Surroundings): void {
    const [first] = path.segments;
    if (args !== undefined) {
      if (FUNCTIONS.has(first.text) || COMPARISONS.has(first.text)) this.#word(first, "function");
      for (const { value } of args) this.#expression(value, around);
      return;
    }
    if (indices === undefined && around.words.has(first.text)) return this.#word(first, "word");
    if (indices === undefined && around.indices.has(first.text)) {
      return this.#mention(first, around.indices.get(first.text));
    }
    this.#path(path, around);
    for (const index of indices ?? []) {
      if (index.kind !== "name") continue;
      const { name } = index;
      this.#mention(name, around.indices.get(name.text) ?? around.values.get(name.text));
    }
  }

  #path({ segments: [first, ...rest] }: ast.Path, { values }: Surroundings): void {
    let thing: NamedThing | BuiltIn | undefined = values.get(first.text);
    let names: FileNames | null = this.#names;
    this.#mention(first, thing);
    for (const name of rest) {
      if (thing?.from !== "file" || names === null) return;
      const behind: Members = names.behind(thing);
      thing = behind.members.get(name.text);
      ({ names } = behind);
      this.#mention(name, thing);
    }
  }

  /**
   * What could not be read: its words are taken for what the file calls by them, since a half-typed
   * line is about the same things as before.
   */
  #broken({ start, end }: Span, declared: readonly ast.Name[], own?: Things): void {
    const { source } = this.#names.file;
    const text = source.text.slice(start, end);
    const taken = new Set(declared.map(({ span }) => span.start));
    for (const { 0: written, index, groups } of text.matchAll(WORDS)) {
      const from = start + index;
      if (groups?.name === undefined || taken.has(from)) continue;
      const name = {
        text: written.normalize("NFC"),
        span: { start: from, end: from + written.length },
      };
      const thing =
        own?.get(name.text) ??
        this.#names.values.get(name.text) ??
        this.#names.templates.get(name.text) ??
        this.#names.recalls.get(name.text);
      if (thing !== undefined && !thing.isImplied) this.#mention(name, thing);
    }
  }
}

/** Words outside of comments, texts and behind dots. */
const WORDS = new RegExp(
  [
    String.raw`\/\/[^\r\n]*`,
    String.raw`"(?:[^"\\\r\n]|\\.)*"?`,
    String.raw`\.\s*${NAME_PATTERN.source}`,
    String.raw`\d[\p{L}\p{Nd}_]*`,
    `(?<name>${NAME_PATTERN.source})`,
  ].join("|"),
  "gu",
);
