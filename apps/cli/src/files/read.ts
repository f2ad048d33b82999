// Reading models and their data from disk.

import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { type MissingFile, type SourceFile, suggest } from "@hamlet/dsl";
import type { ModelFiles } from "@hamlet/model";
import { CommandError, EXIT } from "../exit.ts";
import { findPlugin } from "./plugins.ts";
import { systemReason } from "./system-error.ts";

/** The text of a `.ham` file; a missing one is a usage error with a suggestion. */
export async function readSource(path: string): Promise<SourceFile> {
  try {
    return { name: path, text: await readFile(path, "utf8") };
  } catch (error) {
    return await explainMissing(path, error);
  }
}

/** Throws why a file that the caller named cannot be read, as a usage error with a suggestion. */
export async function explainMissing(path: string, error: unknown): Promise<never> {
  const reason = systemReason(error);
  if (reason === null) throw error;
  const missing = await missingFile(path, resolve(path));
  const near = missing.near === null ? "" : ` Did you mean ${missing.near}?`;
  const why =
    reason === "there is no such folder" ? `there is no such file in ${missing.folder}` : reason;
  throw new CommandError(EXIT.usage, `cannot read ${path}: ${why}.${near}`);
}

/** The data files and plugins of a model: its own paths start at its folder, the caller's where he stands. */
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
