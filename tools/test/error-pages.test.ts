import { globSync, readFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-cpu";
import { useBackend } from "../../packages/testing/src/index.ts";
import { RULES } from "../../packages/dsl/src/index.ts";
import { beforeAll, expect, test } from "vitest";
import { CODES, listPage, messagePage, pageOf, textsOf, toldOf } from "../generate-error-pages.ts";

const PAGES = new URL("../../apps/docs/src/content/docs/reference/", import.meta.url);

beforeAll(() => useBackend("cpu"));

/** The codes of all that is told on a page. */
const codesOf = (page: string) =>
  Array.from(page.matchAll(/^(?:error|warning)\[(\w+)\]/gm), ([, code]) => code);

test.for(CODES)("the page of %s shows a text that is told it alone, and mends it", async (code) => {
  const page = pageOf(code);
  expect(page).toContain(`\ntitle: ${code} ${RULES[code]}\n`);
  const [, mended] = textsOf(page);
  // What it shows is up to date: node tools/generate-error-pages.ts
  expect(page).toBe(await messagePage(code, page));
  expect(codesOf(page)).toEqual([code]);
  expect(await toldOf(code, mended)).toBe("");
});

test("the list of messages is up to date (node tools/generate-error-pages.ts)", () => {
  expect(readFileSync(new URL("errors.md", PAGES), "utf8")).toBe(listPage());
});

test("no page is of a message that there is not", () => {
  const pages = globSync("errors/*.md", { cwd: PAGES }).map((file) => file.slice(-8, -3));
  expect(pages.sort()).toEqual(CODES.map((code) => code.toLowerCase()).sort());
});
