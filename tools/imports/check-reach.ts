import { packageOf, resolveRelative, type Package, type Problem } from "./workspace.ts";

/** (d) Nobody reaches into another package's files: one package is seen through its entry points. */
export function checkReach(packages: readonly Package[]): Problem[] {
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]));
  const problems: Problem[] = [];
  for (const { folder, isApp, sources } of packages) {
    for (const { file, imports } of sources) {
      for (const { specifier, line } of imports) {
        if (specifier.startsWith(".")) {
          const target = resolveRelative(file, specifier);
          // An application may read files that belong to the repository, such as examples/.
          const outside = !target.startsWith(`${folder}/`);
          if (outside && !(isApp && !/^(?:packages|apps)\//.test(target))) {
            problems.push({
              where: `${file}:${line}`,
              what: `"${specifier}" leaves ${folder}. A relative path may only lead to a file of the same package.`,
              fix: "Import the other package by its name.",
            });
          }
          continue;
        }
        const target = byName.get(packageOf(specifier) ?? "");
        const entry = `.${specifier.slice(target?.name.length)}`;
        if (target && entry !== "." && !(entry in (target.manifest.exports ?? {}))) {
          problems.push({
            where: `${file}:${line}`,
            what: `"${specifier}" reaches into ${target.name}, which offers: ${Object.keys(target.manifest.exports ?? {}).join(", ")}.`,
            fix: `Import from "${target.name}", and export what is missing from its src/index.ts.`,
          });
        }
      }
    }
  }
  return problems;
}
