// Where memories are kept that are read and written on the way: files, or whatever is used as they are.

import { rm } from "node:fs/promises";
import { readCallersFile } from "@hamlet/model/disk";
import { isThere, writeFileAtomically } from "../files/write.ts";

/** Files by their names; each is written whole or not at all. */
export interface MemoryFiles {
  has(path: string): Promise<boolean>;
  read(path: string): Promise<Uint8Array>;
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Also where there is none. */
  remove(path: string): Promise<void>;
}

/** Those of this machine. */
export const onDisk: MemoryFiles = {
  has: (path) => Promise.resolve(isThere(path)),
  read: readCallersFile,
  write: writeFileAtomically,
  remove: (path) => rm(path, { force: true }),
};
