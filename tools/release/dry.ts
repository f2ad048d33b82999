/**
 * `pnpm release:dry`: a release up to the upload, in a copy of the last commit.
 *
 * Versions and changelogs are written, packages are built, packed and published to a registry on this
 * machine, and strangers install them from there. `pnpm release:dry NAME` lets those do it whose
 * description has NAME in it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedIn } from "../published.ts";
import { startRegistry } from "./registry.ts";
import { STRANGERS } from "./strangers.ts";

const root = join(import.meta.dirname, "../..");
const [only = ""] = process.argv.slice(2);
const strangers = Object.entries(STRANGERS).filter(([what]) => what.includes(only));
if (strangers.length === 0) {
  console.error(`No stranger is called so: ${only}. ${Object.keys(STRANGERS).join("; ")}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "hamlet-release-"));
const copy = join(folder, "copy");
let failed = 0;

try {
  run("git", ["clone", "--quiet", root, copy], root);
  step("versions");
  run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"]);
  run("pnpm", ["changeset", "version"]);
  step("build");
  // The site is not published.
  run("pnpm", ["build", "--filter=!@hamlet/docs"]);
  step("registry");
  using registry = await startRegistry(join(folder, "registry"));
  for (const { name, version, folder: from } of publishedIn(copy)) {
    const tarball = join(folder, `${from.replaceAll("/", "-")}.tgz`);
    run("pnpm", ["--dir", from, "pack", "--out", tarball]);
    registry.publish(tarball);
    console.log(`${name}@${version}`);
  }
  for (const [what, does] of strangers) {
    const place = { folder: join(folder, what.replaceAll(/\W+/gu, "-")), root: copy };
    mkdirSync(place.folder);
    const began = performance.now();
    try {
      await does({ ...place, registry });
      console.log(`a stranger ${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    } catch (error) {
      failed++;
      console.error(
        `a stranger ${what}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? "a release would work" : `${failed} would not`);
process.exitCode = failed === 0 ? 0 : 1;

function step(what: string): void {
  console.log(`-- ${what}`);
}

function run(program: string, args: readonly string[], cwd = copy): void {
  execFileSync(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
}
