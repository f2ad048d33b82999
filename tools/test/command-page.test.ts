import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandPage } from "../generate-command-page.ts";

const PAGE = new URL("../../apps/docs/src/content/docs/reference/command-line.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");

test("the page of commands is up to date (node tools/generate-command-page.ts)", async () => {
  expect(await commandPage(page)).toBe(page);
});

test("an option that the page tells otherwise is corrected", async () => {
  const old = page.replace("--movie <FILE.png>", "--film <FILE.png>");
  expect(old).not.toBe(page);
  expect(await commandPage(old)).toBe(page);
});

test("a command without a section, and a section without a command, are refused", async () => {
  const lost = page.replace("### `ham doctor`", "### About backends");
  await expect(commandPage(lost)).rejects.toThrow(/one section of `ham doctor`: it has 0/);
  const extra = `${page}\n### \`ham cook\`\n`;
  await expect(commandPage(extra)).rejects.toThrow(/`ham cook`: no such command/);
});
