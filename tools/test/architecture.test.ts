import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const PAGE = new URL("../../docs/architecture.md", import.meta.url);
const text = readFileSync(PAGE, "utf8");
const walk = /\n## A new reader's walk\n([^]*?)\n## /.exec(text)?.[1] ?? "";

test("every file that the page on architecture links is there", () => {
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((path) => !existsSync(new URL(path, PAGE)))).toEqual([]);
});

test("a new reader walks past at most twenty ideas, each with its file", () => {
  const steps = walk.split("\n").filter((line) => /^\d+\. /.test(line));
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.length).toBeLessThanOrEqual(20);
  expect(
    steps.filter((line) => !/\*\*.+\*\*/.test(line) || !/\]\(\.\.\/\S+\.ts\)/.test(line)),
  ).toEqual([]);
});
