import { packageOf, type Package, type Problem } from "./workspace.ts";

/** (b) What `src` imports is declared for those who install the package, and what is declared is used. */
export function checkDeclared(packages: readonly Package[]): Problem[] {
  return packages.flatMap((pkg) => [...undeclared(pkg), ...unused(pkg)]);
}

function undeclared({ folder, name, manifest, sources }: Package): Problem[] {
  const declared = new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    // What the program that runs it hands over, such as `vscode`.
    ...Object.keys(manifest.engines ?? {}),
  ]);
  const problems: Problem[] = [];
  for (const { file, imports } of sources) {
    for (const { specifier, line } of imports) {
      const target = packageOf(specifier);
      if (target !== undefined && target !== name && !declared.has(target)) {
        const onlyDev = target in (manifest.devDependencies ?? {});
        problems.push({
          where: `${file}:${line}`,
          what: `imports ${target}, which ${folder}/package.json declares ${onlyDev ? "only for development" : "nowhere"}.`,
          fix: `Add it to "dependencies" (or "peerDependencies") of ${folder}/package.json and run pnpm install.`,
        });
      }
    }
  }
  return problems;
}

function unused({ folder, manifest, sources }: Package): Problem[] {
  // A package whose code is still to come has declared where it will stand.
  if (!sources.some(({ hasCode }) => hasCode)) {
    return [];
  }
  const used = new Set(
    sources.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))),
  );
  return Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => dependency.startsWith("@hamlet/") && !used.has(dependency))
    .map((dependency) => ({
      where: `${folder}/package.json`,
      what: `declares ${dependency}, but no file in ${folder}/src imports it.`,
      fix: `Remove it from "dependencies" (and from "references" in tsconfig.json), or to "devDependencies" if only tests use it.`,
    }));
}
