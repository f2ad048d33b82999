import type { FileBytes } from "@hamlet/core";
import type { MissingFile, SourceFile, UseAnswer } from "@hamlet/dsl";

/**
 * How a model reaches its data files. A host (Node, a browser, a test) supplies one.
 *
 * `read` returns the bytes, or a large file that is open, which whoever asked closes; or it says where
 * it looked and what was there instead. It does not throw for a file that is missing.
 */
export interface ModelFiles {
  /** `from` says whose path it is: written in the model (relative to it), or by the caller. */
  read(path: string, from: "model" | "caller"): Promise<FileBytes | MissingFile>;
  /**
   * The text of another `.ham` file that the model uses; default: what `read` gives, decoded. An
   * editor answers with what is typed.
   */
  source?(path: string): Promise<SourceFile | MissingFile>;
  /** Finds a plugin by its package and version range, such as `@someone/vision@^1.2`. */
  plugin?(specifier: string): Promise<UseAnswer>;
}

/** No files at all: for models that need none. */
export const NO_FILES: ModelFiles = {
  read: (path) =>
    Promise.resolve({ path, folder: "no folder, since no `files` were given", near: null }),
};

/** Whether a file is not there. */
export function isMissing(found: FileBytes | SourceFile | MissingFile): found is MissingFile {
  return "folder" in found;
}
