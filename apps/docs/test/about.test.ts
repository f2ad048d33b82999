import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import decided from "../../../tools/publish.config.json" with { type: "json" };
import { about } from "../src/about.ts";
import { builtFiles, DIST } from "./built-site.ts";

test("what is not decided is not told", () => {
  const { site, social, head } = about({ repository: null, homepage: null });
  expect([site, social, head]).toEqual([undefined, [], []]);
});

test("what is decided is told in every place", () => {
  const [repository, homepage] = ["https://example.org/owner/name", "https://ham.example.org/"];
  const { site, social, head } = about({ repository, homepage });
  expect(site).toBe(homepage);
  expect(social.map(({ href }) => href)).toEqual([repository]);
  expect(head.map(({ attrs }) => attrs.content)).toEqual(
    Array.from({ length: 2 }, () => `${homepage}social.png`),
  );
});

test("the built site tells what is decided, and has its picture", () => {
  const files = builtFiles();
  expect(files).toContain("/social.png");
  expect(files.includes("/sitemap-index.xml")).toBe(decided.homepage !== null);
  const { document } = parseHTML(readFileSync(join(DIST, "index.html"), "utf8"));
  const count = (selector: string) => document.querySelectorAll(selector).length;
  expect(count('link[rel="canonical"]')).toBe(decided.homepage === null ? 0 : 1);
  expect(count(".social-icons a")).toBe(decided.repository === null ? 0 : 2);
});
