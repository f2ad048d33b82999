// What may be written at a place: only what fits there.

import { RULES } from "@hamlet/dsl";
import { type NamedThing, type TextToken, VOCABULARY, type Word } from "@hamlet/dsl/editor";
import { tensorsIn } from "@hamlet/graph";
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type Position,
} from "vscode-languageserver";
import { callAt, type Call } from "./call.ts";
import { describeLagrangian, describeOption, describeSynapse } from "./describe.ts";
import type { Document } from "./document.ts";
import { isWord, pathBefore, type Place, placeAt, stepOf } from "./place.ts";
import { offsetOf, rangeOf } from "./positions.ts";

/** What a proposal inside a text needs from the files around. */
export interface Nearby {
  /** The names of the arrays in a data file; none for a file that cannot be read. */
  keysOf(path: string): Promise<readonly string[]>;
  /** The `.ham` files beside, as a `use` would write them. */
  models(): Promise<readonly string[]>;
}

interface Proposal {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  readonly documentation?: string;
  /** What is written, where it is more than the label; `$1` is where the cursor goes. */
  readonly insert?: string;
}

/** The proposals at a place; none where nothing that is known may stand. */
export async function completion(
  document: Document,
  position: Position,
  nearby: Nearby,
): Promise<CompletionItem[]> {
  const { source } = document;
  const place = placeAt(source, offsetOf(source, position));
  const found =
    place.inside === "comment"
      ? []
      : place.inside === "text"
        ? await inText(place, nearby)
        : new Proposals(document, place).list();
  const range = rangeOf(source, place.span);
  const seen = new Set<string>();
  return found
    .filter(({ label }) => !seen.has(label) && seen.add(label))
    .map(({ label, kind, detail, documentation, insert }, at) => ({
      label,
      kind,
      ...(detail === undefined || detail === "" ? {} : { detail }),
      ...(documentation === undefined
        ? {}
        : { documentation: { kind: "markdown" as const, value: documentation } }),
      sortText: String(at).padStart(5, "0"),
      textEdit: { range, newText: insert ?? label },
      ...(insert?.includes("$") === true ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    }));
}

/** `from "et.npz#…"` and `use "./…"`. */
async function inText({ tokens, typed }: Place, nearby: Nearby): Promise<Proposal[]> {
  const before = tokens.at(-1)?.text;
  if (before === "use") {
    return (await nearby.models()).map((label) => ({ label, kind: CompletionItemKind.File }));
  }
  const hash = typed.indexOf("#");
  if (before !== "from" || hash < 0) return [];
  const path = typed.slice(0, hash);
  return (await nearby.keysOf(path)).map((key) => ({
    label: `${path}#${key}`,
    kind: CompletionItemKind.Field,
    detail: `an array of ${path}`,
  }));
}

const word =
  (kind: CompletionItemKind) =>
  ({ name, meaning }: Word): Proposal => ({
    label: name,
    kind,
    detail: meaning,
  });
const keyword = (label: string): Proposal => ({ label, kind: CompletionItemKind.Keyword });

const KINDS: Readonly<Record<string, CompletionItemKind>> = {
  dim: CompletionItemKind.TypeParameter,
  neuron: CompletionItemKind.Class,
  const: CompletionItemKind.Constant,
  param: CompletionItemKind.Field,
  data: CompletionItemKind.Field,
  given: CompletionItemKind.Field,
  part: CompletionItemKind.Module,
  file: CompletionItemKind.Module,
  recall: CompletionItemKind.Method,
};

const REDUCERS: ReadonlySet<string> = new Set(VOCABULARY.reducers);

/** A last word that something must follow. */
const WAITS = /^[-+*/^=~<>,:{]|^(?:and|or|not|as|where|when|from|share)$/;

const NUMBERS = [
  "const",
  "param",
  "data",
  "given",
  "let",
  "neuron",
  "argument",
  "dim",
  "part",
  "connection",
];

class Proposals {
  readonly #document: Document;
  readonly #place: Place;
  readonly #step: readonly TextToken[];
  readonly #last: string;
  /** The first word of the declaration. */
  readonly #item: string;

  constructor(document: Document, place: Place) {
    this.#document = document;
    this.#place = place;
    this.#step = stepOf(place, document.source.text);
    this.#last = place.tokens.at(-1)?.text ?? "";
    const first = place.tokens.find(({ text }) => text !== "extern");
    this.#item = first?.text ?? "";
  }

  list(): readonly Proposal[] {
    const { brackets, tokens } = this.#place;
    if (this.#last === ".") return this.#members();
    if (this.#last === "@") {
      return VOCABULARY.attributes.map(({ name }) => ({
        label: name,
        kind: CompletionItemKind.Keyword,
        insert: `${name}($1)`,
      }));
    }
    const innermost = brackets.at(-1);
    if (innermost?.sign === "(") return this.#inParentheses(innermost.at);
    if (innermost?.sign === "[") return this.#inBrackets(innermost.at);
    if (tokens.length === 0) return this.#declarations();
    return innermost === undefined ? this.#inDeclaration() : this.#inBlock();
  }

  #declarations(): Proposal[] {
    return VOCABULARY.declarations.map(keyword);
  }

  /** The things of the scope that the place is in, of some kinds. */
  #things(...kinds: readonly string[]): Proposal[] {
    return this.#named(kinds).map((thing) => this.#thing(thing));
  }

  #named(kinds: readonly string[]): NamedThing[] {
    return this.#scope().filter(({ kind }) => kinds.includes(kind));
  }

  #scope(): NamedThing[] {
    const { names } = this.#document;
    const [head] = this.#place.tokens;
    if (this.#item !== "lagrangian" && this.#item !== "synapse") return [...names.values.values()];
    const owner = [...names.templates.values()].find(
      ({ node }) => "span" in node && node.span.start === head?.span.start,
    );
    return owner === undefined ? [] : [...names.inside(owner).values()];
  }

  #thing({ name, kind, node, source }: NamedThing): Proposal {
    const type =
      "type" in node && node.type !== undefined
        ? node.type.span
        : "shape" in node
          ? node.shape?.span
          : undefined;
    const detail = type === undefined ? kind : `${kind} ${source.text.slice(type.start, type.end)}`;
    const doc = "doc" in node ? node.doc?.text : undefined;
    return {
      label: name.text,
      kind: KINDS[kind] ?? CompletionItemKind.Variable,
      detail,
      ...(doc === undefined ? {} : { documentation: doc }),
    };
  }

  /** Whatever may stand in a formula. */
  #formula(words: readonly Word[] = []): Proposal[] {
    return [
      ...this.#indices(),
      ...words.map(word(CompletionItemKind.Keyword)),
      ...this.#readable().map((thing) => this.#thing(thing)),
      ...VOCABULARY.reducers.map((label) => ({
        label,
        kind: CompletionItemKind.Operator,
        insert: `${label}[$1] `,
      })),
      ...VOCABULARY.functions.map((label) => ({
        label,
        kind: CompletionItemKind.Function,
        insert: `${label}($1)`,
      })),
    ];
  }

  /** What a formula of this place may read: layers have values in energies, losses and tests only. */
  #readable(): readonly NamedThing[] {
    const all = this.#named(NUMBERS);
    const [first] = this.#step;
    const word = first?.text ?? "";
    if (/^(?:let|energy|drive|connect|part|lagrangian|synapse)$/.test(this.#item)) return all;
    if (/^(?:loss|metric|expect)$/.test(word)) return all;
    const isDraw = word === "start" && this.#step.some(({ text }) => text === "~");
    const follows = this.#item === "neuron" || /^(?:start|clamp|schedule|feed)$/.test(word);
    return all.filter((thing) => {
      const kinds = this.#kindsIn(thing);
      return !kinds.has("activation") && ((follows && !isDraw) || !kinds.has("given"));
    });
  }

  /** The kinds of tensors that are read with a name. */
  #kindsIn({ name, kind }: NamedThing): ReadonlySet<string> {
    if (kind === "neuron") return new Set(["activation"]);
    const meaning = this.#document.compilation.places.names.meanings.get(name);
    if (meaning?.kind !== "let") return new Set([kind]);
    return new Set([...tensorsIn([meaning.value])].map((tensor) => tensor.kind));
  }

  /** The indices that the declaration, or the line of its block, binds before the place. */
  #indices(): Proposal[] {
    const tokens = this.#step;
    const bound = new Set<string>();
    for (const [at, { text }] of tokens.entries()) {
      const reducer = REDUCERS.has(tokens[at - 1]?.text ?? "");
      const isTarget = /^(?:let|drive|start|clamp|feed)$/.test(tokens[at - 2]?.text ?? "");
      if (text !== "[" || !(reducer || isTarget)) continue;
      for (let next = at + 1; next < tokens.length; next++) {
        if (/^(?:\]|where)$/.test(tokens[next].text)) break;
        if (isWord(tokens[next]) && tokens[next - 1].text !== ":") bound.add(tokens[next].text);
      }
    }
    return [...bound].map((label) => ({
      label,
      kind: CompletionItemKind.Variable,
      detail: "index",
    }));
  }

  #members(): Proposal[] {
    const { names } = this.#document;
    const { tokens } = this.#place;
    const [first, ...rest] = pathBefore(tokens, tokens.length - 1);
    if (first === undefined) return [];
    const template = names.templates.get(first.text);
    const before = tokens[tokens.indexOf(first) - 1]?.text;
    const isTemplate = before === "as" || before === ":" || before === "connect";
    if (isTemplate && template?.node.kind === "use") {
      const used = names.sources.used(template.node);
      const wanted = before === "as" ? "Lagrangian" : "synapse";
      return [...(used?.templates.values() ?? [])]
        .filter(({ kind }) => kind === wanted)
        .map((thing) => this.#thing(thing));
    }
    let thing = names.values.get(first.text);
    let home: typeof names | null = names;
    for (const { text } of rest) {
      if (thing === undefined || home === null) return [];
      const behind: ReturnType<typeof names.behind> = home.behind(thing);
      const next = behind.members.get(text);
      thing = next?.from === "file" ? next : undefined;
      home = behind.names;
    }
    if (thing === undefined || home === null) return [];
    return [...home.behind(thing).members]
      .filter(([, { kind }]) => kind !== "energy")
      .map(([label, member]) =>
        member.from === "file"
          ? this.#thing(member)
          : { label, kind: CompletionItemKind.Field, detail: member.kind },
      );
  }

  #inParentheses(open: number): readonly Proposal[] {
    const { tokens } = this.#place;
    const attribute = VOCABULARY.attributes.find(({ name }) => name === tokens[open - 1]?.text);
    if (attribute !== undefined && tokens[open - 2]?.text === "@") {
      return attribute.args.map((label) => ({
        label,
        kind: CompletionItemKind.EnumMember,
        detail: Object.entries(RULES).find(([, rule]) => rule === label)?.[0] ?? "",
      }));
    }
    if (
      (this.#item === "synapse" || this.#item === "lagrangian") &&
      this.#place.brackets.length === 1
    ) {
      return [];
    }
    const call = callAt(this.#document.names, this.#place);
    if (call === null) return this.#formula(this.#words());
    if (this.#last === "=") return this.#argument(call);
    const isStart = this.#last === "(" || this.#last === ",";
    if (!isStart || call.called.kind === "function") return this.#formula(this.#words());
    return [...this.#positional(call), ...this.#options(call)];
  }

  #positional({ called }: Call): Proposal[] {
    if (called.kind !== "template" || called.what !== "synapse") return [];
    return this.#things("neuron", "part");
  }

  /** The names of arguments that are not given yet. */
  #options({ called, given }: Call): Proposal[] {
    const { names, registry } = this.#document;
    const all: Proposal[] =
      called.kind === "choice"
        ? called.options.map(word(CompletionItemKind.Property))
        : called.kind === "function"
          ? []
          : [...names.parameters(called.template)]
              .filter(
                ([, { kind }]) =>
                  !["argument", "let", "neuron", "energy", "connection", "part"].includes(kind),
              )
              .map(([label, thing]) => ({
                label,
                kind: CompletionItemKind.Property,
                detail:
                  thing.from === "language" && thing.of !== null
                    ? (describeOption(registry, thing.of, label) ?? "the dims that are mixed")
                    : thing.kind,
              }));
    const isDraw = called.kind === "choice" && this.#place.tokens.some(({ text }) => text === "~");
    if (isDraw) return this.#formula();
    return all
      .filter(({ label }) => !given.includes(label))
      .map((proposal) => ({ ...proposal, insert: `${proposal.label} = ` }));
  }

  /** The dims of the layer that is being declared. */
  #axes(): Proposal[] {
    const { tokens } = this.#place;
    const open = tokens.findIndex(({ text }) => text === "[");
    const close = tokens.findIndex(({ text }) => text === "]");
    const own = new Set(tokens.slice(open + 1, close).map(({ text }) => text));
    return this.#things("dim").filter(({ label }) => this.#item !== "neuron" || own.has(label));
  }

  /** What an argument may be that is given by its name. */
  #argument({ called, argument }: Call): readonly Proposal[] {
    if (argument === "over") return this.#axes();
    if (argument === "order" && called.kind === "choice") {
      return VOCABULARY.orders.map((label) => ({ label, kind: CompletionItemKind.EnumMember }));
    }
    if (called.kind === "template" && argument !== null) {
      const { first } = called.template;
      const synapse =
        first.from === "language"
          ? this.#document.registry.hypersynapses.get(first.text)
          : undefined;
      const words = synapse?.options.find(({ name }) => name === argument)?.words;
      if (words !== undefined) {
        return words.map((label) => ({ label, kind: CompletionItemKind.EnumMember }));
      }
      const parameter = this.#document.names.parameters(called.template).get(argument);
      if (parameter?.kind === "dim") return this.#things("dim");
    }
    return this.#formula();
  }

  #inBrackets(open: number): readonly Proposal[] {
    const { tokens } = this.#place;
    const before = tokens[open - 1]?.text ?? "";
    const isReducer = REDUCERS.has(before);
    const isBinding = isReducer || tokens[open - 2]?.text === "let";
    if (isBinding) {
      const inside = tokens.slice(open + 1).map(({ text }) => text);
      if (inside.includes("where")) return this.#formula();
      if (this.#last === ":") return this.#things("dim");
      return isReducer && inside.length > 0 && isWord(tokens.at(-1)) ? [keyword("where")] : [];
    }
    const elements: readonly string[] = VOCABULARY.elements;
    if (before === ":" || before === "stored" || elements.includes(before))
      return this.#things("dim");
    if (before === "=") {
      const name = tokens[open - 2]?.text;
      if (name === "over") return this.#axes();
      if (name === "freeze") return this.#things("param", "connection", "part", "neuron");
      return this.#formula();
    }
    if (isWord(tokens[open - 1]) && (this.#last === "[" || this.#last === ",")) {
      const isTarget = /^(?:drive|start|clamp|feed)$/.test(tokens[open - 2]?.text ?? "");
      return isTarget ? [] : this.#indices();
    }
    return this.#formula();
  }

  /** Behind the first word of a declaration, outside of brackets. */
  #inDeclaration(): readonly Proposal[] {
    const { tokens, isFirst } = this.#place;
    const texts = tokens.map(({ text }) => text);
    if (isFirst && !WAITS.test(this.#last) && tokens.length > 1) {
      return isWord(tokens.at(-1)) || /[)\]}"\d]$/.test(this.#last)
        ? this.#declarations()
        : this.#formula();
    }
    switch (this.#item) {
      case "neuron":
        if (this.#last === ":") return [];
        if (this.#last === "as") return this.#templates("Lagrangian");
        return this.#last === "]" ? [keyword("as")] : [];
      case "connect":
        if (this.#last === "share") return this.#things("connection", "part");
        if (this.#last === "connect" || this.#last === ":") return this.#templates("synapse");
        return this.#last === ")" ? [keyword("share"), keyword("from")] : [];
      case "part":
        return this.#last === ":" ? this.#templates("file") : [];
      case "use":
        return tokens.length === 2 ? [keyword("as")] : [];
      case "extern":
        return [keyword("synapse")];
      case "const":
      case "param":
      case "data":
      case "given":
        return this.#inTensor(texts);
      case "let":
      case "energy":
      case "assert":
        return texts.includes("=") || this.#item === "assert" ? this.#formula() : [];
      case "drive":
        if (texts.length === 1) return this.#things("neuron", "part");
        if (this.#last === "before") return this.#things("neuron");
        return texts.includes("=") ? [...this.#formula(), keyword("before")] : [];
      case "dim":
        return this.#last === "=" || /^[-+*/]$/.test(this.#last) ? this.#things("dim") : [];
      default:
        return isFirst ? this.#declarations() : [];
    }
  }

  /** `param W: real[D] > 0 ~ normal(0, 1)`, `data xi: [K] from "p.npz#xi" take 3` */
  #inTensor(texts: readonly string[]): readonly Proposal[] {
    if (texts.length < 2) return [];
    if (this.#last === "~") return this.#choices(VOCABULARY.distributions);
    if (texts.includes("take")) return this.#formula();
    if (this.#place.tokens.at(-1)?.highlight === "string")
      return [keyword("stored"), keyword("take")];
    if (texts.includes("=") || texts.includes("~")) return this.#formula();
    if (this.#last === ":") return VOCABULARY.elements.map(keyword);
    return this.#item === "const" ? [] : [keyword("from")];
  }

  #templates(what: "Lagrangian" | "synapse" | "file"): Proposal[] {
    const { names, registry } = this.#document;
    const own = [...names.templates.values()].filter(
      ({ kind }) => kind === what || kind === "file",
    );
    return [
      ...own.map((thing) => this.#thing(thing)),
      ...(what === "Lagrangian"
        ? [...registry.lagrangians.values()].map((entry) => ({
            label: entry.name,
            kind: CompletionItemKind.Function,
            detail: entry.summary,
            documentation: describeLagrangian(entry),
          }))
        : []),
      ...(what === "synapse"
        ? [...registry.hypersynapses.values()].map((entry) => ({
            label: entry.name,
            kind: CompletionItemKind.Function,
            detail: entry.summary,
            documentation: describeSynapse(entry),
            insert: `${entry.name}($1)`,
          }))
        : []),
    ];
  }

  #choices(
    choices: readonly { name: string; meaning: string; options: readonly Word[] }[],
  ): Proposal[] {
    return choices.map(({ name, meaning, options }) => ({
      label: name,
      kind: CompletionItemKind.Function,
      detail: meaning,
      insert: options.length === 0 ? name : `${name}($1)`,
    }));
  }

  #recalls(): Proposal[] {
    return [...this.#document.names.recalls.values()]
      .filter(({ isImplied }) => !isImplied)
      .map((thing) => this.#thing(thing));
  }

  /** Words that a formula of this line may have besides the names of the file. */
  #words(): readonly Word[] {
    const [first] = this.#step;
    if (first?.text === "stop") return VOCABULARY.stop;
    if (first?.text === "expect") return [...VOCABULARY.expect, ...VOCABULARY.comparisons];
    if (first?.text === "metric") return VOCABULARY.comparisons;
    if (first?.text === "schedule") return [{ name: "t", meaning: "from 0 to 1 over the recall" }];
    return [];
  }

  /** A line inside of braces. */
  #inBlock(): readonly Proposal[] {
    const step = this.#step;
    const isBegun = step.length > 0 && !this.#isComplete(step);
    switch (this.#item) {
      case "recall":
        return isBegun
          ? this.#inStep(step)
          : VOCABULARY.recall.map(word(CompletionItemKind.Keyword));
      case "train":
        return isBegun
          ? this.#inStep(step)
          : VOCABULARY.train.map(word(CompletionItemKind.Keyword));
      case "test":
        return isBegun ? this.#inStep(step) : VOCABULARY.test.map(word(CompletionItemKind.Keyword));
      case "neuron":
        if (this.#last === "=" && step.some(({ text }) => text === "leak")) {
          return [keyword("on"), keyword("off")];
        }
        if (this.#last === "~") return this.#choices(VOCABULARY.startDistributions);
        return isBegun ? this.#formula() : VOCABULARY.neuron.map(word(CompletionItemKind.Keyword));
      case "synapse":
      case "lagrangian":
        return this.#inBody(step);
      default:
        return [];
    }
  }

  /** Whether a line of a block needs nothing more, so that the next one may begin. */
  #isComplete(step: readonly TextToken[]): boolean {
    const texts = step.map(({ text }) => text);
    if (WAITS.test(this.#last)) return false;
    if (this.#place.isFirst) return texts.length > 1;
    const open = texts.lastIndexOf("[");
    const isOperand =
      this.#last === "]"
        ? !REDUCERS.has(texts[open - 1] ?? "")
        : /[\p{L}\p{N}_)]$/u.test(this.#last);
    const [first, second] = texts;
    const isSaid =
      texts.some((text) => /^(?:=|~|where|when)$/.test(text)) ||
      first === "expect" ||
      (/^(?:run|return)$/.test(first) && second !== undefined);
    return texts.length > 1 && isSaid && isOperand && !REDUCERS.has(this.#last);
  }

  #inBody(step: readonly TextToken[]): readonly Proposal[] {
    const [first] = step;
    if (first === undefined || this.#isComplete(step)) {
      const result = this.#item === "synapse" ? "energy" : "value";
      return ["dim", "const", "param", "let", "assert", result].map(keyword);
    }
    const texts = step.map(({ text }) => text);
    if (this.#last === "~") return this.#choices(VOCABULARY.distributions);
    if (texts.includes("=") && first.text === "dim") return this.#things("dim");
    // A const of a Lagrangian starts from a number.
    if (first.text === "const" && this.#item === "lagrangian" && texts.includes("=")) return [];
    if (texts.includes("=") || first.text === "assert") return this.#formula();
    return this.#last === ":" ? VOCABULARY.elements.map(keyword) : [];
  }

  #inStep(step: readonly TextToken[]): readonly Proposal[] {
    const [{ text: first }] = step;
    const texts = step.map(({ text }) => text);
    if (this.#last === "~") {
      return this.#choices(
        first === "feed" ? VOCABULARY.feedDistributions : VOCABULARY.startDistributions,
      );
    }
    if (this.#last === "=" && texts.length === 2) {
      if (first === "solver") return this.#choices(VOCABULARY.solvers);
      if (first === "optimiser") return this.#choices(VOCABULARY.optimisers);
      if (first === "gradient") return this.#choices(VOCABULARY.gradients);
      if (first === "unroll") return this.#recalls();
    }
    if (texts.length === 1 || this.#last === ",") {
      switch (first) {
        case "start":
        case "clamp":
        case "return":
          return this.#things("neuron", "part");
        case "record":
          return [keyword("energy"), keyword("flips"), ...this.#things("neuron", "part")];
        case "schedule":
          return this.#things("const", "part");
        case "feed":
          return this.#things("given");
        case "run":
          return this.#recalls();
        case "stop":
          return [keyword("when")];
      }
    }
    if (first === "record" && texts.length === 2) return [keyword("every")];
    if (first === "clamp" && !texts.includes("=") && !texts.includes("where"))
      return [keyword("where")];
    const isFormula =
      texts.includes("=") ||
      texts.includes("where") ||
      texts.includes("when") ||
      first === "expect";
    return isFormula ? this.#formula(this.#words()) : [];
  }
}
