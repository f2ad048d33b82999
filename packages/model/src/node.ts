// The entry `@hamlet/model/node`: models from disk.

import "./disk/refuse-old-node.ts";
import { diskFiles, type DiskOptions, readSource } from "./disk/files.ts";
import type { LoadOptions } from "./load.ts";
import { loadModel, type Model } from "./model.ts";

export { diskFiles, type DiskOptions, readSource } from "./disk/files.ts";
export type { PluginCode } from "./disk/plugins.ts";

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
  { root, pluginCode, ...options }: Omit<LoadOptions, "files"> & DiskOptions = {},
): Promise<Model> {
  const disk = {
    ...(root === undefined ? {} : { root }),
    ...(pluginCode === undefined ? {} : { pluginCode }),
  };
  return loadModel(await readSource(path), { ...options, files: diskFiles(path, disk) });
}
