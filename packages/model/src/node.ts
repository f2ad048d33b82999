// The entry `@hamlet/model/node`: models from disk.

import { diskFiles, readSource } from "./disk/files.ts";
import type { LoadOptions } from "./load.ts";
import { loadModel, type Model } from "./model.ts";

export { diskFiles, readSource } from "./disk/files.ts";

/**
 * Loads a `.ham` file from disk, with the data files and plugins that it names.
 *
 * @throws HamError `model/cannot-read` for a file that cannot be read, and as {@link loadModel}.
 * @example
 * using model = await loadModelFile("examples/digits.ham", { set: ["beta=5"] });
 * using result = await model.recall();
 */
export async function loadModelFile(
  path: string,
  options: Omit<LoadOptions, "files"> = {},
): Promise<Model> {
  return loadModel(await readSource(path), { ...options, files: diskFiles(path) });
}
