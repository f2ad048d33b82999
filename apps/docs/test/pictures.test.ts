// Every picture of every page is a numbered figure with a caption, the command that made it, and its numbers to
// load. That it is drawn of these is tested in tools/test/pictures.test.ts.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { COMMANDS } from "../../cli/src/commands/catalogue.ts";
import { builtFiles, DIST, isMessage, isReference } from "./built-site.ts";

/** Bytes of a file of numbers. */
const LARGEST = 200_000;

const ROOT = join(import.meta.dirname, "../../..");
const pages = builtFiles().filter(
  (file) => file.endsWith(".html") && !isReference(file) && !isMessage(file),
);
const documentOf = (file: string) => parseHTML(readFileSync(join(DIST, file), "utf8")).document;
const shown = pages.flatMap((file) => {
  const figures = [...documentOf(file).querySelectorAll("main figure:not(.frame):has(figcaption)")];
  return figures.map((figure) => ({ file, caption: figure.querySelector("figcaption")! }));
});

test.each(pages)("the pictures of %s are figures", (file) => {
  const loose = [...documentOf(file).querySelectorAll("main img")].filter(
    (image) => image.closest("figure")?.querySelector("figcaption") == null,
  );
  expect(loose.map((image) => image.getAttribute("src"))).toEqual([]);
});

test("there are as many as the pages had", () => {
  expect(shown.length).toBeGreaterThan(60);
});

test("figures of a page are numbered, with words of their own", () => {
  for (const file of pages) {
    const own = shown.filter((one) => one.file === file);
    const numbers = own.map(({ caption }) => /Figure ([\d.]+)\./.exec(caption.textContent)?.[1]);
    expect(numbers, file).not.toContain(undefined);
    expect(new Set(numbers).size, file).toBe(own.length);
    for (const { caption } of own) {
      const words = caption.textContent.replace(/Figure [\d.]+\.|Drawn from.*|Drawn by.*/gs, "");
      expect(words.trim().length, `${file}: ${caption.textContent}`).toBeGreaterThan(20);
    }
  }
});

test("each says which command made it, and that is there", () => {
  const names = new Set(COMMANDS.map(({ name }) => name));
  for (const { file, caption } of shown) {
    const command = caption.querySelector(".made code")?.textContent ?? "";
    const [program, first] = command.split(" ");
    if (program === "ham") expect(names, `${file}: ${command}`).toContain(first);
    else if (program === "pnpm") expect(["bench"], `${file}: ${command}`).toContain(first);
    else {
      expect(program, `${file}: ${command}`).toBe("node");
      expect(existsSync(join(ROOT, first)), `${file}: ${command}`).toBe(true);
    }
  }
});

test("each has its numbers to load, in a file that is not large", () => {
  for (const { file, caption } of shown) {
    const links = [...caption.querySelectorAll("a[download]")];
    expect(links.length, `${file}: ${caption.textContent}`).toBe(1);
    const text = readFileSync(join(DIST, links[0].getAttribute("href")!), "utf8");
    expect(text.match(/[-\d.]+/g)!.length, file).toBeGreaterThan(0);
    expect(() => JSON.parse(text) as unknown, file).not.toThrow();
    expect(text.length, `${file}: ${links[0].getAttribute("href")}`).toBeLessThan(LARGEST);
  }
});
