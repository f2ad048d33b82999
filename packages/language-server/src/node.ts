// The entry `@hamlet/language-server/node`: a server on the streams of this process.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NO_FILES } from "@hamlet/model/check";
import { CATALOGUE, diskFiles } from "@hamlet/model/disk";
import { createConnection } from "vscode-languageserver/node";
import type { ServerFiles } from "./files.ts";
import { serve } from "./server.ts";

/**
 * Starts a server that reads requests from the standard input and answers on the standard output,
 * until the client says `exit`. Code of plugins is never run.
 */
export function startServer(): void {
  serve(createConnection(process.stdin, process.stdout), {
    registry: CATALOGUE,
    filesOf: () => DISK,
  });
}

/** Files of the disk. */
const DISK: ServerFiles = {
  around: (uri) =>
    uri.startsWith("file:") ? diskFiles(fileURLToPath(uri), { pluginCode: "not run" }) : NO_FILES,
  async list(folder) {
    if (!folder.startsWith("file:")) return [];
    const found: string[] = [];
    await walk(fileURLToPath(folder), found);
    return found.map((path) => pathToFileURL(path).href);
  },
};

/** Folders that hold nothing that somebody wrote there. */
const NOT_OURS = /^(?:\.|node_modules$)/;
const MOST_FILES = 10_000;

async function walk(folder: string, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (found.length >= MOST_FILES) return;
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(".ham")) found.push(path);
    if (entry.isDirectory() && !NOT_OURS.test(entry.name)) await walk(path, found);
  }
}
