// The `.ham` files that arguments name: themselves, all in a folder, or the standard input.

import { readdir, stat } from "node:fs/promises";
import { CommandError, EXIT } from "../exit.ts";
import { pathIn } from "./path-in.ts";
import { STDIN } from "./source.ts";

/**
 * Every path as it is, and in place of a folder all `.ham` files in it and below, by name. What is
 * hidden and `node_modules` are left out. `onRead` is told every folder.
 * @throws CommandError for a folder without any, and for a standard input that is named twice.
 */
export async function modelPaths(
  paths: readonly string[],
  onRead: (folder: string) => void = () => undefined,
): Promise<string[]> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new CommandError(EXIT.usage, "the standard input can be read once. Name - once.");
  }
  const found: string[] = [];
  for (const path of paths) {
    // What is not there is the reader's to explain.
    const stats = path === STDIN ? null : await stat(path).catch(() => null);
    if (stats === null || !stats.isDirectory()) {
      found.push(path);
      continue;
    }
    const inside = await modelsIn(path, onRead);
    if (inside.length === 0) {
      throw new CommandError(EXIT.usage, `there are no .ham files in the folder ${path}.`);
    }
    found.push(...inside);
  }
  return found;
}

async function modelsIn(folder: string, onRead: (folder: string) => void): Promise<string[]> {
  onRead(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = pathIn(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) found.push(...(await modelsIn(path, onRead)));
    else if (entry.name.endsWith(".ham")) found.push(path);
  }
  return found;
}
