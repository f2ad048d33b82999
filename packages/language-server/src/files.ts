import type { ModelFiles } from "@hamlet/model/check";

/** How the server reaches what no editor has open. Nothing here runs the code of a plugin. */
export interface ServerFiles {
  /** The files around the model at an address. */
  around(uri: string): ModelFiles;
  /** The addresses of all `.ham` files in a folder. */
  list(folder: string): Promise<readonly string[]>;
}
