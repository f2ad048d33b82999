import type { MissingFile, UseAnswer } from "@hamlet/dsl";

/**
 * How a model reaches its data files. A host (Node, a browser, a test) supplies one.
 *
 * `read` returns the bytes, or says where it looked and what was there instead; it does not throw
 * for a file that is missing.
 */
export interface ModelFiles {
  /** `from` says whose path it is: written in the model (relative to it), or by the caller. */
  read(path: string, from: "model" | "caller"): Promise<Uint8Array | MissingFile>;
  /** Finds a plugin by its package and version range, such as `@someone/vision@^1.2`. */
  plugin?(specifier: string): Promise<UseAnswer>;
}

/** No files at all: for models that need none. */
export const NO_FILES: ModelFiles = {
  read: (path) =>
    Promise.resolve({ path, folder: "no folder, since no `files` were given", near: null }),
};
