/**
 * `pnpm release`: builds and publishes every package whose version the registry does not have yet.
 *
 * Refuses while an owner has not said where the project lives. Can be run again.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CONFIG, undecided } from "../manifests.ts";

const missing = undecided(CONFIG);
if (missing.length > 0) {
  console.error(
    `tools/publish.config.json does not say yet: ${missing.join(", ")}. Fill it in, then run: node tools/manifests.ts`,
  );
  process.exitCode = 1;
} else {
  const run = (...args: string[]) =>
    execFileSync("pnpm", args, { cwd: join(import.meta.dirname, "../.."), stdio: "inherit" });
  run("build");
  run("publish", "--recursive", "--access", "public");
  run("changeset", "tag");
}
