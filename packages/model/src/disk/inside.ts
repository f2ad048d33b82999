import { isAbsolute, relative, sep } from "node:path";

/** True when a path is a folder or lies in it. Both are absolute, with their links resolved. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
