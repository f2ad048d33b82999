// Paths of what lies in a folder, as both are written.

import { isAbsolute } from "node:path";

/**
 * The path of something in a folder. `join` would take `..` away before links are followed, so that
 * `link/..` was another folder; and a whole path says by itself where it leads.
 */
export function pathIn(folder: string, path: string): string {
  if (folder === "" || folder === "." || isAbsolute(path)) return path;
  return folder.endsWith("/") ? `${folder}${path}` : `${folder}/${path}`;
}
