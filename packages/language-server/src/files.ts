import type { ModelFiles } from "@hamlet/model/check";

/** How the server reaches files that no editor has open: those around the model at an address. */
export type FilesOf = (uri: string) => ModelFiles;
