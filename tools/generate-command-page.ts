// Writes what each command's `--help` says into the page of the command line. What stands around it
// is written by hand; a section begins with a heading such as "### `ham run FILE.ham`".
//
//     node tools/generate-command-page.ts

import { readFileSync, writeFileSync } from "node:fs";
import { helpOf } from "../apps/cli/src/command-line.ts";
import { COMMANDS } from "../apps/cli/src/commands/catalogue.ts";

const PAGE = new URL("../apps/docs/src/content/docs/reference/command-line.md", import.meta.url);

const FENCE = "`".repeat(3);

/** `page` with the help of every command at the end of its section. */
export async function commandPage(page: string): Promise<string> {
  const helps = new Map<string, string>();
  for (const { name } of COMMANDS) helps.set(name, await helpOf(name));
  helps.set("--help", await helpOf());
  const parts = page.split(/^(?=##)/m);
  const found = new Map<string, number>();
  const written = parts.map((part) => {
    const name = /^### `ham ([\w-]+)/.exec(part)?.[1];
    if (name === undefined) return part;
    const help = helps.get(name);
    if (help === undefined) throw new Error(`The page describes \`ham ${name}\`: no such command.`);
    found.set(name, (found.get(name) ?? 0) + 1);
    const own = part.replace(/\n```text\nUsage: ham[^]*?\n```\n/, "").trimEnd();
    return `${own}\n\n${FENCE}text\n${help.trimEnd()}\n${FENCE}\n\n`;
  });
  for (const name of helps.keys()) {
    if (found.get(name) === 1) continue;
    throw new Error(
      `The page needs one section of \`ham ${name}\`: it has ${found.get(name) ?? 0}.`,
    );
  }
  return `${written.join("").trimEnd()}\n`;
}

if (import.meta.main) writeFileSync(PAGE, await commandPage(readFileSync(PAGE, "utf8")));
