// `ham fmt FILE…`: one way to write a file, with no options.

import { renderDiagnostic } from "@hamlet/dsl/frame";
import { format } from "@hamlet/dsl/format";
import { EXIT } from "../exit.ts";
import { modelPaths } from "../files/models.ts";
import { readModel, STDIN } from "../files/source.ts";
import { writeFileAtomically } from "../files/write.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham fmt`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<files...>")
      .option("--check", "change nothing, say which files would change", false),
  run: fmt,
};

/**
 * Formats files in place, and the standard input to the standard output; with `check` it only says
 * which would change. Files with syntax errors are left alone. Returns the exit code.
 */
async function fmt(
  paths: readonly string[],
  { check }: { readonly check: boolean },
): Promise<number> {
  let code: number = EXIT.ok;
  for (const path of await modelPaths(paths)) {
    const source = await readModel(path);
    const { text, diagnostics } = format(source);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      for (const error of errors) process.stderr.write(`${renderDiagnostic(error, [source])}\n\n`);
      const why = source.notUtf8 === undefined ? "it has syntax errors" : "it is not UTF-8";
      process.stderr.write(`${source.name}: not formatted, ${why}\n`);
      code = EXIT.file;
    } else if (path === STDIN && !check) {
      process.stdout.write(text);
    } else if (text !== source.text) {
      if (check) {
        process.stdout.write(`${source.name}: would be formatted (ham fmt ${path})\n`);
        if (code === EXIT.ok) code = EXIT.failed;
      } else {
        await writeFileAtomically(path, text);
        process.stdout.write(`${path}: formatted\n`);
      }
    }
  }
  return code;
}
