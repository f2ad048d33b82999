// The files that a model is written in: its own, and what each `use` brings in.
//
// The caller reads them beforehand; nothing here touches a disk. A file that uses itself, directly
// or through others, is reported and never opened twice.

import type { Registry } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { parse } from "../1-parse/parse.ts";
import { usesItself } from "../2-check/rules/cycle.ts";
import { type MissingFile, noUsedFile } from "../2-check/rules/no-file.ts";
import { pluginVersion } from "../2-check/rules/plugin-version.ts";
import {
  collectDiagnostics,
  type Diagnostic,
  type Diagnostics,
} from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source.ts";
import type { ExternEnergy, Externs } from "./synapse.ts";
import { Templates } from "./templates.ts";

/** A plugin: an npm package with a `.ham` file, and perhaps code for its `extern` synapses. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly source: SourceFile;
  /** Energies of its `extern` synapses, by name; "not trusted" where code may not run. */
  readonly externs: ReadonlyMap<string, ExternEnergy> | "not trusted";
}

/** What the caller knows about the text after `use`. */
export type UseAnswer =
  | { readonly found: "file"; readonly source: SourceFile }
  | { readonly found: "plugin"; readonly plugin: Plugin }
  | { readonly found: "no file"; readonly missing: MissingFile }
  /** Another version is installed, or (null) none at all; or what is there cannot be used. */
  | { readonly found: "no plugin"; readonly installed: string | null; readonly reason?: string };

/**
 * Answers a `use`: a path relative to the folder of the model, such as `parts/memory.ham`, or a
 * package with its version range, such as `@someone/vision@^1.2`.
 */
export type ResolveUse = (specifier: string) => UseAnswer;

/** One file of a model. */
export interface Module {
  readonly file: ast.FileAst;
  readonly templates: Templates;
  /** What is found in this file. */
  readonly diagnostics: Diagnostics;
  /** Its folder, relative to that of the model: `` or `parts/`. */
  readonly folder: string;
}

/** The plugins that a model uses, for the record. */
export interface UsedPlugin {
  readonly name: string;
  readonly version: string;
}

/** Opens files, each once. */
export class Library {
  readonly sources: SourceFile[] = [];
  readonly plugins: UsedPlugin[] = [];
  readonly #registry: Registry;
  readonly #resolve: ResolveUse;
  readonly #modules = new Map<string, Module>();
  readonly #parsed: Diagnostic[][] = [];
  readonly #collected: Diagnostics[] = [];

  constructor(registry: Registry, resolve: ResolveUse) {
    this.#registry = registry;
    this.#resolve = resolve;
  }

  /** Opens the model's own file, and all that it uses. */
  open(source: SourceFile): Module {
    const name = source.name.split(/[\\/]/).at(-1)!;
    return this.#open(name, source, "", "none", [name]);
  }

  /** Everything found in all files; the same mistake seen twice is one message. */
  diagnostics(): Diagnostic[] {
    const all = [
      ...this.#parsed.flat(),
      ...this.#collected.flatMap((collected) => collected.list()),
    ];
    const seen = new Set<string>();
    return all.filter(({ code, file, span, message }) => {
      const key = JSON.stringify([code, file, span, message]);
      return !seen.has(key) && seen.add(key);
    });
  }

  #open(
    key: string,
    source: SourceFile,
    folder: string,
    externs: Externs,
    chain: readonly string[],
  ): Module {
    const known = this.#modules.get(key);
    if (known !== undefined) return known;
    this.sources.push(source);
    const parsed = parse(source);
    this.#parsed.push([...parsed.diagnostics]);
    const diagnostics = collectDiagnostics(source);
    this.#collected.push(diagnostics);
    const used = new Map<ast.UseItem, Module | null>();
    for (const item of parsed.file.items) {
      if (item.kind === "use") used.set(item, this.#use(item, folder, diagnostics, chain));
    }
    const templates = new Templates({
      file: parsed.file,
      registry: this.#registry,
      diagnostics,
      used: (item) => used.get(item) ?? null,
      externs,
    });
    const module = { file: parsed.file, templates, diagnostics, folder };
    this.#modules.set(key, module);
    return module;
  }

  #use(
    item: ast.UseItem,
    folder: string,
    diagnostics: Diagnostics,
    chain: readonly string[],
  ): Module | null {
    const written = item.path.value;
    const key = isPath(written) ? joinPath(folder, written) : written;
    const from = chain.indexOf(key);
    if (from >= 0) {
      usesItself(diagnostics, [...chain.slice(from), key], item.path.span);
      return null;
    }
    const answer = this.#resolve(key);
    switch (answer.found) {
      case "file": {
        const inside = key.slice(0, key.lastIndexOf("/") + 1);
        return this.#open(key, answer.source, inside, "none", [...chain, key]);
      }
      case "plugin": {
        const { name, version, source, externs } = answer.plugin;
        if (!this.#modules.has(key)) this.plugins.push({ name, version });
        return this.#open(key, source, `${key}/`, externs, [...chain, key]);
      }
      case "no file":
        noUsedFile(diagnostics, answer.missing, item.path.span);
        return null;
      case "no plugin":
        pluginVersion(diagnostics, written, answer, item.path);
        return null;
    }
  }
}

/** The `use` texts of a file as {@link ResolveUse} will be asked for them. */
export function usesOf(file: ast.FileAst, folder = ""): string[] {
  return file.items.flatMap((item) => {
    if (item.kind !== "use") return [];
    return [isPath(item.path.value) ? joinPath(folder, item.path.value) : item.path.value];
  });
}

/** True for a path, false for a package. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || (specifier.endsWith(".ham") && !specifier.startsWith("@"));
}

/** `a/` and `../b.ham` make `b.ham`. */
export function joinPath(folder: string, path: string): string {
  if (path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of `${folder}${path}`.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `${folder.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}
