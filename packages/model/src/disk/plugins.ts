// Finding plugins: npm packages whose package.json names a `.ham` file, installed beside the model.

import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ExternEnergy, parse, type SourceFile, type UseAnswer } from "@hamlet/dsl";
import { satisfies } from "semver";
import { systemReason } from "./system-error.ts";

/** The part of a package.json that matters here. */
interface Manifest {
  readonly version: string;
  readonly ham?: string;
  readonly main?: string;
  readonly exports?: unknown;
}

/** Looks for `name@range` in the node_modules of the model's folder and of those above it. */
export async function findPlugin(modelPath: string, specifier: string): Promise<UseAnswer> {
  const at = specifier.lastIndexOf("@");
  const name = at > 0 ? specifier.slice(0, at) : specifier;
  const range = at > 0 ? specifier.slice(at + 1) : "*";
  const found = await findPackage(dirname(resolve(modelPath)), name);
  if (found === null) return { found: "no plugin", installed: null };
  const { folder, manifest } = found;
  const { version } = manifest;
  if (!satisfies(version, range)) return { found: "no plugin", installed: version };
  if (manifest.ham === undefined) {
    const reason = `\`${name}\` is no plugin: its package.json names no \`ham\` file`;
    return { found: "no plugin", installed: version, reason };
  }
  const path = join(folder, manifest.ham);
  const source = {
    name: `${name}/${manifest.ham.replace(/^\.\//, "")}`,
    text: await readFile(path, "utf8"),
  };
  const externs = await loadExterns(folder, manifest, source);
  return { found: "plugin", plugin: { name, version, source, externs } };
}

async function findPackage(
  from: string,
  name: string,
): Promise<{ folder: string; manifest: Manifest } | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    try {
      const text = await readFile(join(candidate, "package.json"), "utf8");
      return { folder: candidate, manifest: JSON.parse(text) as Manifest };
    } catch (error) {
      if (systemReason(error) === null) throw error;
    }
    if (folder === dirname(folder)) return null;
  }
}

/** The code of a plugin is loaded only when its file has an `extern` synapse. */
async function loadExterns(
  folder: string,
  manifest: Manifest,
  source: SourceFile,
): Promise<ReadonlyMap<string, ExternEnergy>> {
  const wanted = parse(source).file.items.flatMap((item) =>
    item.kind === "synapse" && item.extern ? [item.name.text] : [],
  );
  if (wanted.length === 0) return new Map();
  try {
    const url = pathToFileURL(join(folder, entryOf(manifest))).href;
    const code = (await import(url)) as { externs?: Readonly<Record<string, ExternEnergy>> };
    return new Map(Object.entries(code.externs ?? {}));
  } catch (error) {
    // Told where the synapse is connected, not here: a model may use only the rest of the plugin.
    const fail = (): never => {
      throw error;
    };
    return new Map(wanted.map((name) => [name, fail]));
  }
}

function entryOf({ exports, main = "index.js" }: Manifest): string {
  const root =
    typeof exports === "object" && exports !== null && "." in exports ? exports["."] : exports;
  if (typeof root === "string") return root;
  if (typeof root !== "object" || root === null) return main;
  const conditions = root as Readonly<Record<string, unknown>>;
  const found = conditions["import"] ?? conditions["default"];
  return typeof found === "string" ? found : main;
}
