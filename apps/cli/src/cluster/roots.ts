// Jobs name files from a folder that everybody shares, and nothing outside of it is read or written.

import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { CommandError, EXIT } from "../exit.ts";

/**
 * A file as seen from the root, `data/faces.npy`, wherever links lead; it need not be there yet.
 * @param root - without links.
 * @param path - from the root, or a full one.
 * @throws CommandError for one outside of it.
 */
export async function within(root: string, path: string): Promise<string> {
  const way = relative(root, await placeOf(resolve(root, path)));
  if (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`)) {
    return way.split(sep).join("/");
  }
  throw new CommandError(
    EXIT.usage,
    `${path} is outside of ${root}, which is all that jobs may read and write. Put it there, or share another folder with --root.`,
  );
}

/** Where a path leads, as far as it is there; a link that leads nowhere is outside of everything. */
async function placeOf(full: string): Promise<string> {
  const real = await realpath(full).catch(() => null);
  if (real !== null) return real;
  const isLink = await lstat(full).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  if (isLink || dirname(full) === full) return "/";
  return join(await placeOf(dirname(full)), basename(full));
}
