// `ham new NAME`: a commented model to start from, which runs as it is, without any data; or a plugin.

import { isBuiltin } from "node:module";
import { basename } from "node:path";
import { packageOf, suggest } from "@hamlet/dsl";
import { Option } from "commander";
import { hamCall } from "../called.ts";
import { CommandError, EXIT } from "../exit.ts";
import { pathIn } from "../files/path-in.ts";
import { DEFAULT_START, pluginFiles, starts, startText } from "../files/templates.ts";
import { isThere, writeFileAtomically } from "../files/write.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham new`. */
export const command: CommandDefinition = {
  takes: (command) => {
    const from = new Option(
      "--from <MODEL>",
      `what the model starts as (default: "${DEFAULT_START}")`,
    );
    // Listed here; another name is answered with what each of them is.
    from.argChoices = starts().map(({ name }) => name);
    return command
      .argument("<name>", "of the model; with --plugin of the package, as npm names it")
      .addOption(from)
      .option(
        "--plugin",
        "write the folder of a plugin: a package to build, test and publish",
        false,
      )
      .option("--to <FOLDER>", "where it goes", ".");
  },
  run: (name: string, flags: NewFlags) => (flags.plugin ? newPlugin : newModel)(name, flags),
};

interface NewFlags {
  readonly from?: string;
  readonly plugin: boolean;
  readonly to: string;
}

/** Writes NAME.ham; never over a file that exists. Returns the exit code. */
async function newModel(name: string, { from = DEFAULT_START, to }: NewFlags): Promise<number> {
  assertStart(from);
  const file = name.endsWith(".ham") ? name : `${name}.ham`;
  const path = pathIn(to, file);
  assertFree(path);
  await writeFileAtomically(path, startText(from, basename(path, ".ham")));
  const ham = hamCall();
  const setting = from === DEFAULT_START ? `\n  ${ham} run ${path} --set beta=0.5` : "";
  process.stdout.write(
    `${path}\n\nTry next:\n  ${ham} run ${path}\n  ${ham} explain ${path}${setting}\n`,
  );
  return EXIT.ok;
}

/** Writes the package of a plugin into a folder of its own. Returns the exit code. */
async function newPlugin(name: string, { from, to }: NewFlags): Promise<number> {
  if (from !== undefined) {
    throw new CommandError(EXIT.usage, "--from is of models, and a plugin is none. Leave one out.");
  }
  // npm takes capitals of old packages only, and no name of a module of Node.
  if (packageOf(name)?.name !== name || name !== name.toLowerCase() || isBuiltin(name)) {
    throw new CommandError(
      EXIT.usage,
      `"${name}" is no name for a package on npm. Expected small letters, digits and dashes, such as vision or @someone/vision.`,
    );
  }
  const folder = pathIn(to, basename(name));
  assertFree(folder);
  const files = Array.from(
    pluginFiles(name),
    ([path, text]) => [pathIn(folder, path), text] as const,
  );
  for (const [path, text] of files) await writeFileAtomically(path, text);
  process.stdout.write(
    `${files.map(([path]) => path).join("\n")}\n\nTry next:\n  cd ${folder}\n  npm install\n  npm run build\n  npm test\n`,
  );
  return EXIT.ok;
}

function assertFree(path: string): void {
  if (!isThere(path)) return;
  throw new CommandError(EXIT.usage, `${path} exists already. Choose another name.`);
}

function assertStart(name: string): void {
  const all = starts();
  const names = all.map((start) => start.name);
  if (names.includes(name)) return;
  const near = suggest(name, names);
  const rows = all.map((start) => [start.name, start.about]);
  throw new CommandError(
    EXIT.usage,
    `there is no starting model "${name}".${near === undefined ? "" : ` Did you mean ${near}?`}\n\n${formatTable(["--from", "what it is"], rows)}`,
  );
}
