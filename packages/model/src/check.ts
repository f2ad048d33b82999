// The entry `@hamlet/model/check`: what checking a model takes, wherever its files are. No tensors.

export { CATALOGUE } from "./catalogue.ts";
export { decodeSource } from "./decode.ts";
export { isMissing, type ModelFiles, NO_FILES } from "./files.ts";
export { readUses } from "./uses.ts";
