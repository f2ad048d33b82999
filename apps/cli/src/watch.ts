// Doing a command again whenever a file changes that it has read.

import { statSync } from "node:fs";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, EXIT } from "./exit.ts";
import { explainError } from "./explain-error.ts";
import { STDIN } from "./files/source.ts";

/** How often files are looked at, in milliseconds. Looking also finds what no event tells of. */
const INTERVAL = 200;

/** What work does that is watched. */
export interface Watched {
  /** To be told the path of every file and folder that is read, before it is. */
  readonly onRead: (path: string) => void;
  /** Says that it is to stop, since what it works on has changed. */
  readonly signal: AbortSignal;
}

/**
 * Does it, and does it again whenever something that it has read is written, comes or goes; in the
 * middle of its work it starts anew. A mistake is told, and waited for to be mended. It has no end:
 * Ctrl-C ends the process.
 */
export async function watching(work: (how: Watched) => Promise<number>): Promise<never> {
  for (;;) {
    const seen = new Map<string, string>();
    const onRead = (path: string) => {
      if (!seen.has(path)) seen.set(path, stampOf(path));
    };
    const changed = () => [...seen].find(([path, stamp]) => stampOf(path) !== stamp)?.[0];
    const stop = new AbortController();
    const timer = setInterval(() => {
      if (changed() !== undefined) stop.abort();
    }, INTERVAL);
    clear();
    try {
      await work({ onRead, signal: stop.signal });
    } catch (error) {
      if (!stop.signal.aborted) await explainError(error);
    } finally {
      clearInterval(timer);
    }
    const files = `${seen.size} ${seen.size === 1 ? "file" : "files"}`;
    if (changed() === undefined) process.stderr.write(`\nwatching ${files}, until Ctrl-C\n`);
    let next: string | undefined;
    while ((next = changed()) === undefined) await sleep(INTERVAL);
    if (CODE.has(extname(next))) {
      process.stderr.write(`${next} is code, which is loaded once: start ham again to run it.\n`);
    }
  }
}

/** Files of a plugin that stay as they were when they were imported. */
const CODE: ReadonlySet<string> = new Set([".js", ".mjs", ".cjs", ".ts", ".mts"]);

/** What differs when a file was written, replaced, or has come or gone. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.mtimeNs} ${stats.size} ${stats.ino}`;
}

/** An empty screen, with what has scrolled out of it gone as well. */
function clear(): void {
  if (process.stdout.isTTY) process.stdout.write("\u001b[2J\u001b[3J\u001b[H");
}

/** Stops before a standard input is waited for again, which comes once. */
export function assertWatchable(paths: readonly string[]): void {
  if (!paths.includes(STDIN)) return;
  throw new CommandError(EXIT.usage, "--watch needs files: the standard input comes once.");
}
