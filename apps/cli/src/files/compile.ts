import { type Compilation, compile, isSound, renderDiagnostic } from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { CATALOGUE, readUses } from "@hamlet/model";
import { diskFiles, readSource } from "@hamlet/model/node";

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
