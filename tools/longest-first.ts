import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, longest first. Whoever starts one of them last waits for it with one
 * core while the others have nothing left to do.
 */
export const LONGEST = [
  "tools/test/new.test.ts",
  "drdam/test/conformance/webgpu-in-node.test.ts",
  "core/test/conformance/browser.test.ts",
  "ham/test/conformance/browser.test.ts",
  "tools/test/readme-snippets.test.ts",
  "docs/test/site.test.ts",
  "drdam/test/notebooks.test.ts",
  "model/test/model.test.ts",
  "cli/test/reproduce-drdam.test.ts",
  "model/test/leaks.test.ts",
  "model/test/training/gradients.test.ts",
  "dsl/test/properties.test.ts",
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
