// Reading models and their data from disk.

import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { type MissingFile, type SourceFile, suggest } from "@hamlet/dsl";
import { HamError } from "@hamlet/graph";
import type { ModelFiles } from "../files.ts";
import { findPlugin } from "./plugins.ts";
import { systemReason } from "./system-error.ts";

/**
 * The text of a `.ham` file.
 * @throws HamError `model/cannot-read` with the reason and, where there is one, a name like it.
 */
export async function readSource(path: string): Promise<SourceFile> {
  try {
    return { name: path, text: await readFile(path, "utf8") };
  } catch (error) {
    return await explainMissing(path, error);
  }
}

/** Throws why a file that the caller named cannot be read, with a name like it that is there. */
export async function explainMissing(path: string, error: unknown): Promise<never> {
  const reason = systemReason(error);
  if (reason === null) throw error;
  const missing = await missingFile(path, resolve(path));
  const near = missing.near === null ? "" : ` Did you mean ${missing.near}?`;
  const why =
    reason === "there is no such folder" ? `there is no such file in ${missing.folder}` : reason;
  throw new HamError("model/cannot-read", `cannot read ${path}: ${why}.${near}`, { ...missing });
}

/**
 * The data files and plugins of a model: its own paths start at its folder, the caller's at the
 * working directory. Plugins are packages in the `node_modules` of its folder and of those above.
 */
export function diskFiles(modelPath: string): ModelFiles {
  return {
    async read(path, from) {
      const full = from === "model" ? resolve(dirname(modelPath), path) : resolve(path);
      try {
        return await readFile(full);
      } catch (error) {
        if (systemReason(error) === null) throw error;
        return await missingFile(path, full);
      }
    },
    plugin: (specifier) => findPlugin(modelPath, specifier),
  };
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
