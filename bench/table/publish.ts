// What is measured on a quiet machine goes onto the page of the site.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";

const PAGE = join(import.meta.dirname, "../../apps/docs/src/content/docs/reference/benchmarks.md");
/** Where the site has its pictures, and the numbers that they are drawn of. */
export const ASSETS = join(import.meta.dirname, "../../apps/docs/src/assets");
/** Processes that may be at work on a quiet machine, on average. */
const QUIET = 0.2;

export const load = loadavg()[0];
export const processor = `${cpus()[0]?.model ?? "a processor"}, ${availableParallelism()} threads`;

/** Ends with exit code 2 where this cannot be published. */
export function assertPublishable(isWhole: boolean): void {
  if (isWhole && load <= QUIET) return;
  console.error(
    `Only a whole run on a quiet machine is published: no words, no --quick, and a load below ${QUIET}; it is ${load.toFixed(2)} now.`,
  );
  process.exit(2);
}

/** Replaces what the page has between the marks of a name; what is new begins with day and commit. */
export function publish(name: string, machine: string, content: string): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const text = `${date}, commit ${commit}, ${machine}.\n\n${content}`;
  const marks = new RegExp(`(<!-- ${name} -->\\n)[^]*?(\\n<!-- end of ${name} -->)`);
  const page = readFileSync(PAGE, "utf8");
  if (!marks.test(page)) throw new Error(`${PAGE} has no marks of ${name}.`);
  writeFileSync(
    PAGE,
    page.replace(marks, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`),
  );
}
