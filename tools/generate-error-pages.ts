// Writes the page of all messages from the fixtures of the language: for every code a file that
// is wrong, what it is told, and its right neighbour.
//
//     node tools/generate-error-pages.ts

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { RULES } from "../packages/dsl/src/index.ts";

/** Most rules are about the text; what only real arrays can show stands with the model. */
const FIXTURES = ["dsl", "model"].map(
  (name) => new URL(`../packages/${name}/test/fixtures/`, import.meta.url),
);
const PAGE = new URL("../apps/docs/src/content/docs/reference/errors.md", import.meta.url);

const HEAD = [
  "---",
  "title: Messages",
  "description: Every message of the language, with a file that causes it and one that is right.",
  "---",
  "",
  "A message names its rule, shows the place, and says what to do. Codes that begin with `E` are",
  "errors; `W` is a warning, which `@allow(rule)` before the declaration silences.",
  "`ham check FILE.ham` prints all messages of a file; `--json` gives them as data.",
].join("\n");

/** A fixture of a rule, the one called `like` if there is one: its text, and what it is told. */
function fixture(
  kind: "invalid" | "valid",
  rule: string,
  like?: string,
): { name: string; text: string; told: string } | null {
  const folder = FIXTURES.map((root) => new URL(`${kind}/${rule}/`, root)).find(existsSync);
  if (folder === undefined) return null;
  const names = readdirSync(folder).filter((file) => file.endsWith(".ham"));
  const name = names.find((file) => file === like) ?? names[0];
  if (name === undefined) return null;
  const expected = new URL(name.replace(/\.ham$/, ".expected.txt"), folder);
  return {
    name,
    text: readFileSync(new URL(name, folder), "utf8").trimEnd(),
    told: existsSync(expected) ? readFileSync(expected, "utf8").trimEnd() : "",
  };
}

/** The page. */
export function errorPage(): string {
  const sections = Object.entries(RULES).flatMap(([code, rule]) => {
    const wrong = fixture("invalid", rule);
    const right = fixture("valid", rule, wrong?.name);
    if (wrong === null || right === null) return [];
    return [
      `## ${code} ${rule}`,
      fenced("ham", wrong.text),
      fenced("text", wrong.told),
      "Right:",
      fenced("ham", right.text),
    ];
  });
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

function fenced(language: string, text: string): string {
  const fence = "`".repeat(3);
  return [fence + language, text, fence].join("\n");
}

if (import.meta.main) writeFileSync(PAGE, errorPage());
