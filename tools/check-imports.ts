/** `pnpm check:imports`: who may import whom. The rules are in imports/, the arrows in arrows.ts. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ARROWS } from "./arrows.ts";
import { checkArrows } from "./imports/check-arrows.ts";
import { checkCycles } from "./imports/check-cycles.ts";
import { checkDeclared } from "./imports/check-declared.ts";
import { checkReach } from "./imports/check-reach.ts";
import { checkReferences } from "./imports/check-references.ts";
import { checkTensors } from "./imports/check-tensors.ts";
import { readPackages } from "./imports/workspace.ts";

const root = join(import.meta.dirname, "..");
const paths = globSync(
  ["{packages,apps}/*/{package,tsconfig}.json", "{packages,apps}/*/src/**/*.{ts,mts,cts}"],
  { cwd: root },
);
const packages = readPackages(
  new Map(
    paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(root, path), "utf8")]),
  ),
);

const problems = [
  ...checkArrows(packages, ARROWS),
  ...checkDeclared(packages),
  ...checkTensors(packages),
  ...checkReach(packages),
  ...checkCycles(packages),
  ...checkReferences(packages),
];

for (const { where, what, fix } of problems) {
  console.error(`${where}: ${what}\n  ${fix}\n`);
}
const files = packages.reduce((count, { sources }) => count + sources.length, 0);
console.log(`${packages.length} packages, ${files} files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
