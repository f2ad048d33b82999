// The entry `@hamlet/core/files`: what is in an array file, without TensorFlow.js.

export type { ArrayData, ArrayHeader } from "./files/array-data.ts";
export { type ArrayFileHeader, inspectArrayFile, readArrayFile } from "./files/array-file.ts";
export type { FileBytes } from "./files/payload.ts";
