import { packageOf, type Package, type Problem } from "./workspace.ts";

/** The entry for pages brings the one backend that needs nothing beside it. */
const BROUGHT: Readonly<Record<string, string>> = {
  "packages/model/src/web.ts": "@tensorflow/tfjs-backend-cpu",
};

/** (c) Libraries leave the choice of a TensorFlow.js backend to applications; `dsl` has no tensors at all. */
export function checkTensors(packages: readonly Package[]): Problem[] {
  const problems: Problem[] = [];
  for (const { name, isApp, sources } of packages) {
    for (const { file, imports } of isApp ? [] : sources) {
      for (const { specifier, line } of imports) {
        const target = packageOf(specifier) ?? "";
        if (!target.startsWith("@tensorflow/")) {
          continue;
        }
        if (name === "@hamlet/dsl") {
          problems.push({
            where: `${file}:${line}`,
            what: `@hamlet/dsl imports ${target}. The language must load without TensorFlow.js, so that an editor can check a file.`,
            fix: "Return an energy graph and let @hamlet/core run it.",
          });
        } else if (target !== "@tensorflow/tfjs-core" && target !== BROUGHT[file]) {
          problems.push({
            where: `${file}:${line}`,
            what: `${name} imports ${target}. Packages may import @tensorflow/tfjs-core only; the backend is the application's choice.`,
            fix: "Import from @tensorflow/tfjs-core, and load the backend in the application or the test.",
          });
        }
      }
    }
  }
  return problems;
}
