// Finding plugins: npm packages whose package.json names a `.ham` file, installed beside the model.
//
// A package is found by its name alone, and what it names stays inside its own folder, links
// included. Whatever is wrong with it is an answer, never an exception.

import { realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { packageOf, parse, type Plugin, type SourceFile, type UseAnswer } from "@hamlet/dsl";
import { decodeSource } from "../decode.ts";
import { isInside } from "./inside.ts";
import { entriesOf, loadExterns } from "./plugin-code.ts";
import { readRegularFile } from "./regular-file.ts";
import { systemReason } from "./system-error.ts";

/**
 * What becomes of the code of a plugin with an `extern synapse`: it runs; it is refused (E0906); or
 * its signatures are enough, since only names, sizes and axes are asked for.
 */
export type PluginCode = "run" | "not trusted" | "not run";

/** How plugins are looked for. */
export interface PluginOptions {
  readonly code: PluginCode;
  /** No folder above this one is searched; null for none. */
  readonly root: string | null;
  /** Told the path of every file that is read. */
  readonly onRead: (path: string) => void;
}

/** The largest package.json or `.ham` file of a plugin that is read, in bytes. */
const LARGEST_TEXT = 2 ** 22;

/** Looks for `name@range` in the node_modules of the model's folder and of those above it. */
export async function findPlugin(
  modelPath: string,
  specifier: string,
  { code, root, onRead }: PluginOptions,
): Promise<UseAnswer> {
  const wanted = packageOf(specifier);
  if (wanted === null) return { found: "no plugin", installed: null };
  const { name, range } = wanted;
  const broken = (problem: string): UseAnswer => ({ found: "broken plugin", name, problem });
  const folder = await pluginFolder(modelPath, specifier, root);
  if (folder === null) return { found: "no plugin", installed: null };
  if (root !== null && !isInside(await realpath(root), folder)) {
    return broken(`it is installed outside of ${root}, beyond which nothing is read`);
  }
  onRead(join(folder, "package.json"));
  const manifest = await readManifest(folder);
  if (typeof manifest === "string") return broken(manifest);
  const { version, ham } = manifest;
  // Its 44 files are a tenth of what a command loads, and few models use a plugin.
  const { satisfies, valid, validRange } = (await import("semver")).default;
  if (typeof version !== "string" || valid(version) === null) {
    return broken("its package.json has no `version` that could be compared");
  }
  if (validRange(range) === null) {
    const reason = `\`${range}\` is no range of versions; \`^${version}\` fits what is installed`;
    return { found: "no plugin", installed: version, reason };
  }
  if (!satisfies(version, range)) return { found: "no plugin", installed: version };
  if (ham === undefined) {
    const reason = `\`${name}\` is no plugin: its package.json names no \`ham\` file`;
    return { found: "no plugin", installed: version, reason };
  }
  if (typeof ham !== "string") return broken("`ham` in its package.json is not the name of a file");
  const text = await readInside(folder, ham, "`ham` in its package.json");
  if ("problem" in text) return broken(text.problem);
  onRead(text.path);
  const source = decodeSource(`${name}/${relative(folder, text.path)}`, text.bytes);
  const entries = entriesOf(manifest);
  const entry = await firstFile(folder, entries);
  if (entry !== undefined) onRead(resolve(folder, entry));
  const externs = await externsOf(source, code, async () =>
    entry === undefined
      ? "`exports` in its package.json has no entry `.` for `import`"
      : await insidePath(folder, entry, "the entry in its package.json"),
  );
  return { found: "plugin", plugin: { name, version, source, path: text.path, externs } };
}

/** The first path that is a file of the folder; else the first at all. */
async function firstFile(folder: string, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const stats = await stat(resolve(folder, path)).catch(() => null);
    if (stats?.isFile()) return path;
  }
  return paths[0];
}

/** The folder of an installed package, links resolved; null where there is none. */
export async function pluginFolder(
  modelPath: string,
  specifier: string,
  root: string | null,
): Promise<string | null> {
  const wanted = packageOf(specifier);
  if (wanted === null) return null;
  const top = root === null ? null : resolve(root);
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    try {
      return await realpath(join(folder, "node_modules", wanted.name));
    } catch (error) {
      if (systemReason(error) === null) throw error;
    }
    if (folder === dirname(folder) || folder === top) return null;
  }
}

/** The parts of a package.json that matter here, none of them believed. */
interface Manifest {
  readonly version?: unknown;
  readonly ham?: unknown;
  readonly main?: unknown;
  readonly exports?: unknown;
}

/** The package.json of a folder, or what is wrong with it. */
async function readManifest(folder: string): Promise<Manifest | string> {
  const read = await readInside(folder, "package.json", "its package.json");
  if ("problem" in read) return read.problem;
  let manifest: unknown;
  try {
    manifest = JSON.parse(new TextDecoder().decode(read.bytes));
  } catch {
    return "its package.json is not JSON";
  }
  if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest))
    return manifest;
  return `its package.json holds ${manifest === null ? "null" : Array.isArray(manifest) ? "a list" : `a ${typeof manifest}`}, not an object`;
}

/** The code of a plugin is loaded only when its file has an `extern` synapse. */
async function externsOf(
  source: SourceFile,
  code: PluginCode,
  entry: () => Promise<{ readonly path: string } | { readonly problem: string } | string>,
): Promise<Plugin["externs"]> {
  const wanted = parse(source).file.items.flatMap((item) =>
    item.kind === "synapse" && item.extern ? [item.name.text] : [],
  );
  if (wanted.length === 0) return new Map();
  return code === "run" ? await loadExterns(await entry(), wanted) : code;
}

/** A file of a package, links resolved, or why it is none. */
async function insidePath(
  folder: string,
  path: string,
  what: string,
): Promise<{ readonly path: string } | { readonly problem: string }> {
  try {
    const real = await realpath(resolve(folder, path));
    if (isInside(folder, real)) return { path: real };
    return { problem: `${what} leads out of the package, to ${path}` };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    const why = reason === "there is no such folder" ? "which is not there" : reason;
    return { problem: `${what} names ${path}, ${why}` };
  }
}

async function readInside(
  folder: string,
  path: string,
  what: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | { readonly problem: string }> {
  const found = await insidePath(folder, path, what);
  if ("problem" in found) return found;
  const read = await readRegularFile(found.path, LARGEST_TEXT);
  if (typeof read === "string") return { problem: `${what} cannot be read: ${read}` };
  return { path: found.path, bytes: read };
}
