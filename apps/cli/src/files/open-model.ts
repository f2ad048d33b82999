import { renderDiagnostic } from "@hamlet/dsl";
import { loadModel, type Model } from "@hamlet/model";
import { diskFiles, readSource } from "@hamlet/model/disk";
import { startBackend } from "../backend.ts";
import type { ModelFlags } from "../options.ts";
import { assertOutputs, type Output } from "./output.ts";

/**
 * Loads a model as the flags say; its warnings go to standard error. No file that it reads may be
 * one of `outputs`, which the command is going to write.
 */
export async function openModel(
  path: string,
  flags: ModelFlags,
  outputs: readonly Output[] = [],
): Promise<Model> {
  const inputs = [path];
  await assertOutputs(outputs, inputs);
  const source = await readSource(path);
  await startBackend(flags.backend);
  const model = await loadModel(source, {
    files: diskFiles(path, {
      onRead: (file) => inputs.push(file),
      ...(flags.root === undefined ? {} : { root: flags.root }),
    }),
    set: flags.set,
    data: { ...flags.data, ...flags.given },
    ...(flags.params === undefined ? {} : { params: flags.params }),
    seed: flags.seed,
  });
  try {
    await assertOutputs(outputs, inputs);
  } catch (error) {
    model.dispose();
    throw error;
  }
  for (const warning of model.warnings) {
    process.stderr.write(`${renderDiagnostic(warning, model.compilation.sources)}\n\n`);
  }
  return model;
}
