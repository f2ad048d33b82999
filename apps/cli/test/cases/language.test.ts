// Names and letters of every script, and lines and columns as people count them: behind emoji, tabs,
// and every end of a line.

import { readdirSync, readFileSync } from "node:fs";
import { positionAt } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { loadModel } from "@hamlet/model";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, test } from "vitest";
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

/** What is said of each file of letters; null where it is right as it stands. */
const LETTERS: Readonly<Record<string, readonly string[] | null>> = {
  "bom.ham": null,
  "crlf.ham": null,
  "greek.ham": ["E0104", "greek.ham:5:8", "`₀`", "U+2080 SUBSCRIPT ZERO", "write `_0`"],
  "latin1.ham": ["E0916", "latin1.ham:4:21", "`é`, if this is Latin-1"],
  "micro.ham": ["E0201", "micro.ham:4:20", "`μ` and `µ` are two different names"],
  "minus.ham": ["E0104", "minus.ham:4:12", "U+2212 MINUS SIGN", "use `-`"],
  "nbsp.ham": ["E0104", "nbsp.ham:4:31", "U+00B7 MIDDLE DOT", "use `*`"],
  "pound.ham": ["E0104", "pound.ham:4:13", "`£` is not part of the language", "U+00A3"],
  "sq.ham": ["E0104", "sq.ham:4:24", "U+00B2 SUPERSCRIPT TWO", "use `^2`"],
  "utf16.ham": ["E0916", "utf16.ham:1:1", "this file is UTF-16, little endian"],
};

async function said(path: string): Promise<string> {
  const { diagnostics, sources } = await compilePath(path, {});
  return diagnostics.map((found) => renderDiagnostic(found, sources)).join("\n\n");
}

describe("22-names-and-letters", () => {
  test("every file is told of below", () => {
    expect(readdirSync(casePath("22-names-and-letters")).toSorted()).toEqual(Object.keys(LETTERS));
  });

  test.each(Object.entries(LETTERS))("22: %s", async (file, words) => {
    const message = await said(casePath(`22-names-and-letters/${file}`));
    if (words === null) expect(message).toBe("");
    for (const word of words ?? []) expect(message).toContain(word);
  });

  test("with the digit that it asks for, Greek and accented names are names", async () => {
    const text = readFileSync(casePath("22-names-and-letters/greek.ham"), "utf8");
    using model = await loadModel(
      { name: "greek.ham", text: text.replaceAll("₀", "_0") },
      { files: { read: (path) => Promise.resolve({ path, folder: "models", near: null }) } },
    );
    expect(model.warnings).toEqual([]);
    expect(model.graph.neurons.map(({ name }) => name)).toEqual(["größe"]);
    expect(model.graph.terms.map(({ name }) => name)).toEqual(["Ĥ"]);
  });
});
