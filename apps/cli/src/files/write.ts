// Writing results: whole or not at all.

import { access, constants, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CommandError, EXIT } from "../exit.ts";
import { systemReason } from "@hamlet/model/disk";

/**
 * Writes a file through a temporary one beside it, so that a reader never sees a half-written file
 * and a failed write leaves the old one alone.
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explained(path, error);
  }
}

/** Makes sure, before any long work, that files can be written into a folder. */
export async function assertWritable(folder: string, option: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw explained(folder, error, option);
  }
}

function explained(path: string, error: unknown, option?: string): unknown {
  const reason = systemReason(error);
  if (reason === null) return error;
  const cure =
    option === undefined ? "Choose another place." : `Choose another folder with ${option}.`;
  return new CommandError(EXIT.failed, `cannot write to ${resolve(path)}: ${reason}. ${cure}`);
}
