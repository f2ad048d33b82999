/**
 * What every name of a file stands for, from its tree alone: also in a file that does not compile,
 * and across the files that it uses. Nothing is reported here; what stands for nothing is left out.
 */
import type { Registry } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { declaredNames, kindText } from "../2-lower/symbols.ts";
import type { BuiltIn, Declaring, NamedThing } from "./symbol.ts";

/** What the names of a file may come from besides the file. */
export interface NameSources {
  readonly registry: Registry;
  /** The names of the file behind a `use`; null where there is none. */
  readonly used: (item: ast.UseItem) => FileNames | null;
}

/** What stands where a Lagrangian, a synapse or a file is named. */
export interface NamedTemplate {
  readonly first: NamedThing | BuiltIn;
  /** What stands behind the dot. */
  readonly second?: NamedThing;
  /** The names of the file that declares it. */
  readonly names: FileNames;
}

/** Things by their names. */
export type Things = ReadonlyMap<string, NamedThing>;

/** The names of one file; see above. */
export class FileNames {
  readonly file: ast.FileAst;
  readonly sources: NameSources;
  /** What the values of the file are called, layers and connections included. */
  readonly values = new Map<string, NamedThing>();
  /** Lagrangians, synapses and files, which have names of their own kind. */
  readonly templates = new Map<string, NamedThing>();
  readonly recalls = new Map<string, NamedThing>();
  readonly #byName = new Map<ast.Name, NamedThing>();
  readonly #insides = new Map<NamedThing, Things>();

  constructor(file: ast.FileAst, sources: NameSources) {
    this.file = file;
    this.sources = sources;
    for (const item of file.items) {
      for (const name of declaredNames(item)) {
        const isImplied = item.kind === "connect" && item.name === undefined;
        keepFirst(this.values, this.#make(kindText(item), name, item, null, isImplied));
      }
      if (item.kind === "lagrangian" || item.kind === "synapse" || item.kind === "use") {
        keepFirst(this.templates, this.#make(kindText(item), item.name, item));
      }
      if (item.kind === "recall") {
        const written = file.source.text.slice(item.name.span.start, item.name.span.end);
        const isImplied = written === "recall";
        keepFirst(this.recalls, this.#make("recall", item.name, item, null, isImplied));
      }
      if (item.kind === "train" && item.name !== undefined) this.#make("training", item.name, item);
    }
  }

  /** What a name declares; undefined for a name that only mentions something. */
  declared(name: ast.Name): NamedThing | undefined {
    return this.#byName.get(name);
  }

  /** The names of a definition's own: its arguments, their dims, what its body declares. */
  inside(owner: NamedThing): Things {
    const known = this.#insides.get(owner);
    if (known !== undefined) return known;
    const things = new Map<string, NamedThing>();
    this.#insides.set(owner, things);
    const { node } = owner;
    if (node.kind !== "lagrangian" && node.kind !== "synapse") return things;
    for (const item of node.body) {
      if (item.kind === "bodyEnergy" || item.kind === "bodyValue") continue;
      for (const name of declaredNames(item)) {
        keepFirst(things, this.#make(kindText(item), name, item, owner));
      }
    }
    const head = node.kind === "synapse" ? node.arguments : [node.argument];
    for (const argument of head) {
      for (const axis of argument.shape?.axes ?? []) {
        if (axis.kind !== "reference" || axis.args !== undefined) continue;
        const [name] = axis.path.segments;
        if (!things.has(name.text)) things.set(name.text, this.#make("dim", name, axis, owner));
      }
      keepFirst(
        things,
        this.#make("argument", argument.name, "kind" in argument ? argument : node, owner),
      );
    }
    return things;
  }

  /** The Lagrangian, synapse or file that a path names. */
  template(
    { segments: [first, second] }: ast.Path,
    what: "Lagrangian" | "synapse" | "file",
  ): NamedTemplate | null {
    const own = this.templates.get(first.text);
    if (second !== undefined) {
      if (own?.node.kind !== "use") return null;
      const names = this.sources.used(own.node);
      const found = names?.templates.get(second.text);
      return found === undefined || names === null
        ? { first: own, names: this }
        : { first: own, second: found, names };
    }
    if (own !== undefined) return { first: own, names: this };
    const { lagrangians, hypersynapses } = this.sources.registry;
    const isKnown =
      what === "Lagrangian" ? lagrangians.has(first.text) : hypersynapses.has(first.text);
    if (what === "file" || !isKnown) return null;
    return { first: { from: "language", kind: what, text: first.text, of: null }, names: this };
  }

  /** What may be given between the parentheses of a template, or stands behind a dot of its use. */
  parameters(template: NamedTemplate): ReadonlyMap<string, NamedThing | BuiltIn> {
    const target = template.second ?? template.first;
    if (target.from === "file") {
      if (target.node.kind !== "use") return template.names.inside(target);
      return template.names.sources.used(target.node)?.values ?? new Map();
    }
    const { lagrangians, hypersynapses } = this.sources.registry;
    const make =
      (kind: string) =>
      ({ name }: { readonly name: string }) =>
        [name, { from: "language", kind, text: name, of: target.text }] as const;
    const lagrangian = target.kind === "Lagrangian" ? lagrangians.get(target.text) : undefined;
    if (lagrangian !== undefined) {
      const over = lagrangian.coupled ? [make("word")({ name: "over" })] : [];
      return new Map([...lagrangian.options.map(make("option")), ...over]);
    }
    const synapse = hypersynapses.get(target.text);
    if (synapse === undefined) return new Map();
    return new Map([
      ...synapse.dims.map(make("dim")),
      ...synapse.options.map(make("option")),
      ...synapse.params.map(make("param")),
    ]);
  }

  /** What stands behind the dot of a part, a connection or a layer, and whose names those are. */
  behind({ node }: NamedThing): Members {
    if (node.kind === "part") {
      const template = this.template(node.template.path, "file");
      const first = template?.first;
      const item = first?.from === "file" && first.node.kind === "use" ? first.node : null;
      const names = item === null ? null : this.sources.used(item);
      return names === null ? NOBODY : { names, members: names.values };
    }
    const template =
      node.kind === "neuron"
        ? this.template(node.lagrangian.path, "Lagrangian")
        : node.kind === "connect"
          ? this.template(node.template.path, "synapse")
          : null;
    if (template === null) return NOBODY;
    const members = [...this.parameters(template)].filter(([, { kind }]) => kind === "param");
    return { names: template.names, members: new Map(members) };
  }

  /** Notes that a name declares something that only part of the file sees. */
  local(kind: string, name: ast.Name, node: Declaring, owner: NamedThing | null): NamedThing {
    return this.#make(kind, name, node, owner);
  }

  #make(
    kind: string,
    name: ast.Name,
    node: Declaring,
    owner: NamedThing | null = null,
    isImplied = false,
  ): NamedThing {
    const { source } = this.file;
    const thing: NamedThing = { from: "file", kind, name, source, node, owner, isImplied };
    this.#byName.set(name, thing);
    return thing;
  }
}

/** What dots reach, and the file that declares it. */
export interface Members {
  readonly names: FileNames | null;
  readonly members: ReadonlyMap<string, NamedThing | BuiltIn>;
}

const NOBODY: Members = { names: null, members: new Map() };

function keepFirst(things: Map<string, NamedThing>, thing: NamedThing): void {
  if (!things.has(thing.name.text)) things.set(thing.name.text, thing);
}

/** Whether two things are one and the same, perhaps seen in two readings of its file. */
export function isSame(a: NamedThing | BuiltIn, b: NamedThing | BuiltIn): boolean {
  if (a.from === "file" && b.from === "file") {
    return a.source.name === b.source.name && a.name.span.start === b.name.span.start;
  }
  if (a.from === "file" || b.from === "file") return false;
  return a.kind === b.kind && a.text === b.text && a.of === b.of;
}
