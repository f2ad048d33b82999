/**
 * What the packages offer: every name that an entry of a package exports, with the declaration
 * behind it and its doc comment.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Comment, parseSync } from "oxc-parser";

/** A name that a package exports. */
export interface Exported {
  readonly name: string;
  /** `@hamlet/ham` or `@hamlet/ham/hypersynapses`. */
  readonly entry: string;
  /** The file of the declaration, from the repository root, and its name there. */
  readonly file: string;
  readonly declaration: string;
  /** The text of its doc comment; null where it has none. */
  readonly doc: string | null;
  /** The declaration as it is written, without bodies of functions. */
  readonly text: string;
}

interface Declared {
  readonly doc: string | null;
  readonly text: string;
}

type Target =
  | { readonly kind: "own"; readonly declared: Declared }
  | { readonly kind: "other"; readonly from: string; readonly name: string }
  /** All that a file exports, under one name. */
  | { readonly kind: "file"; readonly from: string };

interface SourceModule {
  readonly exports: ReadonlyMap<string, Target>;
  /** Files whose names are all exported. */
  readonly stars: readonly string[];
  /** The comment at its head. */
  readonly doc: string | null;
}

/** Reads entries and whatever files they lead to. */
export class Faces {
  readonly #root: string;
  readonly #modules = new Map<string, SourceModule>();
  /** The source behind what an import says: `@hamlet/graph`. */
  readonly #entries = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    for (const path of globSync("packages/*/package.json", { cwd: root }).sort()) {
      const text = readFileSync(join(root, path), "utf8");
      const { name, exports }: { name: string; exports: Record<string, unknown> } =
        JSON.parse(text);
      for (const [key, source] of Object.entries(exports)) {
        if (typeof source !== "string" || !source.endsWith(".ts")) continue;
        this.#entries.set(name + key.slice(1), join(dirname(path), source));
      }
    }
  }

  /** Every name of every entry. */
  all(): Exported[] {
    return [...this.#entries].flatMap(([entry, file]) =>
      this.#names(file).map((found) => ({ entry, ...found })),
    );
  }

  #names(file: string): Omit<Exported, "entry">[] {
    const module = this.#module(file);
    const own = [...module.exports.keys()].map((name) => ({ name, ...this.#resolve(file, name) }));
    return [...own, ...module.stars.flatMap((star) => this.#names(star))];
  }

  #resolve(file: string, name: string): Omit<Exported, "entry" | "name"> {
    const target = this.#module(file).exports.get(name);
    if (target === undefined) {
      const star = this.#module(file).stars.find((other) => this.#module(other).exports.has(name));
      if (star === undefined) throw new Error(`${file} exports ${name} from nowhere`);
      return this.#resolve(star, name);
    }
    if (target.kind === "other") return this.#resolve(target.from, target.name);
    if (target.kind === "file") {
      const { doc } = this.#module(target.from);
      return { file: target.from, declaration: "*", doc, text: "" };
    }
    return { file, declaration: name, ...target.declared };
  }

  #module(file: string): SourceModule {
    let known = this.#modules.get(file);
    if (known === undefined) {
      const text = readFileSync(join(this.#root, file), "utf8");
      known = read(file, text, (specifier) => this.#entries.get(specifier));
      this.#modules.set(file, known);
    }
    return known;
  }
}

function read(
  file: string,
  text: string,
  entryOf: (specifier: string) => string | undefined,
): SourceModule {
  const { program, comments } = parseSync(file, text);
  const exports = new Map<string, Target>();
  const stars: string[] = [];
  const local = new Map<string, Declared>();
  const imported = new Map<string, { from: string; name: string }>();
  const at = (specifier: string): string =>
    specifier.startsWith(".") ? join(dirname(file), specifier) : (entryOf(specifier) ?? specifier);
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));

  for (const node of program.body) {
    const doc = docBefore(node.start, docs, text);
    if (node.type === "ImportDeclaration") {
      for (const specifier of node.specifiers) {
        if (specifier.type !== "ImportSpecifier") continue;
        const name =
          "name" in specifier.imported ? specifier.imported.name : specifier.imported.value;
        imported.set(specifier.local.name, { from: at(node.source.value), name });
      }
      continue;
    }
    if (node.type === "ExportAllDeclaration") {
      if (node.exported === null) stars.push(at(node.source.value));
      else {
        const name = "name" in node.exported ? node.exported.name : node.exported.value;
        exports.set(name, { kind: "file", from: at(node.source.value) });
      }
      continue;
    }
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    for (const [name, own] of declarationsOf(declaration, text)) {
      const known = local.get(name);
      // Overloads share the comment of the first.
      local.set(name, { doc: doc ?? known?.doc ?? null, text: `${known?.text ?? ""}${own}` });
      if (node.type === "ExportNamedDeclaration") {
        exports.set(name, { kind: "own", declared: local.get(name)! });
      }
    }
    if (node.type !== "ExportNamedDeclaration") continue;
    for (const { local: inner, exported } of node.specifiers) {
      const name = "name" in exported ? exported.name : exported.value;
      const own = "name" in inner ? inner.name : inner.value;
      if (node.source !== null) {
        exports.set(name, { kind: "other", from: at(node.source.value), name: own });
        continue;
      }
      const from = imported.get(own);
      if (from !== undefined) exports.set(name, { kind: "other", ...from });
      else exports.set(name, { kind: "own", declared: local.get(own)! });
    }
  }
  const [first] = program.body;
  return { exports, stars, doc: first === undefined ? null : docBefore(first.start, docs, text) };
}

/** The doc comment that ends right before a declaration. */
function docBefore(start: number, docs: readonly Comment[], text: string): string | null {
  const doc = docs.findLast(({ end }) => end <= start);
  if (doc === undefined || text.slice(doc.end, start).trim() !== "") return null;
  return doc.value
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim();
}

type Statement = ReturnType<typeof parseSync>["program"]["body"][number];

function declarationsOf(node: Statement | null, text: string): [string, string][] {
  if (node === null) return [];
  switch (node.type) {
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration": {
      const end = node.body?.start ?? node.end;
      return node.id === null ? [] : [[node.id.name, text.slice(node.start, end)]];
    }
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [[node.id.name, text.slice(node.start, node.end)]];
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id, start, end }) =>
        id.type === "Identifier" ? [[id.name, text.slice(start, end)] as [string, string]] : [],
      );
    default:
      return [];
  }
}
