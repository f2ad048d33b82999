import { renderDiagnostic } from "@hamlet/dsl";
import { loadModel, type Model } from "@hamlet/model";
import { diskFiles, readSource } from "@hamlet/model/disk";
import { startBackend } from "../backend.ts";
import type { ModelFlags } from "../options.ts";

/** Loads a model as the flags say; its warnings go to standard error. */
export async function openModel(path: string, flags: ModelFlags): Promise<Model> {
  const source = await readSource(path);
  await startBackend(flags.backend);
  const model = await loadModel(source, {
    files: diskFiles(path, flags.root === undefined ? {} : { root: flags.root }),
    set: flags.set,
    data: { ...flags.data, ...flags.given },
    ...(flags.params === undefined ? {} : { params: flags.params }),
    seed: flags.seed,
  });
  for (const warning of model.warnings) {
    process.stderr.write(`${renderDiagnostic(warning, model.compilation.sources)}\n\n`);
  }
  return model;
}
