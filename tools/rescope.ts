/**
 * `node tools/rescope.ts @other`: puts another npm scope in place of the one of all packages, wherever
 * a tracked file names it. Then run `pnpm install` and `pnpm fix`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { name } = JSON.parse(readFileSync(join(root, "packages/graph/package.json"), "utf8")) as {
  name: string;
};
const old = name.split("/")[0];
const scope = process.argv[2] ?? "";

if (/^@[a-z0-9][a-z0-9._-]*$/u.test(scope)) {
  const listed = execFileSync("git", ["grep", "-lIF", `${old}/`], { cwd: root, encoding: "utf8" });
  const files = listed.trim().split("\n");
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    writeFileSync(join(root, file), text.replaceAll(`${old}/`, `${scope}/`));
  }
  console.log(`${old} is ${scope} in ${files.length} files`);
} else {
  console.error("usage: node tools/rescope.ts @SCOPE");
  process.exitCode = 2;
}
