// `ham check FILE…`: everything that is wrong with a file, without running it.

import { isSound, renderDiagnostic } from "@hamlet/dsl";
import { EXIT } from "../exit.ts";
import { modelPaths } from "../files/models.ts";
import { compilePath } from "../files/compile.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { gather, type PluginFlags, type RootFlags, withReadingOptions } from "../options.ts";

/** `ham check`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<files...>"))
      .addOption(
        new Option("--format <FORMAT>", "how to print").choices(["text", "json"]).default("text"),
      )
      .addOption(
        new Option("--set <NAME=VALUE>", "check with this override")
          .argParser(gather)
          .default([], "nothing"),
      ),
  run: check,
};

/** How diagnostics are printed. */
type CheckFormat = "text" | "json";

/** Checks files and prints what was found; returns the exit code. */
async function check(
  paths: readonly string[],
  options: { set: readonly string[]; format: CheckFormat } & RootFlags & PluginFlags,
): Promise<number> {
  const compilations = [];
  for (const path of await modelPaths(paths)) {
    compilations.push(await compilePath(path, options));
  }
  if (options.format === "json") {
    const diagnostics = compilations.flatMap((compilation) => compilation.diagnostics);
    process.stdout.write(`${JSON.stringify(diagnostics, null, 2)}\n`);
  } else {
    for (const { diagnostics, sources, source, leftOut } of compilations) {
      for (const diagnostic of diagnostics) {
        process.stdout.write(`${renderDiagnostic(diagnostic, sources)}\n\n`);
      }
      const errors = diagnostics.filter(({ severity }) => severity === "error").length;
      const warnings = diagnostics.length - errors;
      const verdict = errors > 0 ? `${plural(errors, "error")}, ` : "no errors, ";
      process.stdout.write(`${source.name}: ${verdict}${plural(warnings, "warning")}\n`);
      if (leftOut.length > 0) process.stdout.write(`${leftOutNote(leftOut)}\n`);
    }
  }
  return compilations.every(isSound) ? EXIT.ok : EXIT.file;
}

/** What an energy in code keeps from being checked. */
function leftOutNote(names: readonly string[]): string {
  const energies = names.length === 1 ? "the energy" : "the energies";
  return `  ${energies} of ${names.map((name) => `\`${name}\``).join(", ")} is code of a plugin, which was not run: checked by its signature (--trust-plugins runs it)`;
}

function plural(count: number, word: string): string {
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}
