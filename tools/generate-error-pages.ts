// Writes what a message says into its page, and the list of all messages. The rest of a page is written by hand:
// what the message means, the smallest text that is told it, and that text mended.
//
//     node tools/generate-error-pages.ts

import "@tensorflow/tfjs-backend-cpu";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type DiagnosticCode, RULES } from "../packages/dsl/src/index.ts";
import { renderDiagnostic } from "../packages/dsl/src/diagnostics/frame.ts";
import { checked } from "../packages/dsl/test/checking.ts";
import { decodeSource } from "../packages/model/src/decode.ts";
import { messages } from "../packages/model/test/loading.ts";

const PAGES = new URL("../apps/docs/src/content/docs/reference/", import.meta.url);
const FENCE = "`".repeat(3);

/** All codes, in the order of the language. */
export const CODES = Object.keys(RULES) as DiagnosticCode[];

/** What codes with the same first figures are about. */
const ABOUT: Readonly<Record<string, string>> = {
  "01": "The text",
  "02": "Names",
  "03": "Axes and sizes",
  "04": "Arguments and values",
  "05": "Lagrangians",
  "06": "Energies",
  "07": "Recalls",
  "08": "Training and tests",
  "09": "Files and packages",
};

const HEAD = `---
title: Messages
description: Every message of the language, each with a file that causes it and one that is right.
---

A message names its rule, shows the place, and says what to do. Codes that begin with \`E\` are
errors; \`W\` is a warning, which \`@allow(rule)\` before the declaration silences.
\`ham check FILE.ham\` prints all messages of a file; \`--json\` gives them as data.

The page of a message has the smallest file that is told it, and that file mended. What a file is run with
stands in it as a comment: \`// --set D=3\`, or \`// file xi.npy: float32 (20, 784)\` for an array.`;

/** Messages that only real arrays and the bytes of a file bring about. */
const LOADED: ReadonlySet<string> = new Set([
  "W0611",
  "W0612",
  "W0617",
  "E0902",
  "E0908",
  "E0910",
  "E0911",
  "E0912",
  "E0916",
]);

/** Where the page of a message lies. */
const placeOf = (code: string) => new URL(`errors/${code.toLowerCase()}.md`, PAGES);

/** The page of a message as it is. */
export function pageOf(code: DiagnosticCode): string {
  const place = placeOf(code);
  if (existsSync(place)) return readFileSync(place, "utf8");
  throw new Error(
    `${code} ${RULES[code]} has no page: write ${place.pathname}, like those beside it.`,
  );
}

/** The text of a page that is wrong, and the same text mended. */
export function textsOf(page: string): [wrong: string, mended: string] {
  const found = Array.from(page.matchAll(/^```ham\n([^]*?)^```/gm), ([, text]) => text);
  if (found.length !== 2)
    throw new Error(`a page of a message has two programs, not ${found.length}`);
  return [found[0], found[1]];
}

/** Everything that a text is told; with bytes of its own where the message is about those. */
export async function toldOf(code: DiagnosticCode, text: string, bytes?: Buffer): Promise<string> {
  const name = "first.ham";
  const source = bytes === undefined ? { name, text } : decodeSource(name, bytes);
  if (LOADED.has(code)) return (await messages(source)).trimEnd();
  const { diagnostics, sources } = checked(source);
  return diagnostics.map((one) => renderDiagnostic(one, sources)).join("\n\n");
}

/** The wrong text of a message as bytes, where they are no UTF-8. */
export const bytesOf = (code: DiagnosticCode, text: string): Buffer | undefined =>
  code === "E0916" ? Buffer.from(text, "latin1") : undefined;

/** A page with what its wrong text is told. */
export async function messagePage(code: DiagnosticCode, page: string): Promise<string> {
  const [wrong] = textsOf(page);
  const told = await toldOf(code, wrong, bytesOf(code, wrong));
  return page.replace(/^```text\n[^]*?^```$/m, () => `${FENCE}text\n${told}\n${FENCE}`);
}

/** The list of all messages: the search knows it, and none of the pages. */
export function listPage(): string {
  const entries = CODES.map((code) => {
    const [, means] = /^---\n\n([^]*?\.)(?=\s)/m.exec(pageOf(code))!;
    const link = `[A file, and the file mended](/reference/errors/${code.toLowerCase()}/).`;
    return { code, text: `### ${code} ${RULES[code]}\n\n${means}\n${link}` };
  });
  const sections = Object.entries(ABOUT).map(([figures, title]) => {
    const own = entries.filter(({ code }) => code.slice(1, 3) === figures);
    return [`## ${title}`, ...own.map(({ text }) => text)].join("\n\n");
  });
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

if (import.meta.main) {
  for (const code of CODES) writeFileSync(placeOf(code), await messagePage(code, pageOf(code)));
  writeFileSync(new URL("errors.md", PAGES), listPage());
}
