import type { Package, Problem } from "./workspace.ts";

/** (f) The compiler builds in the order that package.json says: references equal dependencies. */
export function checkReferences(packages: readonly Package[]): Problem[] {
  const folderOf = new Map(packages.map(({ name, folder }) => [name, folder]));
  return packages.flatMap(({ folder, manifest, references }) => {
    const { dependencies, peerDependencies } = manifest;
    const wanted = Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) =>
      name.startsWith("@hamlet/") ? [folderOf.get(name) ?? name] : [],
    );
    const found = references ?? [];
    const missing = wanted.filter((target) => !found.includes(target));
    const extra = found.filter((target) => !wanted.includes(target));
    return [
      ...missing.map((target) => ({
        where: `${folder}/tsconfig.json`,
        what: `has no reference to ${target}, which package.json depends on.`,
        fix: `Add { "path": "${"../".repeat(2)}${target}" } to "references".`,
      })),
      ...extra.map((target) => ({
        where: `${folder}/tsconfig.json`,
        what: `refers to ${target}, which package.json does not depend on.`,
        fix: `Remove the reference, or add the package to "dependencies".`,
      })),
    ];
  });
}
