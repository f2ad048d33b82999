/**
 * `pnpm check:packages`: what would be published is sound.
 *
 * Every public package is built and packed as for publishing (so `publishConfig` applies); publint
 * looks into the tarball, and "are the types wrong" finds its types as Node and bundlers do.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { CONFIG, described, type Manifest } from "./manifests.ts";
import { publishedIn } from "./published.ts";

/** How packages were found before there were modules, which is all that ours are. */
const OLD: ReadonlySet<string> = new Set(["node10", "node16-cjs"]);

const root = join(import.meta.dirname, "..");
const tarballs = mkdtempSync(join(tmpdir(), "hamlet-pack-"));
let problems = 0;

try {
  const packages = publishedIn(root);
  run("turbo", [
    "run",
    "build",
    "--output-logs=errors-only",
    ...packages.map(({ name }) => `--filter=${name}`),
  ]);
  for (const { name, folder } of packages) {
    const manifest = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    ) as Manifest;
    if (!isDeepStrictEqual(described(manifest, folder, CONFIG), manifest)) {
      problems += 1;
      console.error(
        `${folder}/package.json: ${name} does not say of the project what tools/publish.config.json does. Run: node tools/manifests.ts`,
      );
    }
    const file = join(tarballs, `${folder.replaceAll("/", "-")}.tgz`);
    run("pnpm", ["--dir", folder, "pack", "--out", file]);
    const tarball = new Uint8Array(readFileSync(file)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    for (const message of messages) {
      problems += 1;
      console.error(`${folder}/package.json: ${formatMessage(message, pkg, { color: false })}`);
    }
    const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    for (const problem of "problems" in types ? types.problems : []) {
      if ("resolutionKind" in problem && OLD.has(problem.resolutionKind)) continue;
      problems += 1;
      console.error(`${folder}/package.json: ${JSON.stringify(problem)}`);
    }
    if (!("types" in (pkg["exports"]?.["."] ?? {})) && !("bin" in pkg)) {
      problems += 1;
      console.error(
        `${folder}/package.json: ${name} would be published without types. ` +
          `Give publishConfig.exports["."] a "types" that points into dist.`,
      );
    }
  }
  console.log(`${packages.length} packages, ${problems} problems`);
} finally {
  rmSync(tarballs, { recursive: true });
}
process.exitCode = problems > 0 ? 1 : 0;

function run(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { cwd: root, stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    const output =
      error instanceof Error && "stdout" in error && "stderr" in error
        ? `${String(error.stdout)}${String(error.stderr)}`
        : String(error);
    throw new Error(`${command} ${args.join(" ")} failed:\n${output}`, { cause: error });
  }
}
