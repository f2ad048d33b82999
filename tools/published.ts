// What is published: the packages, and the entries by which they are imported.

import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A package that is published. */
export interface Published {
  readonly name: string;
  readonly version: string;
  /** Its place in the repository, as `packages/graph`. */
  readonly folder: string;
}

/** A source that a published package offers. */
export interface Entry {
  /** As an import says it: `@hamlet/core/files`. */
  readonly name: string;
  readonly folder: string;
  /** Its file from the root, as `packages/core/src/files.ts`. */
  readonly source: string;
}

/** The packages of the repository at `root` that are published. */
export function publishedIn(root: string): Published[] {
  return manifestsIn(root).map(({ name, version, folder }) => ({ name, version, folder }));
}

/** What they offer to who imports them. */
export function entriesIn(root: string): Entry[] {
  return manifestsIn(root).flatMap(({ name, folder, exports = {} }) =>
    Object.entries(exports)
      .filter(([, source]) => source.endsWith(".ts"))
      .map(([key, source]) => ({
        name: name + key.slice(1),
        folder,
        source: join(folder, source),
      })),
  );
}

interface Manifest extends Published {
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
}

function manifestsIn(root: string): Manifest[] {
  return globSync("{packages,apps}/*/package.json", { cwd: root })
    .sort()
    .map((path) => ({
      ...(JSON.parse(readFileSync(join(root, path), "utf8")) as Omit<Manifest, "folder">),
      folder: dirname(path),
    }))
    .filter((manifest) => manifest.private !== true);
}
