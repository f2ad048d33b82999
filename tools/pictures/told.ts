// What commands print and write in a folder that has the programs of a page.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preparePage } from "../shell-blocks.ts";

const MAIN = join(import.meta.dirname, "../../apps/cli/src/main.ts");
const PAGES = "apps/docs/src/content/docs";

/** Runs commands of a page one after the other, and gives what the last printed. */
export function ham<Found>(
  page: string,
  commands: readonly string[],
  read: (stdout: string, folder: string) => Found | Promise<Found>,
): Promise<Found> {
  return inFolder(async (folder) => {
    preparePage(`${PAGES}/${page}`, folder);
    let stdout = "";
    for (const command of commands) stdout = run(folder, command);
    return await read(stdout, folder);
  });
}

/** What a command prints in a folder. */
export function run(folder: string, command: string): string {
  return execFileSync(process.execPath, [MAIN, ...command.split(" ")], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
}

/** What a command prints with `--json`. */
export function told<Found>(page: string, command: string): Promise<Found> {
  return ham(page, [`${command} --json`], (stdout) => JSON.parse(stdout) as Found);
}

/** Does something in a folder that is gone afterwards. */
export async function inFolder<Found>(use: (folder: string) => Promise<Found>): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), "hamlet-pictures-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
