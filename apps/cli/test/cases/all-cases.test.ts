// No need of fixtures/cases is forgotten: every folder is named by a test beside this one.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const CASES = join(import.meta.dirname, "../../../../fixtures/cases");

const TESTS = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
  .join("\n");

const folders = readdirSync(CASES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test("there are cases", () => {
  expect(folders.length).toBeGreaterThan(20);
});

test.each(folders)("%s is tested", (folder) => {
  expect(TESTS).toContain(folder);
});

test.each(folders)("%s is in the list of cases", (folder) => {
  expect(readFileSync(join(CASES, "README.md"), "utf8")).toContain(`\`${folder}\``);
});
