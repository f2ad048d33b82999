// Quick fixes as an editor applies them: each leaves one mistake fewer.

import { describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { CodeAction } from "vscode-languageserver";
import { diagnosticsOf, type Shown } from "../src/diagnostics.ts";
import { type Document, findingsOf } from "../src/document.ts";
import { fixtures, usedFiles } from "../../dsl/test/fixtures.ts";
import { applied, fixAll, isFewer, quickFixes } from "../src/quick-fixes.ts";
import { positionOf } from "../src/positions.ts";
import { FOLDER, projectOf } from "./analysing.ts";

const uriOf = (name: string) => name;

const USES = Object.fromEntries([...usedFiles()].map(([name, { text }]) => [name, text]));
const WRONG = [...fixtures("invalid", "syntax"), ...fixtures("invalid", "meaning")];

async function analysed(text: string): Promise<Document> {
  return (await projectOf({ "m.ham": text, ...USES }).document(`${FOLDER}/m.ham`))!;
}

function actionsOf(document: Document): CodeAction[] {
  const end = positionOf(document.source, document.source.text.length);
  return quickFixes(document, { start: { line: 0, character: 0 }, end }, uriOf);
}

function after({ source }: Document, { edit }: CodeAction): string {
  const text = TextDocument.create(source.name, "ham", 1, source.text);
  return TextDocument.applyEdits(text, edit!.changes![source.name] ?? []);
}

const key = ({ code, message }: Pick<Shown, "code" | "message">) => `${code} ${message}`;
let held = 0;

describe("of every wrong file", () => {
  test.each([...new Set(WRONG.map(({ rule }) => rule))])("%s", async (about) => {
    for (const { rule, name, source } of WRONG) {
      if (rule !== about) continue;
      const { text } = source;
      const document = await analysed(text);
      for (const action of actionsOf(document)) {
        const [shown] = action.diagnostics! as Shown[];
        const mended = await analysed(after(document, action));
        const times = (all: readonly Shown[]) =>
          all.filter((other) => key(other) === key(shown)).length;
        const what = `${name}: ${action.title}\n${mended.source.text}`;
        expect(times(diagnosticsOf(mended, uriOf)), what).toBeLessThan(
          times(diagnosticsOf(document, uriOf)),
        );
        expect(isFewer(findingsOf(mended), findingsOf(document)), what).toBe(true);
        held++;
      }
      const project = projectOf({ "m.ham": text, ...USES });
      const check = await project.checker(`${FOLDER}/m.ham`);
      const all = fixAll({ name: `${FOLDER}/m.ham`, text }, check);
      const left = check(all);
      expect(all === text || isFewer(left, check(text)), all).toBe(true);
      // What is left has no fix, or one that alone makes other mistakes.
      for (const { edits, file } of left) {
        if (edits === undefined || edits.some((edit) => edit.file !== file)) continue;
        expect(isFewer(check(applied(all, edits)), left), all).toBe(false);
      }
    }
  });
});

test("a name that was perhaps meant is offered, and not taken unasked", async () => {
  const text = "ham 1\ndim D = 3\nneuron v: [D] as idenity\nenergy e = -sum[i] v[i]^2\n";
  const document = await analysed(text);
  const [action] = actionsOf(document);
  expect(action.title).toBe("Write `identity`");
  expect(after(document, action)).toBe(text.replace("idenity", "identity"));
  const check = await projectOf({ "m.ham": text }).checker(`${FOLDER}/m.ham`);
  expect(fixAll(document.source, check)).toBe(text);
});

test("many fixes were held", () => {
  expect(held).toBeGreaterThan(100);
});
