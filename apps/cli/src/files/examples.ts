// The examples that come with the command: beside it in the published package, at the root of a clone.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A model to learn from. */
export interface Example {
  readonly name: string;
  /** The first sentence that it says of itself. */
  readonly about: string;
  /** The model and the data that it reads, by their paths inside {@link EXAMPLES}. */
  readonly files: readonly string[];
}

/** The folder that they lie in. */
export const EXAMPLES: string =
  ["../../examples/", "../../../../examples/"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(join(folder, "digits.ham"))) ?? "examples";

/** All of them, by name. */
export function examples(): readonly Example[] {
  return readdirSync(EXAMPLES)
    .filter((file) => file.endsWith(".ham"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(EXAMPLES, file), "utf8");
      const named = text.matchAll(/"(?:\.\/)?((?:data\/|[^"/]+\.ham)[^"#]*)/gu);
      const data = Array.from(named, ([, path]) => path);
      return { name: file.slice(0, -4), about: aboutOf(text), files: [file, ...new Set(data)] };
    });
}

/** The first sentence that a model says of itself. */
export function aboutOf(text: string): string {
  const doc = Array.from(text.matchAll(/^\/\/\/ ?(.*)$/gmu), ([, line]) => line).join(" ");
  const sentence = /^.*?(?:(?<! al)\.|:)(?= |$)/u.exec(doc)?.[0] ?? doc;
  return sentence.replace(/:$/u, ".");
}
