/**
 * `node ../../tools/unreached-declarations.ts` in the folder of a package that is about to be packed:
 * leaves declarations out that no entry leads to. Compilers never open them, and every file of an
 * installed package takes a block of the disk. They stay in `dist`, where the build looks for them.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What a declaration may lead to: `from "./a.js"`, `import("./a.js")`. */
const LINK = /["'](\.{1,2}\/[^"']+)\.[jt]s["']/g;

const {
  publishConfig,
}: { publishConfig?: { exports?: Record<string, { types?: string } | string> } } = JSON.parse(
  readFileSync("package.json", "utf8"),
);
const reached = new Set<string>();
const waiting = Object.values(publishConfig?.exports ?? {}).flatMap((entry) =>
  typeof entry === "string" || entry.types === undefined ? [] : [join(entry.types)],
);
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (reached.has(file) || !existsSync(file)) continue;
  reached.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, to] of text.matchAll(LINK)) waiting.push(join(dirname(file), `${to}.d.ts`));
}
const unreached = globSync("dist/**/*.d.ts").filter((file) => !reached.has(file));
const lines = unreached.sort().map((file) => relative("dist", file).replaceAll("\\", "/"));
writeFileSync("dist/.npmignore", `${lines.join("\n")}\n`);
