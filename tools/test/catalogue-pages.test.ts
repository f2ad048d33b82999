import { readFileSync } from "node:fs";
import { HYPERSYNAPSES } from "../../packages/ham/src/index.ts";
import { LAGRANGIANS } from "../../packages/lagrangians/src/index.ts";
import { expect, test } from "vitest";
import { cataloguePages } from "../generate-catalogue-pages.ts";

const SITE = new URL("../../apps/docs/src/", import.meta.url);
const pages = cataloguePages();

test.each([...pages])("%s is up to date (node tools/generate-catalogue-pages.ts)", (path, text) => {
  expect(readFileSync(new URL(path, SITE), "utf8")).toBe(text);
});

test("every entry of the catalogue has its section, and says where it is from", () => {
  for (const [page, entries] of [
    ["content/docs/reference/lagrangians.md", LAGRANGIANS],
    ["content/docs/reference/hypersynapses.md", HYPERSYNAPSES],
  ] as const) {
    for (const { name, references } of entries) {
      expect(pages.get(page)).toContain(`\n## ${name}\n`);
      for (const reference of references) expect(pages.get(page)).toContain(reference);
    }
  }
});
