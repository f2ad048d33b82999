import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../../apps/cli/src/commands/catalogue.ts";
import { manPage } from "../generate-man-page.ts";

const PAGE = new URL("../../apps/cli/man/ham.1", import.meta.url);

test("the manual page is up to date (node tools/generate-man-page.ts)", async () => {
  const page = readFileSync(PAGE, "utf8");
  expect(await manPage()).toBe(page);
  expect(page.match(/^\.SS ham /gm)).toHaveLength(COMMANDS.length);
});
