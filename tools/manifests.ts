/**
 * `node tools/manifests.ts`: writes what all packages say of the project into their `package.json`, from
 * tools/publish.config.json; `pnpm fix` puts it in its order. `pnpm check:packages` holds them to it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishedIn } from "./published.ts";
import config from "./publish.config.json" with { type: "json" };

/** What an owner decides once. */
export interface PublishConfig {
  /** The address of the repository, as `https://github.com/OWNER/NAME`. */
  readonly repository: string | null;
  readonly homepage: string | null;
  readonly author: string | null;
  readonly funding: string | null;
}

/** A package.json, as far as it is looked at. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly description: string;
  readonly private?: boolean;
};

const KEYWORDS = [
  "associative-memory",
  "dense-associative-memory",
  "energy-based-model",
  "hopfield-network",
  "tensorflowjs",
];

/** The decisions of this repository. */
export const CONFIG: PublishConfig = config;

/** What an owner has not decided yet. */
export function undecided({ repository, homepage, author }: PublishConfig): string[] {
  return Object.entries({ repository, homepage, author }).flatMap(([name, value]) =>
    value === null ? [name] : [],
  );
}

/** A manifest with what the config says of all packages; `folder` is its place in the repository. */
export function described(manifest: Manifest, folder: string, about: PublishConfig): Manifest {
  const { repository, homepage, author, funding } = about;
  const { name, version, description, ...rest } = manifest;
  const own = new Set(["keywords", "homepage", "bugs", "repository", "author", "funding"]);
  return {
    name,
    ...(version === undefined ? {} : { version }),
    description,
    keywords: KEYWORDS,
    ...(homepage === null ? {} : { homepage }),
    ...(repository === null
      ? {}
      : {
          bugs: `${repository}/issues`,
          repository: { type: "git", url: `git+${repository}.git`, directory: folder },
        }),
    ...(author === null ? {} : { author }),
    ...(funding === null ? {} : { funding }),
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !own.has(key))),
  };
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  for (const { folder } of publishedIn(root)) {
    const file = join(root, folder, "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    const text = JSON.stringify(described(manifest, folder, CONFIG), null, 2);
    writeFileSync(file, `${text}\n`);
  }
}
