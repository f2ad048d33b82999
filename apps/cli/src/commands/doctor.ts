// `ham doctor`: which backends are there, which of them work, and how to get the others.

import { execFile } from "node:child_process";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/catalogue.ts";
import type { Finding } from "../backends/finding.ts";
import { installedVersion } from "../backends/optional.ts";
import { EXIT } from "../exit.ts";
import { jsonOption } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham doctor`. */
export const command: CommandDefinition = {
  takes: (command) => command.addOption(jsonOption()),
  run: doctor,
};

/** Ends only a probe that hangs: the first start of a graphics driver takes minutes on a busy machine. */
const PATIENCE_MINUTES = 10;

/** What was found out about a backend; its version is null where it is not installed. */
export interface Examined extends Finding {
  readonly name: string;
  readonly summary: string;
  readonly version: string | null;
}

/** Says what works here, and how to get the rest; the exit code is always 0. */
async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const backends: Examined[] = [];
  for (const backend of BACKENDS) {
    const { name, summary } = backend;
    const version = versionOf(backend);
    const finding = version === null ? absent(backend) : await examine(backend);
    backends.push({ name, summary, version, ...finding });
  }
  const platform = `${process.platform} ${process.arch}`;
  process.stdout.write(
    json
      ? `${JSON.stringify({ node: process.version, platform, backends })}\n`
      : `Node ${process.version} on ${platform}\n\n${summaryOf(backends)}\n`,
  );
  return EXIT.ok;
}

/** A table of all backends, and what to do about those that do not work. */
export function summaryOf(backends: readonly Examined[]): string {
  const rows = backends.map(({ name, version, works, error, missing, summary }) => [
    name,
    version ?? "absent",
    works ? "yes" : "no",
    error === null ? "-" : error.toExponential(1),
    missing === null ? "-" : missing.join(" ") || "none",
    summary,
  ]);
  const head = ["backend", "version", "works", "largest error", "missing kernels", "what it is"];
  const advice = backends.flatMap(({ name, problem }) =>
    problem === null ? [] : [`${name}: ${problem}`],
  );
  return [...table([head, ...rows]), "", ...advice].join("\n").trimEnd();
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
