// Lines and columns as people count them: behind emoji, tabs, and every end of a line.

import { readFileSync } from "node:fs";
import { positionAt, renderDiagnostic } from "@hamlet/dsl";
import { expect, test } from "vitest";
import { compilePath } from "../../src/files/compile.ts";
import { casePath } from "./recall-case.ts";

test.each([
  ["astral.ham", "ww", [6, 31]],
  ["c0.ham", "w", [4, 35]],
  ["cr.ham", "w", [4, 20]],
  ["str.ham", "nothing", [4, 24]],
  ["strcrlf.ham", "nothing", [5, 7]],
  ["tab.ham", "w", [4, 21]],
])("36: in %s the name `%s` is found where it stands", async (file, name, known) => {
  const path = casePath(`36-editor-columns/${file}`);
  const { diagnostics, sources } = await compilePath(path, {});
  const text = readFileSync(path, "utf8");
  const found = diagnostics.find(({ span }) => text.slice(span.start, span.end) === name);
  expect(found, diagnostics.map(({ message }) => message).join("; ")).toBeDefined();
  // Counted by hand: ends of lines before it, and code points since the last.
  const lines = text.slice(0, found!.span.start).split(/\r\n|\n|\r/);
  const [line, column] = [lines.length, Array.from(lines.at(-1)!).length + 1];
  expect([line, column]).toEqual(known);
  const [source] = sources;
  expect(positionAt(source, found!.span.start)).toEqual({ line, column });
  expect(renderDiagnostic(found!, sources)).toContain(`${file}:${line}:${column}`);
});
