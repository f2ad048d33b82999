import { resolveRelative, type Package, type Problem } from "./workspace.ts";

/**
 * (e) The files of a package import each other without going round in a circle.
 *
 * At run time a circle makes a value undefined depending on which file was loaded first. A circle
 * of types alone does no such harm, but none of its files can be read before the others.
 */
export function checkCycles(packages: readonly Package[]): Problem[] {
  return packages.flatMap(({ sources }) => {
    const next = new Map<string, { file: string; line: number }[]>();
    for (const { file, imports } of sources) {
      next.set(
        file,
        imports
          .filter(({ specifier }) => specifier.startsWith("."))
          .map(({ specifier, line }) => ({ file: resolveRelative(file, specifier), line })),
      );
    }
    return findCycles(next);
  });
}

function findCycles(
  next: ReadonlyMap<string, readonly { file: string; line: number }[]>,
): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  const path: string[] = [];

  const visit = (file: string): void => {
    path.push(file);
    for (const target of next.get(file) ?? []) {
      const start = path.indexOf(target.file);
      if (start !== -1) {
        problems.push({
          where: `${file}:${target.line}`,
          what: `closes a circle of imports: ${[...path.slice(start), target.file].join(" → ")}.`,
          fix: "Move what both files need, such as an interface, into a third file.",
        });
      } else if (!done.has(target.file)) {
        visit(target.file);
      }
    }
    path.pop();
    done.add(file);
  };

  for (const file of next.keys()) {
    if (!done.has(file)) {
      visit(file);
    }
  }
  return problems;
}
