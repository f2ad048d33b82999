// The files that a model is written in: its own, and what each `use` brings in.
//
// The caller reads them beforehand; nothing here touches a disk. A file that uses itself, directly
// or through others, is reported and never opened twice.

import type { Registry } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { parse } from "../1-parse/parse.ts";
import { usesItself } from "../rules/cycle.ts";
import { type MissingFile, noUsedFile } from "../rules/no-file.ts";
import { brokenPlugin } from "../rules/broken-plugin.ts";
import { pluginName } from "../rules/plugin-name.ts";
import { pluginVersion } from "../rules/plugin-version.ts";
import {
  collectDiagnostics,
  type Diagnostic,
  type Diagnostics,
} from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source.ts";
import { makeNotes } from "./notes.ts";
import type { ExternEnergy, Externs } from "./synapse.ts";
import { type Module, Templates } from "./templates.ts";

/** A plugin: an npm package with a `.ham` file, and perhaps code for its `extern` synapses. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly source: SourceFile;
  /** Where its file is, for who wants to open it. */
  readonly path?: string;
  /**
   * Energies of its `extern` synapses, by name; "not trusted" where code may not run; "not run"
   * where the signatures in its file are enough, because nobody will ask for the energy.
   */
  readonly externs: ReadonlyMap<string, ExternEnergy> | "not trusted" | "not run";
}

/** What the caller knows about the text after `use`. */
export type UseAnswer =
  | { readonly found: "file"; readonly source: SourceFile }
  | { readonly found: "plugin"; readonly plugin: Plugin }
  | { readonly found: "no file"; readonly missing: MissingFile }
  /** Another version is installed, or (null) none at all; or what is there cannot be used. */
  | { readonly found: "no plugin"; readonly installed: string | null; readonly reason?: string }
  /** It is installed and cannot be used, whatever the version. */
  | { readonly found: "broken plugin"; readonly name: string; readonly problem: string };

/**
 * Answers a `use`: a path relative to the folder of the model, such as `parts/memory.ham`, or a
 * package with its version range, such as `@someone/vision@^1.2`.
 */
export type ResolveUse = (specifier: string) => UseAnswer;

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
  readonly #parse: typeof parse;
  readonly #notes = makeNotes();
  readonly #modules = new Map<string, Module>();
  readonly #parsed: Diagnostic[][] = [];
  readonly #collected: Diagnostics[] = [];

  constructor(registry: Registry, resolve: ResolveUse, parser = parse) {
    this.#registry = registry;
    this.#resolve = resolve;
    this.#parse = parser;
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
    const parsed = this.#parse(source);
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
      notes: this.#notes,
    });
    const hasGaps = parsed.diagnostics.some(({ severity }) => severity === "error");
    const notes = this.#notes;
    const module = { file: parsed.file, templates, diagnostics, hasGaps, folder, notes };
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
    if (!isPath(written) && packageOf(written) === null) {
      pluginName(diagnostics, item.path);
      return null;
    }
    const key = isPath(written) ? pathOf(folder, written) : written;
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
        return this.#open(key, source, folderOfPlugin(key), externs, [...chain, key]);
      }
      case "no file":
        noUsedFile(diagnostics, answer.missing, item.path.span);
        return null;
      case "no plugin":
        pluginVersion(diagnostics, written, answer, item.path);
        return null;
      case "broken plugin":
        brokenPlugin(diagnostics, answer.name, answer.problem, item.path.span);
        return null;
    }
  }
}

/** The `use` texts of a file as {@link ResolveUse} will be asked for them. */
export function usesOf(file: ast.FileAst, folder = ""): string[] {
  return file.items.flatMap((item) => {
    if (item.kind !== "use") return [];
    const written = item.path.value;
    if (isPath(written)) return [pathOf(folder, written)];
    return packageOf(written) === null ? [] : [written];
  });
}

/** A package and its versions, as `use` names them. */
export interface PackageRange {
  readonly name: string;
  /** As npm reads it; `*` where nothing is written. */
  readonly range: string;
}

const LONGEST_NAME = 214;
const PACKAGE = /^((?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*)(?:@([^/\\]+))?$/i;

/**
 * The package of a `use` that is no path, by npm's rules for names; null when it names none. A
 * name is one word, or two after an `@`: it cannot lead out of the folder of packages.
 */
export function packageOf(specifier: string): PackageRange | null {
  const [, name, range = "*"] = PACKAGE.exec(specifier) ?? [];
  if (name === undefined || name.length > LONGEST_NAME || name === "node_modules") return null;
  return { name, range };
}

/**
 * The folder of a plugin, as its files are asked for: `kit@^1//parts/a.ham`. The double slash, which
 * no other path has, says where the package begins; paths inside it are never seen from the model.
 */
export function folderOfPlugin(specifier: string): string {
  return `${specifier}//`;
}

/** The plugin and the path inside it, of a path that {@link folderOfPlugin} begins; else null. */
export function insidePlugin(path: string): { specifier: string; path: string } | null {
  const at = path.indexOf("//");
  return at < 1 ? null : { specifier: path.slice(0, at), path: path.slice(at + 2) };
}

/** True for a path, false for a package. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || (specifier.endsWith(".ham") && !specifier.startsWith("@"));
}

/** The path of a `use` as it is asked for; `./kit` stays so, because `kit` is a package. */
function pathOf(folder: string, written: string): string {
  const path = joinPath(folder, written);
  return isPath(path) || insidePlugin(path) !== null ? path : `./${path}`;
}

/** `a/` and `../b.ham` make `b.ham`. */
export function joinPath(folder: string, path: string): string {
  const plugin = insidePlugin(folder);
  if (plugin !== null) return folderOfPlugin(plugin.specifier) + joinPath(plugin.path, path);
  if (path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of `${folder}${path}`.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `${folder.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}
