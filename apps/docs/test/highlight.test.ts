import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { builtFiles, DIST } from "./built-site.ts";

test("the digits page shows the example's whole text, in colour", () => {
  const page = builtFiles().find((file) => file === "/learn/digits/index.html") ?? "";
  const { document } = parseHTML(readFileSync(join(DIST, page), "utf8"));
  const code = document.querySelector('pre[data-language="ham"]');
  const lines = [...(code?.querySelectorAll(".ec-line") ?? [])].map((line) => line.textContent);
  const example = readFileSync(join(import.meta.dirname, "../../../examples/digits.ham"), "utf8");
  expect(lines.map((line) => line.trim())).toEqual(
    example
      .trimEnd()
      .split("\n")
      .map((line) => line.trim()),
  );

  // A language that the highlighter does not know comes out in one colour.
  const styles = [...(code?.querySelectorAll("span[style]") ?? [])].map((span) =>
    span.getAttribute("style"),
  );
  expect(new Set(styles).size).toBeGreaterThan(3);
});
