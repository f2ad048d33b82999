// What the packages export, read together: one word has one meaning, and a sentence that says it.

import { join } from "node:path";
import { expect, test } from "vitest";
import { Faces } from "../faces.ts";

const exported = new Faces(join(import.meta.dirname, "../..")).all();

test("the faces are read: names of every package, by way of index files and of others", () => {
  const find = (entry: string, name: string) =>
    exported.find((one) => one.entry === entry && one.name === name);
  expect(find("@hamlet/graph", "softmax")).toMatchObject({
    file: "packages/graph/src/expr/expr.ts",
    declaration: "softmax",
    doc: expect.stringContaining("exp(body)"),
  });
  expect(find("@hamlet/dsl", "ast")).toMatchObject({ file: "packages/dsl/src/1-parse/ast.ts" });
  expect(find("@hamlet/core", "Key")?.doc).toContain("random key");
});

test("a name that two packages export is one and the same declaration", () => {
  const declarations = new Map<string, Set<string>>();
  for (const { name, file, declaration } of exported) {
    const known = declarations.get(name) ?? new Set();
    declarations.set(name, known.add(`${file} ${declaration}`));
  }
  const twice = [...declarations].filter(([, places]) => places.size > 1);
  expect(twice.map(([name, places]) => `${name}: ${[...places].join(", ")}`)).toEqual([]);
});

test("every exported name has a comment that says what it is", () => {
  const silent = exported.filter(({ doc }) => doc === null || doc === "");
  expect(silent.map(({ entry, name, file }) => `${name} of ${entry} (${file})`)).toEqual([]);
});
