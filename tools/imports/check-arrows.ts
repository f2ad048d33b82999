import { packageOf, type Package, type Problem } from "./workspace.ts";

/** (a) Packages import only the packages they have an arrow to; nothing imports an application. */
export function checkArrows(
  packages: readonly Package[],
  arrows: Readonly<Record<string, readonly string[]>>,
): Problem[] {
  const problems: Problem[] = [];
  const apps = new Set(packages.filter(({ isApp }) => isApp).map(({ name }) => name));
  for (const { name, isApp, sources } of packages) {
    const allowed = arrows[name] ?? [];
    for (const { file, imports } of sources) {
      for (const { specifier, line } of imports) {
        const target = packageOf(specifier);
        if (target === undefined || !target.startsWith("@hamlet/") || target === name) {
          continue;
        }
        if (apps.has(target)) {
          problems.push({
            where: `${file}:${line}`,
            what: `${name} imports the application ${target}. Nothing may import an application.`,
            fix: "Move what is needed into a package that both can import.",
          });
        } else if (!isApp && !allowed.includes(target)) {
          problems.push({
            where: `${file}:${line}`,
            what: `${name} → ${target} is not an arrow. ${name} may import: ${allowed.join(", ") || "no Hamlet package"}.`,
            fix: "Pass the value in as an argument, or move the code to a package that stands above both (tools/arrows.ts).",
          });
        }
      }
    }
  }
  return problems;
}
