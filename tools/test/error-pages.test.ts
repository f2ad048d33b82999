import { readFileSync } from "node:fs";
import { RULES } from "../../packages/dsl/src/index.ts";
import { expect, test } from "vitest";
import { errorPage } from "../generate-error-pages.ts";

const PAGE = new URL("../../apps/docs/src/content/docs/reference/errors.md", import.meta.url);

test("the page of messages is up to date (node tools/generate-error-pages.ts)", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(errorPage());
});

test("every rule of the language has its section on the page", () => {
  const missing = Object.entries(RULES).filter(
    ([code, rule]) => !errorPage().includes(`\n## ${code} ${rule}\n`),
  );
  expect(missing).toEqual([]);
});
