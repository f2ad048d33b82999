// The files that a client works on: what it has open, what those use, and what else lies in its
// folders. A file is analysed when somebody asks, and again when a text that it depends on changes.

import {
  compile,
  type Diagnostic,
  insidePlugin,
  isPath,
  type MissingFile,
  parse,
  type ParseResult,
  type ResolveUse,
  type SourceFile,
  type UseAnswer,
} from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { FileNames, makeParser } from "@hamlet/dsl/editor";
import type { Registry } from "@hamlet/graph";
import { decodeSource, isMissing, type ModelFiles, readUses } from "@hamlet/model/check";
import { analyse, type Document } from "./document.ts";
import type { ServerFiles } from "./files.ts";
import { fileName } from "./positions.ts";

/** The longest text that is analysed, in UTF-16 units: no longer file is read by any command. */
export const LONGEST = 2 ** 22;

interface Open {
  /** The address as the client writes it. */
  readonly uri: string;
  readonly version: number;
  readonly source: SourceFile;
}

interface Analysed {
  readonly document: Document;
  /** Everything that it was made of. */
  readonly uses: ReadonlyMap<string, SourceFile | null>;
}

/** The files of a client; see above. */
export class Project {
  readonly #registry: Registry;
  readonly #files: ServerFiles;
  readonly #open = new Map<string, Open>();
  /** Texts of the disk, until something says that they may have changed. */
  readonly #read = new Map<string, Promise<SourceFile | MissingFile>>();
  readonly #plugins = new Map<string, Promise<UseAnswer>>();
  /** Where the texts behind `use` were found last, for names that lead there. */
  readonly #known = new Map<string, SourceFile>();
  readonly #documents = new Map<string, Analysed>();
  readonly #parsers = new Map<string, typeof parse>();
  readonly #trees = new WeakMap<SourceFile, ParseResult>();
  /** Gone as soon as any text changes: what a name stands for may lie in another file. */
  #names = new WeakMap<SourceFile, FileNames>();

  constructor(registry: Registry, files: ServerFiles) {
    this.#registry = registry;
    this.#files = files;
  }

  /** Takes the text of a file that a client has open. */
  open(uri: string, version: number, text: string): void {
    const name = normal(uri);
    this.#open.set(name, { uri, version, source: { name, text } });
    this.#names = new WeakMap();
  }

  /** The text of an open file, and its version; undefined for one that is not open. */
  opened(uri: string): Open | undefined {
    return this.#open.get(normal(uri));
  }

  close(uri: string): void {
    this.#open.delete(normal(uri));
    this.#documents.delete(normal(uri));
    this.#parsers.delete(normal(uri));
    this.forget();
  }

  /** Reads anew what was read from the disk, the next time that it is needed. */
  forget(): void {
    this.#read.clear();
    this.#plugins.clear();
    this.#names = new WeakMap();
  }

  /** The addresses of all open files, as the client writes them. */
  get openUris(): readonly string[] {
    return [...this.#open.values()].map(({ uri }) => uri);
  }

  /** An address as the client knows it. */
  uriOf(name: string): string {
    return this.#open.get(name)?.uri ?? name;
  }

  /** A file as it is now; null for one that is not there or is too long. */
  async document(uri: string): Promise<Document | null> {
    const name = normal(uri);
    const source = await this.#source(name);
    if (isMissing(source) || source.text.length > LONGEST) return null;
    const uses = new Map<string, SourceFile | null>();
    const resolve = await this.#resolve(source, uses);
    // What came meanwhile counts.
    const now = this.#open.get(name)?.source ?? source;
    if (now !== source) return this.document(uri);
    const known = this.#documents.get(name);
    if (known !== undefined && known.document.source === source && isAlike(known.uses, uses)) {
      return known.document;
    }
    const document = analyse(source, {
      registry: this.#registry,
      resolve,
      parse: (other) => this.#parse(other),
      namesOf: (other) => this.#namesOf(other),
    });
    this.#documents.set(name, { document, uses });
    return document;
  }

  /** The names of a file and of what it uses, without the rest of its meaning; null as above. */
  async names(uri: string): Promise<FileNames | null> {
    const source = await this.#source(normal(uri));
    if (isMissing(source) || source.text.length > LONGEST) return null;
    await this.#resolve(source, new Map());
    return this.#namesOf(source);
  }

  /** What finds the mistakes of another text in the place of a file. */
  async checker(uri: string): Promise<(text: string) => readonly Diagnostic[]> {
    const name = normal(uri);
    const source = await this.#source(name);
    const resolve = isMissing(source) ? undefined : await this.#resolve(source, new Map());
    return (text) => {
      const options = { registry: this.#registry, ...(resolve === undefined ? {} : { resolve }) };
      return compile({ name, text }, { ...options, checks: [checkSoundness] }).diagnostics;
    };
  }

  /** The same files, some with other texts: what would be if they were typed. */
  with(texts: ReadonlyMap<string, string>): Project {
    const other = new Project(this.#registry, this.#files);
    for (const { uri, version, source } of this.#open.values()) {
      other.open(uri, version, source.text);
    }
    for (const [name, text] of texts) other.open(this.uriOf(name), 0, text);
    return other;
  }

  /** The addresses of everything in the given folders and of all that is open. */
  async all(folders: readonly string[]): Promise<readonly string[]> {
    const lists = await Promise.all(folders.map((folder) => this.#files.list(folder)));
    return [...new Set([...this.#open.keys(), ...lists.flat().map(normal)])];
  }

  /** The names of all those files. */
  async everyFile(folders: readonly string[]): Promise<FileNames[]> {
    const all = await Promise.all((await this.all(folders)).map((uri) => this.names(uri)));
    return all.filter((names) => names !== null);
  }

  /** The bytes of a data file of a model, or null. */
  async bytes(uri: string, path: string): ReturnType<ModelFiles["read"]> {
    return this.#files.around(normal(uri)).read(path, "model");
  }

  #source(name: string): Promise<SourceFile | MissingFile> {
    const open = this.#open.get(name);
    if (open !== undefined) return Promise.resolve(open.source);
    return this.#disk(name, fileName(name));
  }

  async #resolve(source: SourceFile, uses: Map<string, SourceFile | null>): Promise<ResolveUse> {
    const base = this.#files.around(source.name);
    /** The folders of plugins, by the specifier that found them. */
    const homes = new Map<string, string>();
    const files: ModelFiles = {
      read: (path, from) => base.read(path, from),
      source: async (path) => {
        const plugin = insidePlugin(path);
        const home = plugin === null ? source.name : homes.get(plugin.specifier);
        const name = home === undefined ? null : beside(home, plugin?.path ?? path);
        const open = name === null ? undefined : this.#open.get(name);
        const found = open?.source ?? (await this.#disk(name ?? path, path, base));
        uses.set(path, isMissing(found) ? null : found);
        return found;
      },
      plugin: async (specifier) => {
        const answer = await this.#plugin(source.name, specifier, base);
        if (answer.found !== "plugin") {
          uses.set(specifier, null);
          return answer;
        }
        const { plugin } = answer;
        uses.set(specifier, plugin.source);
        homes.set(specifier, plugin.source.name);
        this.#known.set(specifier, plugin.source);
        return answer;
      },
    };
    const resolve = await readUses(source, files, (other) => this.#parse(other));
    for (const found of uses.values()) if (found !== null) this.#known.set(found.name, found);
    return resolve;
  }

  #plugin(model: string, specifier: string, base: ModelFiles): Promise<UseAnswer> {
    const key = `${model.slice(0, model.lastIndexOf("/"))} ${specifier}`;
    let answer = this.#plugins.get(key);
    if (answer === undefined) {
      answer = findPlugin(specifier, base);
      this.#plugins.set(key, answer);
    }
    return answer;
  }

  #disk(
    name: string,
    path: string,
    base = this.#files.around(name),
  ): Promise<SourceFile | MissingFile> {
    let found = this.#read.get(name);
    if (found === undefined) {
      found = readText(name, path, base);
      this.#read.set(name, found);
    }
    return found;
  }

  #parse(source: SourceFile): ParseResult {
    let known = this.#trees.get(source);
    if (known === undefined) {
      const parser = this.#open.has(source.name) ? this.#parserOf(source.name) : parse;
      this.#trees.set(source, (known = parser(source)));
    }
    return known;
  }

  /** What remembers the text of an open file. */
  #parserOf(name: string): typeof parse {
    let parser = this.#parsers.get(name);
    if (parser === undefined) this.#parsers.set(name, (parser = makeParser()));
    return parser;
  }

  #namesOf(source: SourceFile): FileNames {
    let known = this.#names.get(source);
    if (known === undefined) {
      known = new FileNames(this.#parse(source).file, {
        registry: this.#registry,
        used: (item) => this.#behind(source, item.path.value),
      });
      this.#names.set(source, known);
    }
    return known;
  }

  /** The names of what a file uses, as far as it was read. */
  #behind(source: SourceFile, specifier: string): FileNames | null {
    const name = isPath(specifier) ? beside(source.name, specifier) : specifier;
    const found =
      name === null ? undefined : (this.#open.get(name)?.source ?? this.#known.get(name));
    return found === undefined ? null : this.#namesOf(found);
  }
}

function isAlike(
  a: ReadonlyMap<string, SourceFile | null>,
  b: ReadonlyMap<string, SourceFile | null>,
): boolean {
  return a.size === b.size && [...a].every(([path, source]) => b.get(path) === source);
}

async function readText(
  name: string,
  path: string,
  files: ModelFiles,
): Promise<SourceFile | MissingFile> {
  const found = await files.read(path, "model");
  if (isMissing(found)) return found;
  try {
    return decodeSource(name, found.subarray(0, 4 * LONGEST + 4));
  } finally {
    if (!(found instanceof Uint8Array)) await found.close();
  }
}

/** A plugin whose file goes by its address, where that is known. */
async function findPlugin(specifier: string, files: ModelFiles): Promise<UseAnswer> {
  const answer = (await files.plugin?.(specifier)) ?? { found: "no plugin", installed: null };
  if (answer.found !== "plugin") return answer;
  const { plugin } = answer;
  const name = plugin.path === undefined ? plugin.source.name : addressOf(plugin.path);
  return { found: "plugin", plugin: { ...plugin, source: { ...plugin.source, name } } };
}

function addressOf(path: string): string {
  const slashes = encodeURI(path.replaceAll("\\", "/"));
  return normal(`file://${slashes.startsWith("/") ? "" : "/"}${slashes}`);
}

/** One spelling for one file. */
function normal(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri;
}

/** The address of a path that is written in a file; null where files have no folder. */
function beside(uri: string, path: string): string | null {
  const written = path.split("/").map(encodeURIComponent).join("/");
  return URL.canParse(written, uri) ? new URL(written, uri).href : null;
}
