// The entry `@hamlet/model/disk`: compiling files of the disk, without TensorFlow.js.

import "./disk/refuse-old-node.ts";

export { CATALOGUE } from "./catalogue.ts";
export { decodeSource } from "./decode.ts";
export {
  diskFiles,
  type DiskOptions,
  openCallersFile,
  readCallersFile,
  readSource,
} from "./disk/files.ts";
export type { PluginCode } from "./disk/plugins.ts";
export { readRegularFile } from "./disk/regular-file.ts";
export { assertMemory } from "./memory.ts";
export { systemReason } from "./disk/system-error.ts";
export { readUses } from "./uses.ts";
