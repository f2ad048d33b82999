import { expect, test } from "vitest";
import { withoutChangeset } from "../changesets.ts";

const packages = [
  { name: "@hamlet/graph", folder: "packages/graph" },
  { name: "@hamlet/core", folder: "packages/core" },
];
const forGraph = `---\n"@hamlet/graph": minor\n'@hamlet/other': patch\n---\n\nAxes have names.\n`;

test("a changed package that a changeset names is fine", () => {
  expect(withoutChangeset(packages, ["packages/graph/src/a.ts"], [forGraph])).toEqual([]);
});

test("a changed package that no changeset names is reported", () => {
  const changed = ["packages/graph/src/a.ts", "packages/core/src/b.ts"];
  expect(withoutChangeset(packages, changed, [forGraph])).toEqual(["@hamlet/core"]);
  expect(withoutChangeset(packages, changed, [])).toEqual(["@hamlet/graph", "@hamlet/core"]);
});

test("tests and notes need no changeset", () => {
  const changed = ["packages/core/test/b.test.ts", "packages/core/README.md"];
  expect(withoutChangeset(packages, changed, [])).toEqual([]);
});

test("a package whose changelog was just written needs no changeset", () => {
  const changed = ["packages/core/src/b.ts", "packages/core/CHANGELOG.md"];
  expect(withoutChangeset(packages, changed, [])).toEqual([]);
});

test("a name in the text of a changeset does not count", () => {
  const changeset = `---\n"@hamlet/graph": patch\n---\n\n"@hamlet/core": minor\n`;
  expect(withoutChangeset(packages, ["packages/core/src/b.ts"], [changeset])).toEqual([
    "@hamlet/core",
  ]);
});
