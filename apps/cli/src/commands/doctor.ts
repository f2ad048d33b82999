// `ham doctor`: which backends are there, which of them work, and how to get the others.

import { execFile } from "node:child_process";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/catalogue.ts";
import type { Finding } from "../backends/finding.ts";
import { installedVersion } from "../backends/optional.ts";
import { EXIT } from "../exit.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham doctor`. */
export const command: CommandDefinition = {
  takes: (command) => command,
  run: doctor,
};

/** Ends only a probe that hangs: the first start of a graphics driver takes minutes on a busy machine. */
const PATIENCE_MINUTES = 10;

/** Prints a table of all backends; the exit code is always 0. */
async function doctor(): Promise<number> {
  const rows: (readonly string[])[] = [
    ["backend", "version", "works", "largest error", "missing kernels", "what it is"],
  ];
  const advice: string[] = [];
  for (const backend of BACKENDS) {
    const version = versionOf(backend);
    const finding = version === null ? absent(backend) : await examine(backend);
    rows.push([
      backend.name,
      version ?? "absent",
      finding.works ? "yes" : "no",
      finding.error === null ? "-" : finding.error.toExponential(1),
      finding.missing === null ? "-" : finding.missing.join(" ") || "none",
      backend.summary,
    ]);
    if (finding.problem !== null) advice.push(`${backend.name}: ${finding.problem}`);
  }
  const lines = [
    `Node ${process.version} on ${process.platform} ${process.arch}`,
    "",
    ...table(rows),
  ];
  process.stdout.write(`${[...lines, "", ...advice].join("\n").trimEnd()}\n`);
  return EXIT.ok;
}

function absent({ install, needs }: Backend): Finding {
  const problem = needs === "" ? install : `${install}. ${needs}`;
  return { works: false, error: null, missing: null, problem };
}

/** The version of the last package of a backend; null when one of its packages is missing. */
function versionOf({ packages }: Backend): string | null {
  const versions = packages.map(installedVersion);
  return versions.includes(null) ? null : (versions.at(-1) ?? null);
}

/** Runs the probe of a backend in a process of its own. */
function examine(backend: Backend): Promise<Finding> {
  const here = fileURLToPath(import.meta.url);
  // The same file as .ts here and as .js in the published package.
  const probe = join(dirname(here), "..", "backends", `probe${extname(here)}`);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [probe, backend.name],
      { timeout: PATIENCE_MINUTES * 60_000 },
      (error, stdout, stderr) => {
        const last = stdout.trimEnd().split("\n").at(-1) ?? "";
        if (last.startsWith("{")) {
          resolve(JSON.parse(last) as Finding);
          return;
        }
        if (error?.killed === true) {
          const problem = `its probe had found nothing after ${PATIENCE_MINUTES} minutes and was ended: its driver hangs, or the machine is very busy.`;
          resolve({ ...absent(backend), problem });
          return;
        }
        const reason = stderr.trim().split("\n")[0] || error?.message || "it says nothing";
        resolve({ ...absent(backend), problem: `its probe ended early: ${reason}.` });
      },
    );
  });
}

/** Columns as wide as their widest entry. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((entry, column) => entry.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}
