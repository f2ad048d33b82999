// `ham check FILE…`: everything that is wrong with a file, without running it.

import { compile, isSound, renderDiagnostic } from "@hamlet/dsl";
import { CATALOGUE, readUses } from "@hamlet/model";
import { EXIT } from "../exit.ts";
import { diskFiles, readSource } from "../files/read.ts";

/** How diagnostics are printed. */
export type CheckFormat = "text" | "json";

/** Checks files and prints what was found; returns the exit code. */
export async function check(
  paths: readonly string[],
  options: { set: readonly string[]; format: CheckFormat },
): Promise<number> {
  const compilations = [];
  for (const path of paths) {
    const source = await readSource(path);
    const resolve = await readUses(source, diskFiles(path));
    compilations.push(compile(source, { registry: CATALOGUE, resolve, set: options.set }));
  }
  if (options.format === "json") {
    const diagnostics = compilations.flatMap((compilation) => compilation.diagnostics);
    process.stdout.write(`${JSON.stringify(diagnostics, null, 2)}\n`);
  } else {
    for (const { diagnostics, sources, source } of compilations) {
      for (const diagnostic of diagnostics) {
        process.stdout.write(`${renderDiagnostic(diagnostic, sources)}\n\n`);
      }
      const errors = diagnostics.filter(({ severity }) => severity === "error").length;
      const warnings = diagnostics.length - errors;
      const verdict = errors > 0 ? `${plural(errors, "error")}, ` : "no errors, ";
      process.stdout.write(`${source.name}: ${verdict}${plural(warnings, "warning")}\n`);
    }
  }
  return compilations.every(isSound) ? EXIT.ok : EXIT.file;
}

function plural(count: number, word: string): string {
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}
