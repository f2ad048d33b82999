import type { Published } from "./published.ts";

/**
 * The packages whose source changed although no changeset says so.
 *
 * A package whose CHANGELOG.md changed as well is fine: its changesets have just been made into a
 * version, which is not tagged yet.
 */
export function withoutChangeset(
  packages: readonly Pick<Published, "name" | "folder">[],
  changedFiles: readonly string[],
  changesets: readonly string[],
): string[] {
  const named = new Set(changesets.flatMap(namesIn));
  return packages
    .filter(
      ({ name, folder }) =>
        changedFiles.some((file) => file.startsWith(`${folder}/src/`)) &&
        !changedFiles.includes(`${folder}/CHANGELOG.md`) &&
        !named.has(name),
    )
    .map(({ name }) => name);
}

/** The packages that a changeset's front matter names, as in `"@hamlet/graph": minor`. */
function namesIn(changeset: string): string[] {
  const frontMatter = /^---\r?\n([^]*?)\r?\n---/.exec(changeset)?.[1] ?? "";
  return frontMatter
    .split(/\r?\n/)
    .flatMap(
      (line) => /^["']?([^"':]+)["']?\s*:\s*(?:major|minor|patch)\s*$/.exec(line)?.[1] ?? [],
    );
}
