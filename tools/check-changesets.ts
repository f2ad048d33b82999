/**
 * `pnpm check:changesets`: whatever changed since the last release has a changeset.
 *
 * Before the first release everything counts as changed, except sources that are still empty.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withoutChangeset } from "./changesets.ts";
import { publishedIn } from "./published.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const list = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();

const packages = publishedIn(root);
const changesets = list(".changeset/*.md").map(read);
const tag = lastReleaseTag();
const missing = withoutChangeset(packages, changedSince(tag), changesets);

for (const name of missing) {
  console.error(
    `${name} has changed since ${tag ?? "the beginning"}, but no file in .changeset/ names it.\n` +
      "  Run pnpm changeset, choose the package, and say in one plain sentence what changed.\n",
  );
}
console.log(
  `${packages.length} packages, ${changesets.length} changesets, ${missing.length} missing`,
);
process.exitCode = missing.length > 0 ? 1 : 0;

function lastReleaseTag(): string | undefined {
  try {
    return git("describe", "--tags", "--abbrev=0", "--match=@hamlet/*").trim();
  } catch {
    // git fails when no tag matches: there has been no release.
    return undefined;
  }
}

function changedSince(since: string | undefined): string[] {
  return since === undefined
    ? list("{packages,apps}/*/src/**/*.*").filter((path) => hasCode(read(path)))
    : git("diff", "--name-only", since, "--", "packages", "apps").split("\n");
}

function hasCode(text: string): boolean {
  return text.replace(/^#!.*/, "").trim() !== "";
}

function git(...args: string[]): string {
  return execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
