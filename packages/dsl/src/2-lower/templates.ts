// The Lagrangians and hypersynapses that a file can name: those of the catalogue, its own, and,
// behind the name of a `use`, those of other files and plugins. Its own come before built-in ones,
// so that a new built-in cannot change what an old file means.

import type { Registry } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { declaredTwice } from "../rules/declared-twice.ts";
import { unknownTemplate } from "../rules/unknown-template.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { builtInLagrangian, type LagrangianTemplate, lowerLagrangian } from "./lagrangian.ts";
import type { OpenNotes } from "./notes.ts";
import { declarationsOf, isInGap } from "./scope.ts";
import { builtInSynapse, type Externs, lowerSynapse, type SynapseTemplate } from "./synapse.ts";

/** One file of a model. */
export interface Module {
  readonly file: ast.FileAst;
  readonly templates: Templates;
  /** What is found in this file. */
  readonly diagnostics: Diagnostics;
  /** Something in it could not be read, so what is there is not all that was written. */
  readonly hasGaps: boolean;
  /** Its folder, relative to that of the model: `` or `parts/`. */
  readonly folder: string;
  readonly notes: OpenNotes;
}

/** What a file can name besides its values. */
export interface TemplateSources {
  readonly file: ast.FileAst;
  readonly registry: Registry;
  readonly diagnostics: Diagnostics;
  /** The file or plugin behind a `use`; null when it was reported. */
  readonly used: (item: ast.UseItem) => Module | null;
  readonly externs: Externs;
  readonly notes: OpenNotes;
}

type Defined = ast.LagrangianItem | ast.SynapseItem;

/** Finds templates by name, and lowers those of the file when they are first asked for. */
export class Templates {
  readonly #sources: TemplateSources;
  readonly #uses = new Map<string, ast.UseItem>();
  readonly #defined = new Map<string, Defined>();
  readonly #lowered = new Map<Defined, LagrangianTemplate | SynapseTemplate | null>();
  readonly usedUses = new Set<ast.UseItem>();

  constructor(sources: TemplateSources) {
    this.#sources = sources;
    const { file, diagnostics } = sources;
    const names = new Map<string, ast.Name>();
    for (const item of file.items) {
      if (item.kind !== "lagrangian" && item.kind !== "synapse" && item.kind !== "use") continue;
      const { name } = item;
      const first = names.get(name.text);
      if (first !== undefined) declaredTwice(diagnostics, first, name);
      names.set(name.text, first ?? name);
      if (item.kind === "use") this.#uses.set(name.text, item);
      else if (!this.#defined.has(name.text)) this.#defined.set(name.text, item);
    }
  }

  /** The Lagrangian that a path names, or null after a message. */
  lagrangian(path: ast.Path): LagrangianTemplate | null {
    const found = this.#find(path, "Lagrangian");
    return found !== null && "params" in found ? found : null;
  }

  /** The hypersynapse that a path names, or null after a message. */
  synapse(path: ast.Path): SynapseTemplate | null {
    const found = this.#find(path, "synapse");
    return found !== null && "within" in found ? found : null;
  }

  /** The file or plugin that a name stands for, or null after a message. */
  module(name: ast.Name): Module | null {
    const item = this.#uses.get(name.text);
    if (item === undefined) {
      const isLost = isInGap(this.#sources.file, name.text);
      const known = [...this.#uses.keys()];
      if (!isLost) unknownTemplate(this.#sources.diagnostics, name, "file", known);
      return null;
    }
    this.usedUses.add(item);
    return this.#sources.used(item);
  }

  /** Lowers every definition of the file, for what it reports. */
  checkAll(): void {
    for (const item of this.#defined.values()) this.#lower(item);
  }

  /** The names of one kind, those of used files qualified. */
  names(what: "Lagrangian" | "synapse"): string[] {
    const { registry, used } = this.#sources;
    const builtIn = what === "Lagrangian" ? registry.lagrangians : registry.hypersynapses;
    return [
      ...builtIn.keys(),
      ...this.#own(what),
      ...[...this.#uses].flatMap(([name, item]) => {
        const module = used(item);
        return module === null ? [] : module.templates.#own(what).map((own) => `${name}.${own}`);
      }),
    ];
  }

  #own(what: "Lagrangian" | "synapse"): string[] {
    const kind = what === "Lagrangian" ? "lagrangian" : "synapse";
    return [...this.#defined].flatMap(([name, item]) => (item.kind === kind ? [name] : []));
  }

  #find(
    path: ast.Path,
    what: "Lagrangian" | "synapse",
  ): LagrangianTemplate | SynapseTemplate | null {
    const { registry, diagnostics } = this.#sources;
    const [first, ...rest] = path.segments;
    if (rest.length > 0) {
      const module = this.module(first);
      if (module === null) return null;
      const [name] = rest;
      const item = rest.length === 1 ? module.templates.#named(name.text, what) : undefined;
      if (item !== undefined) return module.templates.#lower(item);
      const known = module.templates.#own(what).map((member) => `${first.text}.${member}`);
      const text = path.segments.map((segment) => segment.text).join(".");
      unknownTemplate(diagnostics, { text, span: path.span }, what, known);
      return null;
    }
    const item = this.#named(first.text, what);
    if (item !== undefined) return this.#lower(item);
    const lagrangian = what === "Lagrangian" ? registry.lagrangians.get(first.text) : undefined;
    if (lagrangian !== undefined) return builtInLagrangian(lagrangian);
    const synapse = what === "synapse" ? registry.hypersynapses.get(first.text) : undefined;
    if (synapse !== undefined) return builtInSynapse(synapse);
    // A definition that could not be read was reported where it is written.
    const isLost = isInGap(this.#sources.file, first.text);
    if (!isLost) unknownTemplate(diagnostics, first, what, this.names(what));
    return null;
  }

  #named(name: string, what: "Lagrangian" | "synapse"): Defined | undefined {
    const item = this.#defined.get(name);
    return item?.kind === (what === "Lagrangian" ? "lagrangian" : "synapse") ? item : undefined;
  }

  #lower(item: Defined): LagrangianTemplate | SynapseTemplate | null {
    const known = this.#lowered.get(item);
    if (known !== undefined) return known;
    const { file, diagnostics, externs, notes } = this.#sources;
    const place = {
      text: file.source.text,
      diagnostics,
      notes,
      outside: new Map(
        declarationsOf(file).map((declaration) => [declaration.name.text, declaration]),
      ),
    };
    const lowered =
      item.kind === "lagrangian"
        ? lowerLagrangian(item, { ...place, what: "a Lagrangian" })
        : lowerSynapse(item, { ...place, what: "a synapse" }, externs);
    this.#lowered.set(item, lowered);
    return lowered;
  }
}
