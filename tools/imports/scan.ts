import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another module. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every import of a TypeScript file: static, re-exported, dynamic, and `import("…").T` in a type. */
export function scanImports(file: string, text: string): Import[] {
  const { module, program } = parseSync(file, text);
  const found: Import[] = [];
  const add = (specifier: string, offset: number): void => {
    found.push({ specifier, line: text.slice(0, offset).split("\n").length });
  };

  for (const { moduleRequest } of module.staticImports) {
    add(moduleRequest.value, moduleRequest.start);
  }
  for (const { entries } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (from) add(from.value, from.start);
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^["'`]([^$]*)["'`]$/.exec(
      text.slice(moduleRequest.start, moduleRequest.end),
    )?.[1];
    // A computed specifier cannot be known here; the few there are must be read by people.
    if (literal !== undefined) {
      add(literal, moduleRequest.start);
    }
  }
  new Visitor({
    TSImportType(node) {
      add(node.source.value, node.source.start);
    },
  }).visit(program);

  return found.sort((a, b) => a.line - b.line);
}
