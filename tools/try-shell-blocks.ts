// Runs the blocks of a shell on all pages, those lines too that take too long for a test: each in a process of
// its own, in a folder with the examples. Takes some minutes.
//
//     node tools/try-shell-blocks.ts              all pages
//     node tools/try-shell-blocks.ts learn/zoo    those with this in their path

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, BY_US, type Finished, PAGES, preparePage, tryBlock } from "./shell-blocks.ts";

const ROOT = join(import.meta.dirname, "..");
const HAM = join(ROOT, "apps/cli/src/main.ts");

/** What takes longer than half an hour hangs. */
const PATIENCE = 30 * 60 * 1000;

const [wanted = ""] = process.argv.slice(2);
let failed = 0;

for (const page of PAGES.filter((one) => one.includes(wanted))) {
  const folder = mkdtempSync(join(tmpdir(), "hamlet-pages-"));
  const run = (program: string, args: readonly string[]): Promise<Finished> =>
    new Promise((resolve) => {
      // Scripts of the repository read what commands wrote: all stand in one folder.
      const [script, ...rest] =
        program === "ham" ? [HAM, ...args] : [join(ROOT, args[0]), ...args.slice(1)];
      const env = { ...process.env, NO_COLOR: "1" };
      const how = { cwd: folder, env, timeout: PATIENCE };
      execFile(process.execPath, [script, ...rest], how, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
    });
  try {
    preparePage(page, folder);
    for (const block of blocksOf(page)) {
      const lines = block.lines.filter(({ apart }) => apart === undefined || apart.by === BY_US);
      if (lines.length === 0) continue;
      const began = performance.now();
      const name = `${page}:${block.at} ${lines.map(({ text }) => text).join("; ")}`;
      try {
        await tryBlock({ ...block, lines }, folder, run);
        console.log(`${((performance.now() - began) / 1000).toFixed(1)} s  ${name}`);
      } catch (error) {
        failed++;
        console.error(`FAILED  ${name}\n${(error as Error).message}\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (failed > 0) process.exitCode = 1;
