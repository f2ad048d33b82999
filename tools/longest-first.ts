import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, longest first. Whoever starts one of them last waits for it with one
 * core while the others have nothing left to do.
 */
export const LONGEST = [
  "tools/test/new.test.ts",
  "docs/test/site.test.ts",
  "cli/test/workers.test.ts",
  "tools/test/readme-snippets.test.ts",
  "docs/test/landscape.test.ts",
  "docs/test/panels.test.ts",
  "docs/test/journeys.test.ts",
  "ham/test/conformance/in-process.test.ts",
  "core/test/run/threads.test.ts",
  "tools/test/shell-blocks.test.ts",
  "ham/test/binary-numerics.test.ts",
  "drdam/test/conformance/webgpu-in-node.test.ts",
  "core/test/conformance/webgpu-in-node.test.ts",
  "ham/test/conformance/webgpu-in-node.test.ts",
  "core/test/conformance/browser.test.ts",
  "ham/test/conformance/browser.test.ts",
  "cli/test/conformance/browser.test.ts",
  "tools/test/fuzz-files.test.ts",
  "cli/test/queue.test.ts",
  "cli/test/shards.test.ts",
  "cli/test/outputs.test.ts",
  "cli/test/capacity.test.ts",
  "cli/test/remember.test.ts",
  "drdam/test/notebooks.test.ts",
  "core/test/files/rows.test.ts",
  "model/test/stored-memory.test.ts",
  "model/test/sequences.test.ts",
  "model/test/leaks.test.ts",
  "dsl/test/properties.test.ts",
  "model/test/training/gradients.test.ts",
  "model/test/model.test.ts",
];

/** Puts the longest test files first; all others keep the order that vitest gives them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

/** The same files, those of {@link LONGEST} in front. */
export function longestFirst<File extends { readonly moduleId: string }>(
  files: readonly File[],
): File[] {
  const place = ({ moduleId }: File) => {
    const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
    return at < 0 ? LONGEST.length : at;
  };
  return files.toSorted((a, b) => place(a) - place(b));
}
