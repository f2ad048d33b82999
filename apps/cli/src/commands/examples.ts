// `ham examples`: the models that come with the command, to look at and to change.

import { lstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suggest } from "@hamlet/dsl";
import { hamCall } from "../called.ts";
import { CommandError, EXIT } from "../exit.ts";
import { type Example, EXAMPLES, examples } from "../files/examples.ts";
import { pathIn } from "../files/path-in.ts";
import { isThere, writeFileAtomically } from "../files/write.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham examples`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("[name]", "the example to copy, with its data (default: list them)")
      .option("--to <FOLDER>", "where the copy goes", "."),
  run: copyOrList,
};

/** Lists the examples, or copies one; never over a file that exists. Returns the exit code. */
async function copyOrList(
  name: string | undefined,
  { to }: { readonly to: string },
): Promise<number> {
  if (name === undefined) {
    const rows = examples().map(({ name, about }) => [name, about]);
    process.stdout.write(
      `${formatTable(["example", "what it is"], rows)}\n\nCopy one with: ${hamCall()} examples NAME\n`,
    );
    return EXIT.ok;
  }
  const { files } = find(name.replace(/\.ham$/u, ""));
  const paths = files.map((file) => pathIn(to, file));
  // Two examples may read the same data: what is there already with the same bytes stays.
  const missing: [path: string, bytes: Uint8Array][] = [];
  for (const [k, path] of paths.entries()) {
    const bytes = await readFile(join(EXAMPLES, files[k]));
    if (!isThere(path)) missing.push([path, bytes]);
    else if (k === 0 || !(await holds(path, bytes))) {
      throw new CommandError(
        EXIT.usage,
        `${path} exists already, and is not written over. Choose another folder with --to.`,
      );
    }
  }
  // The model is the last: it is there with all that it reads.
  for (const [path, bytes] of missing.toReversed()) await writeFileAtomically(path, bytes);
  process.stdout.write(`${paths.join("\n")}\n\nTry next:\n  ${hamCall()} run ${paths[0]}\n`);
  return EXIT.ok;
}

function find(name: string): Example {
  const all = examples();
  const found = all.find((example) => example.name === name);
  if (found !== undefined) return found;
  const near = suggest(
    name,
    all.map((example) => example.name),
  );
  throw new CommandError(
    EXIT.usage,
    `there is no example "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} Examples: ${all.map((example) => example.name).join(", ")}.`,
  );
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  if (!lstatSync(path).isFile()) return false;
  return Buffer.compare(await readFile(path), bytes) === 0;
}
