// Makes the folder, from the templates: whole, or not at all where anything is in the way.

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What is made. */
export type Kind = "model" | "page";

/** A mistake of the one who asks. */
export class Refusal extends Error {}

const TEMPLATES = fileURLToPath(new URL("../templates/", import.meta.url));

/**
 * Makes a folder that is not there yet; returns the paths of its files.
 * @throws Refusal where there is something of that name, or where it cannot be written.
 */
export function make(folder: string, kind: Kind): readonly string[] {
  const place = placeOf(folder);
  if (isThere(place)) throw new Refusal(`${folder} exists already. Choose another name.`);
  const files = filesOf(kind, packageName(basename(place)));
  // A name of its own: behind a long one there may be no room.
  const unfinished = join(dirname(place), `.unfinished-${process.pid}`);
  try {
    for (const [path, text] of files) {
      const file = join(unfinished, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
    }
    renameSync(unfinished, place);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Refusal(`cannot write ${folder}: ${(error as NodeJS.ErrnoException).code ?? ""}.`, {
      cause: error,
    });
  }
  return Array.from(files.keys(), (path) => `${folder.replace(/\/+$/u, "")}/${path}`);
}

/** Where a path leads: links are followed as far as they are there, and only then is `..` taken away. */
function placeOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(placeOf(folder), basename(path));
  }
}

/** The files of a kind by their paths: what both have is written once. */
function filesOf(kind: Kind, name: string): ReadonlyMap<string, string> {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  // All packages are released as one.
  const values: Readonly<Record<string, string>> = {
    name,
    range: version === "0.0.0" ? "*" : `^${version}`,
  };
  const files = new Map<string, string>();
  for (const [from, to] of SOURCES[kind]) {
    const cwd = join(TEMPLATES, from);
    const paths = readdirSync(cwd, { recursive: true, encoding: "utf8" });
    for (const path of paths.filter((path) => path.endsWith(".txt")).sort()) {
      const text = readFileSync(join(cwd, path), "utf8");
      files.set(
        join(to, renamed(path)),
        text.replaceAll(/__(\w+?)__/gu, (whole, key: string) => values[key] ?? whole),
      );
    }
  }
  return files;
}

/** Which templates go where. */
const SOURCES: Readonly<Record<Kind, readonly (readonly [from: string, to: string])[]>> = {
  model: [
    ["folder", ""],
    ["memory", ""],
    ["model", ""],
  ],
  page: [
    ["folder", ""],
    ["memory", "public"],
    ["page", ""],
  ],
};

/** Templates end in `.txt`, and begin with no dot: npm and tools take those for their own. */
function renamed(path: string): string {
  return path.replace(/\.txt$/u, "").replace(/^dot-/u, ".");
}

/** A name that npm takes. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z\d._~-]+/gu, "-")
    .replace(/^[._-]+/u, "");
  return name.slice(0, 214) || "memory";
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that cannot be: writing says why.
    return false;
  }
}
