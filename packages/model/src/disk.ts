// The entry `@hamlet/model/disk`: compiling files of the disk, without TensorFlow.js.

export { CATALOGUE } from "./catalogue.ts";
export { diskFiles, explainMissing, readSource } from "./disk/files.ts";
export { systemReason } from "./disk/system-error.ts";
export { readUses } from "./uses.ts";
