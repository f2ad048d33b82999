import { type Compilation, compile, isSound, renderDiagnostic } from "@hamlet/dsl";
import { CATALOGUE } from "@hamlet/model";
import { readSource } from "./read.ts";

/** Compiles a file of the disk; with errors, prints them and returns null. */
export async function compileFile(path: string): Promise<Compilation | null> {
  const compilation = compile(await readSource(path), { registry: CATALOGUE });
  if (isSound(compilation)) return compilation;
  for (const diagnostic of compilation.diagnostics) {
    process.stderr.write(`${renderDiagnostic(diagnostic, compilation.sources)}\n\n`);
  }
  return null;
}
