import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONGEST, longestFirst } from "../longest-first.ts";

const ROOT = join(import.meta.dirname, "../..");

test("every file that is named is there", () => {
  const files = globSync("{{packages,apps}/*,tools}/test/**/*.test.ts", { cwd: ROOT });
  const missing = LONGEST.filter((name) => !files.some((file) => file.endsWith(name)));
  expect(missing).toEqual([]);
});

test("they come first, longest first, and the others stay as they were", () => {
  const names = ["b.test.ts", LONGEST[2], "a.test.ts", LONGEST[0]];
  const sorted = longestFirst(names.map((name) => ({ moduleId: `/x/${name}` })));
  expect(sorted.map(({ moduleId }) => moduleId.slice(3))).toEqual([
    LONGEST[0],
    LONGEST[2],
    "b.test.ts",
    "a.test.ts",
  ]);
});
