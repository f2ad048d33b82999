import { writeSync } from "node:fs";
import type { Reporter, Vitest } from "vitest/node";
import { FEWER } from "./sampling.ts";

/** What a finished run amounts to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** As much of a finished test file as counting needs. */
export interface FinishedFile {
  readonly children: {
    allTests(): Iterable<{
      result(): { readonly state: "passed" | "failed" | "skipped" | "pending" };
    }>;
  };
  ok(): boolean;
}

/**
 * A reporter that ends the output with one line for people and programs alike:
 * `tests: 12 passed, 0 failed`, with `, 3 skipped` when some were.
 *
 * When tests failed, a line before it says how to draw the same samples of the laws again.
 *
 * It is written when the process ends, so that nothing the other reporters print comes after it.
 */
export class ClosingLine implements Reporter {
  #watching = false;

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
  }

  onTestRunEnd(files: readonly FinishedFile[], unhandledErrors: readonly unknown[]): void {
    if (!this.#watching) {
      const count = tally(files, unhandledErrors.length);
      const lines = [...(count.failed > 0 ? [sameSamples(process.env)] : []), closingLine(count)];
      process.once("exit", () => writeSync(process.stdout.fd, `${lines.join("\n")}\n`));
    }
  }
}

/** Counts the tests. A file that broke outside its tests, and a stray error, count as one failure each. */
export function tally(files: readonly FinishedFile[], strayErrors: number): Tally {
  const count = { passed: 0, failed: strayErrors, skipped: 0 };
  for (const file of files) {
    const failedBefore = count.failed;
    for (const test of file.children.allTests()) {
      const { state } = test.result();
      count[state === "pending" ? "skipped" : state] += 1;
    }
    if (!file.ok() && count.failed === failedBefore) {
      count.failed += 1;
    }
  }
  return count;
}

/** How to draw the samples of a run again. */
export function sameSamples({
  HAMLET_SEED = "",
  HAMLET_SAMPLES = FEWER,
}: Readonly<Record<string, string | undefined>>): string {
  return `The same samples again: HAMLET_SEED=${HAMLET_SEED} HAMLET_SAMPLES=${HAMLET_SAMPLES} pnpm vitest run FILE`;
}

export function closingLine({ passed, failed, skipped }: Tally): string {
  const tail = skipped > 0 ? `, ${skipped} skipped` : "";
  return `tests: ${passed} passed, ${failed} failed${tail}`;
}
