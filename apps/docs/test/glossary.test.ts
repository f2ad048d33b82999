// A term is explained once: a link to it leads to all that is said of it.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const GLOSSARY = new URL("../src/content/docs/reference/glossary.md", import.meta.url);

test("every term of the glossary has one entry", () => {
  const terms = Array.from(
    readFileSync(GLOSSARY, "utf8").matchAll(/^## (.+)$/gm),
    ([, term]) => term,
  );
  expect(terms.length).toBeGreaterThan(50);
  expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
});
