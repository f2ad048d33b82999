// What `ham new` starts from, beside the command in a clone and in the published package.

import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { aboutOf } from "./examples.ts";

const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));
const MODELS = join(TEMPLATES, "models");
const PLUGIN = join(TEMPLATES, "plugin");

/** The model that is written where none is asked for. */
export const DEFAULT_START = "dense";

/** A model to start from: it runs as it is, without any data. */
export interface Start {
  readonly name: string;
  /** The first sentence that it says of itself. */
  readonly about: string;
}

/** All of them, by name. */
export function starts(): readonly Start[] {
  return readdirSync(MODELS)
    .sort()
    .map((file) => {
      const about = aboutOf(readFileSync(join(MODELS, file), "utf8").replace("__name__: ", ""));
      return { name: file.replace(/\.ham$/u, ""), about };
    });
}

/** The text of a starting model, under a name of its own. */
export function startText(start: string, name: string): string {
  return filled(readFileSync(join(MODELS, `${start}.ham`), "utf8"), { name });
}

/** The files of a plugin, by their paths in its folder. */
export function pluginFiles(name: string): ReadonlyMap<string, string> {
  const paths = globSync("**/*.txt", { cwd: PLUGIN }).sort();
  const range = ownRange();
  return new Map(
    paths.map((path) => [
      // npm packs no .gitignore.
      path.replace(/\.txt$/u, "").replace("gitignore", ".gitignore"),
      filled(readFileSync(join(PLUGIN, path), "utf8"), { name, range }),
    ]),
  );
}

/** The versions that go with this command: all packages are released as one. */
function ownRange(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return version === "0.0.0" ? "*" : `^${version}`;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/__(\w+?)__/gu, (whole, key: string) => values[key] ?? whole);
}
