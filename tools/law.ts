// A law of fast-check on as many samples as the run wants, and how to repeat the one that breaks it.

import { join, relative } from "node:path";
import * as fc from "fast-check";
import { expect, inject } from "vitest";
import { samples, seed } from "./samples.ts";

const ROOT = join(import.meta.dirname, "..");

/** What a law may ask for beside the number of its samples. */
export type LawOptions = Pick<fc.Parameters<unknown>, "maxSkipsPerRun">;

/**
 * Checks a property on `count` samples, more or fewer as the run wants (`HAMLET_SAMPLES`), drawn
 * from the seed of the run (`HAMLET_SEED`).
 *
 * @throws Error with the smallest sample that breaks it, and the line that repeats it alone.
 */
export function law<T>(
  property: fc.IAsyncProperty<T>,
  count: number,
  options?: LawOptions,
): Promise<void>;
export function law<T>(property: fc.IProperty<T>, count: number, options?: LawOptions): void;
export function law<T>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  count: number,
  options: LawOptions = {},
): void | Promise<void> {
  const path = inject("path");
  const found = fc.check<T>(property, {
    ...options,
    numRuns: samples(count),
    seed: seed(),
    ...(path === "" ? {} : { path, endOnFailure: true }),
  });
  return found instanceof Promise ? found.then(judge) : judge(found);
}

function judge<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const cause = details.errorInstance;
  const why = cause instanceof Error ? { cause } : {};
  throw new Error(
    `${fc.defaultReportMessage(details)}\n\n${repeat(details.counterexamplePath)}`,
    why,
  );
}

/** The line that runs this test again on the sample at a path. */
function repeat(path: string | null): string {
  const { currentTestName = "", testPath = "" } = expect.getState();
  const pattern = currentTestName.replaceAll(/[\\^$.*+?()[\]{}|"`]/g, ".");
  const at = path === null ? "" : ` HAMLET_PATH=${path}`;
  return `Repeat it: HAMLET_SEED=${seed()}${at} pnpm vitest run ${relative(ROOT, testPath)} -t "${pattern}"`;
}
