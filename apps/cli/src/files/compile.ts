import { type Compilation, compile, isSound, renderDiagnostic } from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";

import { CATALOGUE, diskFiles, readSource, readUses } from "@hamlet/model/disk";

/** Compiles a file of the disk with the files and plugins that it uses. */
export async function compilePath(path: string, set: readonly string[] = []): Promise<Compilation> {
  const source = await readSource(path);
  const resolve = await readUses(source, diskFiles(path));
  return compile(source, { registry: CATALOGUE, resolve, set, checks: [checkSoundness] });
}

/** Compiles a file of the disk; with errors, prints them and returns null. */
export async function compileFile(
  path: string,
  set: readonly string[] = [],
): Promise<Compilation | null> {
  const compilation = await compilePath(path, set);
  if (isSound(compilation)) return compilation;
  for (const diagnostic of compilation.diagnostics) {
    process.stderr.write(`${renderDiagnostic(diagnostic, compilation.sources)}\n\n`);
  }
  return null;
}
