// Reading models and their data from disk.

import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { FileBytes, OpenFile } from "@hamlet/core";
import { insidePlugin, type MissingFile, type SourceFile, suggest } from "@hamlet/dsl";
import { HamError } from "@hamlet/graph";
import { decodeSource } from "../decode.ts";
import type { ModelFiles } from "../files.ts";
import { isInside } from "./inside.ts";
import { findPlugin, type PluginCode, pluginFolder } from "./plugins.ts";
import { openRegularFile, readRegularFile } from "./regular-file.ts";
import { systemReason } from "./system-error.ts";

/** How the files of a model are read. */
export interface DiskOptions {
  /**
   * A folder beyond which nothing that a model names is read, through links neither: data, other
   * models, plugins. What the caller names is the caller's. Default: no such folder.
   */
  readonly root?: string;
  /**
   * What becomes of the code of a plugin with an `extern synapse`. Default "run", as with any
   * `import`; "not trusted" refuses it (E0906); with "not run" the model is checked against the
   * signatures of the plugin, and cannot be loaded.
   */
  readonly pluginCode?: PluginCode;
  /** Told the path of every file that is read, those of plugins included. */
  readonly onRead?: (path: string) => void;
  /**
   * Bytes that a data file may have to be read as a whole, default 64 MB. The arrays of larger ones
   * are read a piece at a time, and have no other limit than the memory that their entries take.
   */
  readonly held?: number;
}

const HELD = 2 ** 26;

/** The largest `.ham` file that is read, in bytes. */
const LARGEST_SOURCE = 2 ** 22;

/**
 * The text of a `.ham` file.
 * @throws HamError `model/cannot-read` with the reason and, where there is one, a name like it.
 */
export async function readSource(path: string): Promise<SourceFile> {
  const bytes = await readCallersFile(path, LARGEST_SOURCE);
  return decodeSource(path, bytes);
}

/**
 * The bytes of a file that the caller named: a regular file, of at most two gigabytes or `most`
 * bytes.
 * @throws HamError `model/cannot-read` with the reason and, where there is one, a name like it.
 */
export async function readCallersFile(path: string, most?: number): Promise<Uint8Array> {
  const read = await readRegularFile(path, most);
  return typeof read === "string" ? await cannotRead(path, read) : read;
}

/**
 * A file that the caller named, open, to be read a piece at a time; the caller closes it.
 * @throws HamError `model/cannot-read` as {@link readCallersFile}.
 */
export async function openCallersFile(path: string): Promise<OpenFile> {
  const file = await openRegularFile(path, { held: -1 });
  return typeof file === "string" ? await cannotRead(path, file) : (file as OpenFile);
}

async function cannotRead(path: string, reason: string): Promise<never> {
  const missing = await missingFile(path, resolve(path));
  const near = missing.near === null ? "" : ` Did you mean ${missing.near}?`;
  const why =
    reason === "there is no such folder" ? `there is no such file in ${missing.folder}` : reason;
  throw new HamError("model/cannot-read", `cannot read ${path}: ${why}.${near}`, { ...missing });
}

/**
 * The data files and plugins of a model: its own paths start at its folder, the caller's at the
 * working directory. Plugins are packages in the `node_modules` of its folder and of those above;
 * the paths of a plugin start at its own folder and stay there.
 */
export function diskFiles(
  modelPath: string,
  { root, pluginCode = "run", onRead = () => undefined, held = HELD }: DiskOptions = {},
): ModelFiles {
  const how = { onRead, held };
  const outermost = root ?? null;
  const home = dirname(modelPath);
  return {
    async read(path, from) {
      if (from === "caller") return await readOrExplain(path, resolve(path), how);
      const plugin = insidePlugin(path);
      if (plugin === null) {
        return await readWithin(path, resolve(home, path), { folder: outermost, ...ROOT, ...how });
      }
      const folder = await pluginFolder(modelPath, plugin.specifier, outermost);
      if (folder === null) return { path, folder: "no installed package", near: null };
      return await readWithin(path, resolve(folder, plugin.path), { folder, ...PACKAGE, ...how });
    },
    plugin: (specifier) =>
      findPlugin(modelPath, specifier, { code: pluginCode, root: outermost, onRead }),
  };
}

type Reading = Required<Pick<DiskOptions, "onRead" | "held">>;

/** What a path must not lead out of, and what to do about it. */
const ROOT = {
  what: (folder: string) => `it lies outside of ${folder}, beyond which nothing is read`,
  help: "move the file into that folder, or choose another one with `--root`",
};
const PACKAGE = {
  what: () => "it lies outside of the package that names it",
  help: "this is a mistake of the package: tell its authors, or use another version",
};

async function readWithin(
  path: string,
  full: string,
  { folder, what, help, ...how }: typeof ROOT & Reading & { folder: string | null },
): Promise<FileBytes | MissingFile> {
  if (folder === null) return await readOrExplain(path, full, how);
  const refused = { rule: "outside_root", why: what(folder), help } as const;
  const outside: MissingFile = { path, folder, near: null, refused };
  // Of what lies outside, not even whether it is there is told.
  const real = await realPlace(full);
  if (!isInside(await realPlace(folder), real)) return outside;
  return await readOrExplain(path, real, how);
}

/** A path with its links resolved, as far as it is there. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemReason(error) === null) throw error;
    return path === dirname(path) ? path : join(await realPlace(dirname(path)), basename(path));
  }
}

async function readOrExplain(
  path: string,
  full: string,
  { onRead, held }: Reading,
): Promise<FileBytes | MissingFile> {
  onRead(full);
  const read = await openRegularFile(full, { held });
  if (typeof read !== "string") return read;
  const missing = await missingFile(path, full);
  if (!read.startsWith("it ")) return missing;
  const help = "name a regular file";
  return { ...missing, refused: { rule: "not_a_file", why: read, help } };
}

async function missingFile(path: string, full: string): Promise<MissingFile> {
  const folder = dirname(full);
  const shown = relative(process.cwd(), folder) || "this folder";
  try {
    const near = suggest(basename(full), await readdir(folder)) ?? null;
    return { path, folder: shown, near };
  } catch {
    return { path, folder: `${shown} (which does not exist)`, near: null };
  }
}
